// Package pblone reads, in SQL on the snapshots and transactions of pbstore, who is alone somewhere, what a desk did about
// them, and when phones were heard of last.
package pblone

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

const (
	openStays   = `SELECT id FROM lone_stays WHERE closed_at = '' AND retracted = '' AND team IN (SELECT value FROM json_each(?)) ORDER BY due_out_at, id LIMIT +?`
	closedStays = `SELECT id FROM lone_stays WHERE closed_at != '' AND closed_at >= ?2 AND retracted = '' AND team IN (SELECT value FROM json_each(?1))
		ORDER BY closed_at DESC, id LIMIT +?3`
	stepsOf = `SELECT stay, at, "by", kind, text FROM lone_steps WHERE stay IN (SELECT value FROM json_each(?)) ORDER BY stay, n`
	addStep = `INSERT INTO lone_steps (stay, n, at, "by", kind, text) SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5 FROM lone_steps WHERE stay = ?1`
	steps   = `SELECT count(*) FROM lone_steps WHERE stay = ?`

	// tooOld are stays that were over before ?1, and before ?2 where somebody was told of an alarm. What was done about them goes along
	// by a trigger.
	tooOld       = `SELECT id FROM lone_stays WHERE closed_at != '' AND closed_at < ?1 AND (coordinator_at = '' OR closed_at < ?2) ORDER BY closed_at LIMIT +?3`
	forgetStay   = `DELETE FROM lone_stays WHERE id = ?`
	forgetAlarms = `DELETE FROM deliveries WHERE handover = ?`

	heardOf = `SELECT h.staff, h.at FROM phones_heard h WHERE h.staff IN (SELECT value FROM json_each(?))
		UNION ALL SELECT staff, last_seen FROM devices WHERE staff IN (SELECT value FROM json_each(?)) AND last_seen != ''`
	keepHeard = `INSERT INTO phones_heard (staff, at) VALUES (?, ?) ON CONFLICT (staff) DO UPDATE SET at = excluded.at`
)

// Pages reads in a snapshot.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

// Open are the stays of teams that are not over: those first that were to be over first, at most so many.
func (v Pages) Open(teams []string, most int) ([]*care.Record, error) {
	return v.stays(openStays, care.JSON(teams), most)
}

// Closed are those that were over since a moment, the last first, at most so many.
func (v Pages) Closed(teams []string, since time.Time, most int) ([]*care.Record, error) {
	return v.stays(closedStays, care.JSON(teams), columns.Stamp(since), most)
}

func (v Pages) stays(query string, teams []byte, args ...any) (list []*care.Record, err error) {
	var ids []string
	if err := v.Each(query, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, append([]any{string(teams)}, args...)...); err != nil {
		return nil, err
	}
	found, err := v.StoredAll(care.LoneStays, ids)
	for _, id := range ids {
		if rec := found[id]; rec != nil {
			list = append(list, rec)
		}
	}
	return list, err
}

// Steps are what was done about stays, in order, by stay.
func (v Pages) Steps(stays []string) (map[string][]desk.LoneStep, error) {
	of := map[string][]desk.LoneStep{}
	err := v.Each(stepsOf, func(r *sql.Rows) error {
		var s desk.LoneStep
		var at string
		err := r.Scan(&s.Stay, &at, &s.By, &s.Kind, &s.Text)
		s.At = columns.ParseTime(at)
		of[s.Stay] = append(of[s.Stay], s)
		return err
	}, string(care.JSON(stays)))
	return of, err
}

// Heard is when anything was last heard of the phones of staff, as far as it was written down; missing = never.
func (v Pages) Heard(staff []string) (map[string]time.Time, error) {
	heard := map[string]time.Time{}
	list := string(care.JSON(staff))
	err := v.Each(heardOf, func(r *sql.Rows) error {
		var id, at string
		err := r.Scan(&id, &at)
		if t := columns.ParseTime(at); t.After(heard[id]) {
			heard[id] = t
		}
		return err
	}, list, list)
	return heard, err
}

// Tx writes in a transaction of the store.
type Tx struct{ *pbstore.Tx }

// In writes in a transaction of the store.
func In(tx *pbstore.Tx) Tx { return Tx{tx} }

// AddLoneStep implements desk.LoneStore.
func (tx Tx) AddLoneStep(s desk.LoneStep) error {
	_, err := tx.Statements().Exec(addStep, s.Stay, care.Stamp(s.At), s.By, s.Kind, s.Text)
	return err
}

// How long stays are kept once they are over: long enough to ask what happened on a round, and where somebody was told of an
// alarm as long as a record of an accident at work (RIDDOR 2013, regulation 12: three years).
const (
	KeepsStays  = 90 * 24 * time.Hour
	KeepsAlarms = 3 * 366 * 24 * time.Hour
)

// mostForgotten are forgotten in one transaction.
const mostForgotten = 500

// Forget deletes stays that were over long ago, with what was done about them. More says that there may be others.
func (tx Tx) Forget() (more bool, err error) {
	var ids []string
	if err := tx.Statements().Each(tooOld, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, columns.Stamp(tx.Now().Add(-KeepsStays)), columns.Stamp(tx.Now().Add(-KeepsAlarms)), mostForgotten); err != nil {
		return false, err
	}
	for _, id := range ids {
		for _, statement := range []string{forgetAlarms, forgetStay} {
			if _, err := tx.Statements().Exec(statement, id); err != nil {
				return false, err
			}
		}
	}
	return len(ids) == mostForgotten, nil
}

// LoneSteps implements desk.LoneStore.
func (tx Tx) LoneSteps(stay string) (n int, err error) {
	err = tx.Statements().Row(steps, stay).Scan(&n)
	return n, err
}

// KeepHeard writes down when something was last heard of the phones of a member of staff.
func (tx Tx) KeepHeard(staff string, at time.Time) error {
	_, err := tx.Statements().Exec(keepHeard, staff, care.Stamp(at))
	return err
}
