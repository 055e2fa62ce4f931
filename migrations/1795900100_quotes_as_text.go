package migrations

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(quotesAsText, noWayBack) }

// quotesAsText keeps what conflicts and quarantine quote in columns of text, byte for byte. They were
// declared JSON, and so numeric to SQLite: 1e400 became infinity, which nobody could read back. A new
// database has the columns from its baseline.
func quotesAsText(app core.App) error {
	changed := false
	for _, quotes := range []struct {
		collection string
		fields     []string
		limit      int // in characters
	}{
		{"conflicts", []string{"before", "kept", "lost"}, 256 << 10},
		{"quarantine", []string{"content"}, 512 << 10},
	} {
		c, err := app.FindCollectionByNameOrId(quotes.collection)
		if err != nil {
			return fmt.Errorf("find %s: %w", quotes.collection, err)
		}
		for _, name := range quotes.fields {
			if _, numeric := c.Fields.GetByName(name).(*core.JSONField); !numeric {
				continue
			}
			if err := quoteAsText(app, c, name, quotes.limit); err != nil {
				return fmt.Errorf("keep %s.%s as text: %w", quotes.collection, name, err)
			}
			changed = true
		}
	}
	if err := rawWhereUnreadable(app); err != nil {
		return fmt.Errorf("look through quarantine: %w", err)
	}
	if !changed {
		return nil
	}
	return collections.InstallTriggers(app)
}

// quoteAsText puts a text field in the place of a JSON field. What SQLite made infinity of becomes a
// number again that is as far out of any range; its digits are gone.
func quoteAsText(app core.App, c *core.Collection, name string, limit int) error {
	run := func(statement string) error {
		_, err := app.NonconcurrentDB().NewQuery(strings.NewReplacer("$table", c.Name, "$field", name).Replace(statement)).Execute()
		return err
	}
	// The triggers name the column, and would take the move for somebody's writes. A save of the collection
	// may install them again.
	dropTriggers := func() error {
		var failed []error
		for _, op := range []string{"insert", "update", "delete"} {
			failed = append(failed, run(`DROP TRIGGER IF EXISTS "dirty_$table_`+op+`"`))
		}
		return errors.Join(failed...)
	}
	if err := dropTriggers(); err != nil {
		return err
	}
	if err := run(`CREATE TABLE moved_quotes AS SELECT id, CASE
		WHEN typeof("$field") = 'real' AND abs("$field") > 1.7976931348623157e308 THEN iif("$field" > 0, '1e999', '-1e999')
		ELSE CAST("$field" AS TEXT) END AS quote FROM "$table" WHERE "$field" IS NOT NULL`); err != nil {
		return err
	}
	at := slices.IndexFunc(c.Fields, func(f core.Field) bool { return f.GetName() == name })
	c.Fields.RemoveByName(name)
	c.Fields.AddAt(at, &core.TextField{Name: name, Max: limit})
	if err := errors.Join(app.Save(c), dropTriggers()); err != nil {
		return err
	}
	if err := run(`UPDATE "$table" SET "$field" = (SELECT quote FROM moved_quotes q WHERE q.id = "$table".id) WHERE id IN (SELECT id FROM moved_quotes)`); err != nil {
		return err
	}
	return run(`DROP TABLE moved_quotes`)
}

// rawWhereUnreadable moves what phones would fail to read, such as half an emoji or a thousand nested
// lists, from content to raw.
func rawWhereUnreadable(app core.App) error {
	db := app.NonconcurrentDB()
	rows, err := db.NewQuery(`SELECT id, content FROM quarantine WHERE content <> ''`).Rows()
	if err != nil {
		return err
	}
	moved := map[string]string{}
	for rows.Next() {
		var id, content string
		if err := rows.Scan(&id, &content); err != nil {
			return err
		}
		if _, raw := care.Quote([]byte(content)); raw != "" {
			moved[id] = raw
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, raw := range moved {
		// The version stands: whoever got the row as it was would read nothing more in it.
		if _, err := db.Update("quarantine", dbx.Params{"content": "", "raw": raw}, dbx.HashExp{"id": id}).Execute(); err != nil {
			return err
		}
	}
	return nil
}
