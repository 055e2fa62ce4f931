package collections

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// controlled lists, by collection, the fields outside the feed that steer it: who holds whom, who
// may see what, the rules, and which phone may still speak. An empty list means all wire fields.
var controlled = map[string][]string{
	care.Caseload:      {},
	care.StaffName:     {"role", "teams", "organisation", "inactive_since"},
	care.HandoverRules: {},
	care.Devices:       {"staff", "client", "state", "state_since"},
}

// unborn are the collections whose new records nobody needs to hear of: a phone just enrolled has no
// token that could be withdrawn.
var unborn = map[string]bool{care.Devices: true}

// Watched lists the columns of a collection whose change by anyone but the engine must be noticed,
// none for a collection that nobody watches: all wire fields of a synced collection, its author and
// its retraction, and what steers the feed.
func Watched(name string) []string {
	noun, ok := care.ByName(name)
	if !ok {
		return nil
	}
	fields, control := controlled[name]
	if len(fields) > 0 || (!noun.Synced && !control) {
		return fields
	}
	columns := make([]string, 0, len(noun.Fields)+2)
	for i := range noun.Fields {
		columns = append(columns, noun.Fields[i].Name)
	}
	if noun.Synced && !slices.Contains(columns, FieldAuthor) {
		columns = append(columns, FieldAuthor)
	}
	if noun.Synced {
		columns = append(columns, FieldRetracted)
	}
	return columns
}

// rememberedOnDelete lists what must still be known of a deleted record: whose it was, in which scopes it
// stood, when it happened and what it replaced, for both are judged anew; of what is not synced, everything
// watched.
func rememberedOnDelete(name string) []string {
	noun, _ := care.ByName(name)
	if !noun.Synced {
		return Watched(name)
	}
	columns := slices.Clone(care.ScopeFields[name])
	for _, column := range []string{"patient", FieldAuthor, "replaces"} {
		if _, wire := noun.Field(column); (wire || column == FieldAuthor) && !slices.Contains(columns, column) {
			columns = append(columns, column)
		}
	}
	if hasClinicalTime[name] {
		columns = append(columns, FieldClinicalTime)
	}
	return columns
}

// InstallTriggers makes, anew, the triggers through which every write that bypasses the engine (the
// dashboard, a cascade, a job, raw SQL) leaves a row in sync_dirty. The engine raises the version
// with each write of its own, which is how the triggers tell it from the others. A collection, or a column
// of one, that there is not (yet, or any more) is left out.
func InstallTriggers(app core.App) error {
	for _, noun := range care.Collections() {
		if err := installTriggers(app, noun.Name); err != nil {
			return err
		}
	}
	return nil
}

