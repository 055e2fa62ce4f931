// Package pbmerges keeps which registrations were made one person, and files in SQL, on the transactions of pbstore,
// what is no record of the feed: caseloads, plans and alarms. Records are filed by the rooms.
package pbmerges

import (
	"database/sql"
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
	"doorstep/internal/rules"
)

const (
	mergeColumns = `SELECT id, dead, survivor, "by", at, before, after, undone_at FROM merged_people`
	mergeOfDead  = mergeColumns + ` WHERE dead = ? AND undone_at = ''`
	mergesInto   = mergeColumns + ` WHERE survivor = ? AND undone_at = '' ORDER BY id`
	saveMerge    = `INSERT INTO merged_people (id, dead, survivor, "by", at, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET before = excluded.before, after = excluded.after`
	undoMerge = `UPDATE merged_people SET undone_at = ?, undone_by = ? WHERE id = ?`

	noteFiled = `INSERT INTO merged_records (merge, collection, record) SELECT ?1, ?2, value FROM json_each(?3) WHERE true ON CONFLICT DO NOTHING`
	filedBy   = `SELECT record FROM merged_records WHERE merge = ? AND collection = ? ORDER BY record`

	// Visits, readings, check-ins and goals are found in the person's own scope: an index on every visit for the few that are filed
	// would cost each push.
	inScope    = `FROM sync_scopes s JOIN sync_feed f ON f.scope = s.id JOIN `
	filedUnder = ` r ON r.id = f.record WHERE s.name = ?1 AND f.collection = ?2 AND r.patient = ?3 ORDER BY r.id`
	visitsOf   = `SELECT r.id ` + inScope + `visits` + filedUnder
	readingsOf = `SELECT r.id ` + inScope + `observations` + filedUnder
	checkinsOf = `SELECT r.id ` + inScope + `checkins` + filedUnder
	goalsOf    = `SELECT r.id ` + inScope + `goals` + filedUnder
	stepsOf    = `SELECT r.id ` + inScope + `goal_steps` + filedUnder

	handoversOf  = `SELECT id FROM handovers WHERE patient = ? ORDER BY id`
	eventsOf     = `SELECT e.id FROM handovers h JOIN handover_events e ON e.handover = h.id WHERE h.patient = ? ORDER BY e.id`
	conflictsOf  = `SELECT id FROM conflicts WHERE patient = ? AND ` + care.SQLIssueOpen + ` ORDER BY id`
	quarantineOf = `SELECT id FROM quarantine WHERE patient = ? ORDER BY id`
	caseloadOf   = `SELECT id FROM caseload WHERE patient = ? ORDER BY id`
	plansOf      = `SELECT id FROM visit_plans WHERE patient = ? ORDER BY id`

	fileCaseload = `UPDATE caseload SET patient = ?1 WHERE patient = ?2 AND id IN (SELECT value FROM json_each(?3))`
	filePlans    = `UPDATE visit_plans SET patient = ?1 WHERE patient = ?2 AND id IN (SELECT value FROM json_each(?3))`
	filePlanned  = `UPDATE plan_visits SET patient = ?1 WHERE patient = ?2 AND plan IN (SELECT value FROM json_each(?3))`
	forgetAlarm  = `DELETE FROM alarms WHERE id = ?`
	letGo        = `UPDATE alarms SET handover = '' WHERE patient = ?1 AND EXISTS (SELECT 1 FROM handovers h WHERE h.id = alarms.handover AND h.patient <> ?1)`

	// toldOf are handovers about a person that tell of such records and of nothing else.
	toldOf = `SELECT DISTINCT h.id FROM json_each(?2) told JOIN handover_records t ON t.record = told.value JOIN handovers h ON h.id = t.handover
		WHERE h.patient = ?1 AND NOT EXISTS (SELECT 1 FROM json_each(iif(json_valid(h.evidence), h.evidence, '{}'), '$.records') r
			WHERE r.value ->> 'id' NOT IN (SELECT value FROM json_each(?2))) ORDER BY h.id`
	plannedSince    = `SELECT p.contact FROM merged_records m JOIN plan_visits p ON p.plan = m.record WHERE m.merge = ? AND m.collection = ? ORDER BY p.contact`
	readAt          = `SELECT r.id ` + inScope + `observations r ON r.id = f.record WHERE s.name = ?1 AND f.collection = ?2 AND r.patient = ?3 AND r.visit IN (SELECT value FROM json_each(?4)) ORDER BY r.id`
	conflictsAbout  = `SELECT id FROM conflicts WHERE patient = ?1 AND ` + care.SQLIssueOpen + ` AND record IN (SELECT value FROM json_each(?2)) ORDER BY id`
	quarantineAbout = `SELECT id FROM quarantine WHERE patient = ?1 AND record IN (SELECT value FROM json_each(?2)) ORDER BY id`
	linesOf         = `SELECT id FROM handover_events WHERE handover IN (SELECT value FROM json_each(?)) ORDER BY id`
)

// ofScope are the statements that list what is in a person's own scope, and idsOf what names the person elsewhere, by
// collection.
var ofScope = map[string]string{care.Visits: visitsOf, care.Observations: readingsOf, care.Checkins: checkinsOf, care.Goals: goalsOf, care.GoalSteps: stepsOf}

var idsOf = map[string]string{
	care.Handovers: handoversOf, care.HandoverEvents: eventsOf, care.Conflicts: conflictsOf, care.Quarantine: quarantineOf,
	care.Caseload: caseloadOf, desk.PlansName: plansOf,
}

// Rows keeps merges in a transaction of the store.
type Rows struct{ tx *pbstore.Tx }

// In keeps merges in a transaction of the store.
func In(tx *pbstore.Tx) Rows { return Rows{tx} }

// Pages reads what pages show of merges.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

type reader func(query string, fn func(*sql.Rows) error, args ...any) error

func merges(each reader, query, person string) (list []desk.Merge, err error) {
	err = each(query, func(r *sql.Rows) error {
		var m desk.Merge
		var at, undone, before, after string
		if err := r.Scan(&m.ID, &m.Dead, &m.Survivor, &m.By, &at, &before, &after, &undone); err != nil {
			return err
		}
		m.At = columns.ParseTime(at)
		m.Before, _ = care.DecodeJSON([]byte(before)).(map[string]any) // written by us
		m.After, _ = care.DecodeJSON([]byte(after)).(map[string]any)
		list = append(list, m)
		return nil
	}, person)
	return list, err
}

func ids(each reader, query string, args ...any) (list []string, err error) {
	err = each(query, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		list = append(list, id)
		return err
	}, args...)
	return list, err
}

func (r Rows) exec(query string, args ...any) error {
	_, err := r.tx.Statements().Exec(query, args...)
	return err
}