func installTriggers(app core.App, name string) error {
	if len(Watched(name)) == 0 {
		return nil
	}
	c, err := app.FindCollectionByNameOrId(name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return dropTriggers(app, name) // a later migration makes it, and its triggers
	case err != nil:
		return fmt.Errorf("find collection %s: %w", name, err)
	}
	standing, err := triggersOf(app, name)
	if err != nil {
		return err
	}
	for _, of := range []map[string]string{triggers(c), closedTriggers(app, name), peopleTriggers(app, c), measureTriggers(app, c), recordTriggers(app, name), contactTriggers(app, name)} {
		for trigger, statement := range of {
			if standing[trigger] == statement {
				continue // each change of the schema makes SQLite read all of it anew
			}
			if err := replaceTrigger(app, trigger, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

// triggersOf are the triggers that stand on a collection's table: name and statement.
func triggersOf(app core.App, name string) (map[string]string, error) {
	var rows []struct{ Name, SQL string }
	err := app.NonconcurrentDB().NewQuery("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = {:table}").
		Bind(dbx.Params{"table": name}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the triggers of %s: %w", name, err)
	}
	standing := make(map[string]string, len(rows))
	for _, row := range rows {
		standing[row.Name] = row.SQL
	}
	return standing, nil
}

// replaceTrigger makes a trigger anew; no statement, no trigger.
func replaceTrigger(app core.App, name, statement string) error {
	if _, err := app.NonconcurrentDB().NewQuery(`DROP TRIGGER IF EXISTS "` + name + `"`).Execute(); err != nil {
		return fmt.Errorf("drop trigger %s: %w", name, err)
	}
	if statement == "" {
		return nil
	}
	if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
		return fmt.Errorf("install trigger %s: %w", name, err)
	}
	return nil
}

func dropTriggers(app core.App, name string) error {
	for _, op := range []string{"insert", "update", "delete"} {
		if _, err := app.NonconcurrentDB().NewQuery(`DROP TRIGGER IF EXISTS "` + triggerName(name, op) + `"`).Execute(); err != nil {
			return fmt.Errorf("drop trigger on %s: %w", name, err)
		}
	}
	return nil
}

func triggerName(collection, op string) string { return "dirty_" + collection + "_" + op }

// triggers writes the triggers of a collection by their names: of insert, update and delete.
//
// NB! An update counts as the engine's own only when the version rises. PocketBase's own save
// writes every column back, the version it once read included, so a save from an old view would
// set the version back and must not pass unseen.
func triggers(c *core.Collection) map[string]string {
	insertWhen, olderOrSame, setBack := "", "1", "0"
	if c.Fields.GetByName(FieldVersion) != nil && isSynced(c.Name) {
		insertWhen = `WHEN NEW."version" = 0`
		olderOrSame, setBack = `NEW."version" <= OLD."version"`, `NEW."version" < OLD."version"`
	}
	watched := present(c, Watched(c.Name))
	changed := make([]string, len(watched))
	for i, column := range watched {
		changed[i] = fmt.Sprintf(`NEW."%[1]s" IS NOT OLD."%[1]s"`, column)
	}
	head := func(op, when string) string {
		return fmt.Sprintf("CREATE TRIGGER \"%s\" AFTER %s ON \"%s\" %s BEGIN\n"+
			"INSERT INTO sync_dirty (collection, record, op, was) ", triggerName(c.Name, op), strings.ToUpper(op), c.Name, when)
	}
	statements := map[string]string{
		triggerName(c.Name, "insert"): head("insert", insertWhen) + fmt.Sprintf("VALUES ('%s', NEW.id, 'insert', NULL);\nEND", c.Name),
		triggerName(c.Name, "update"): head("update", fmt.Sprintf("WHEN %s AND (%s OR %s)", olderOrSame, setBack, strings.Join(changed, " OR "))) +
			fmt.Sprintf("VALUES ('%s', NEW.id, 'update', %s);\nEND", c.Name, objectOf(c, watched, changed)),
		triggerName(c.Name, "delete"): head("delete", "") +
			fmt.Sprintf("VALUES ('%s', OLD.id, 'delete', %s);\nEND", c.Name, objectOf(c, present(c, rememberedOnDelete(c.Name)), nil)),
	}
	if unborn[c.Name] {
		statements[triggerName(c.Name, "insert")] = ""
	}
	return statements
}

// objectOf is the SQL of a JSON object of OLD values: of every column, or of those whose condition
// holds. JSON columns are nested, not quoted, except where somebody stored what is no JSON.
func objectOf(c *core.Collection, columns, conditions []string) string {
	rows := make([]string, len(columns))
	for i, column := range columns {
		// JSON holds no blob, and a row that somebody left one in must be mendable.
		value := fmt.Sprintf(`json_quote(iif(typeof(OLD."%[1]s") = 'blob', CAST(OLD."%[1]s" AS TEXT), OLD."%[1]s"))`, column)
		if storesJSON(c.Fields.GetByName(column)) {
			value = fmt.Sprintf(`CASE WHEN json_valid(CAST(OLD."%[1]s" AS TEXT)) THEN json(CAST(OLD."%[1]s" AS TEXT)) ELSE %[2]s END`, column, value)
		}
		rows[i] = fmt.Sprintf("SELECT '%s' AS k, %s AS v", column, value)
		if conditions != nil {
			rows[i] += " WHERE " + conditions[i]
		}
	}
	return "(SELECT json_group_object(k, json(v)) FROM (\n" + strings.Join(rows, "\nUNION ALL ") + "))"
}

func storesJSON(f core.Field) bool {
	if _, ok := f.(*core.JSONField); ok {
		return true
	}
	m, ok := f.(core.MultiValuer)
	return ok && m.IsMultiple()
}

func isSynced(name string) bool {
	noun, ok := care.ByName(name)
	return ok && noun.Synced
}

func present(c *core.Collection, columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(column string) bool { return c.Fields.GetByName(column) == nil })
}