// MergeOf implements desk.MergeRows.
func (r Rows) MergeOf(dead string) (*desk.Merge, error) {
	list, err := merges(r.tx.Statements().Each, mergeOfDead, dead)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// MergesInto implements desk.MergeRows.
func (r Rows) MergesInto(survivor string) ([]desk.Merge, error) {
	return merges(r.tx.Statements().Each, mergesInto, survivor)
}

// MergesInto lists the registrations that were made one with a person's and are to this day.
func (v Pages) MergesInto(survivor string) ([]desk.Merge, error) {
	return merges(v.Each, mergesInto, survivor)
}

// SaveMerge implements desk.MergeRows.
func (r Rows) SaveMerge(m *desk.Merge) error {
	return r.exec(saveMerge, m.ID, m.Dead, m.Survivor, m.By, care.Stamp(m.At), string(care.JSON(m.Before)), string(care.JSON(m.After)))
}

// UndoMerge implements desk.MergeRows.
func (r Rows) UndoMerge(m *desk.Merge, by string) error {
	return r.exec(undoMerge, care.Stamp(r.tx.Now()), by, m.ID)
}

// NamedIn implements desk.FiledRows.
func (r Rows) NamedIn(collection, person string) ([]string, error) {
	if query, ok := idsOf[collection]; ok {
		return ids(r.tx.Statements().Each, query, person)
	}
	query, ok := ofScope[collection]
	if !ok {
		return nil, fmt.Errorf("%s is filed under nobody", collection)
	}
	return ids(r.tx.Statements().Each, query, care.ClinicalScope(person), pbstore.CollectionNumber(collection), person)
}

// NoteFiled implements desk.MergeRows.
func (r Rows) NoteFiled(m *desk.Merge, collection string, records []string) error {
	if len(records) == 0 {
		return nil
	}
	return r.exec(noteFiled, m.ID, collection, string(care.JSON(records)))
}

// FiledBy implements desk.MergeRows.
func (r Rows) FiledBy(m *desk.Merge, collection string) ([]string, error) {
	return ids(r.tx.Statements().Each, filedBy, m.ID, collection)
}

// ToldOf implements desk.FiledRows.
func (r Rows) ToldOf(person string, records []string) ([]string, error) {
	return ids(r.tx.Statements().Each, toldOf, person, string(care.JSON(records)))
}

// PlannedSince implements desk.FiledRows.
func (r Rows) PlannedSince(m *desk.Merge) ([]string, error) {
	return ids(r.tx.Statements().Each, plannedSince, m.ID, desk.PlansName)
}

// ReadAt implements desk.FiledRows.
func (r Rows) ReadAt(person string, visits []string) ([]string, error) {
	return ids(r.tx.Statements().Each, readAt, care.ClinicalScope(person), pbstore.CollectionNumber(care.Observations), person, string(care.JSON(visits)))
}

// IssuesAbout implements desk.FiledRows.
func (r Rows) IssuesAbout(collection, person string, records []string) ([]string, error) {
	query := quarantineAbout
	if collection == care.Conflicts {
		query = conflictsAbout
	}
	return ids(r.tx.Statements().Each, query, person, string(care.JSON(records)))
}

// LinesOf implements desk.FiledRows.
func (r Rows) LinesOf(handovers []string) ([]string, error) {
	return ids(r.tx.Statements().Each, linesOf, string(care.JSON(handovers)))
}

// FileRows implements desk.FiledRows. The caseload is a collection of the dashboard's: the engine takes in what is written
// there, and brings the grants in line.
func (r Rows) FileRows(collection string, records []string, from, to string) error {
	list := string(care.JSON(records))
	if collection == care.Caseload {
		return r.exec(fileCaseload, to, from, list)
	}
	if err := r.exec(filePlans, to, from, list); err != nil {
		return err
	}
	return r.exec(filePlanned, to, from, list)
}

// everSince is before anything that was recorded.
var everSince = columns.ParseTime("1970-01-01 00:00:00.001Z")

// FileAlarms implements desk.FiledRows. The person is part of what an alarm is known by, so that it gets another id.
func (r Rows) FileAlarms(at func(record string) bool, from, to string) (earliest time.Time, err error) {
	alarms, err := r.tx.Alarms(from, everSince)
	if err != nil {
		return earliest, err
	}
	for _, a := range alarms {
		if !at(a.Record) {
			continue
		}
		if err := r.exec(forgetAlarm, a.ID); err != nil {
			return earliest, err
		}
		a.ID, a.Patient = rules.AlarmID(a.Rule, to, a.Record), to
		if err := r.tx.PutAlarm(a); err != nil {
			return earliest, err
		}
		earliest = care.Earliest(earliest, a.ClinicalTime)
	}
	for _, person := range []string{from, to} { // a handover that goes, or stays, with whom it is about leaves the others' alarms to be handed over
		if err := r.exec(letGo, person); err != nil {
			return earliest, err
		}
	}
	return earliest, nil
}
