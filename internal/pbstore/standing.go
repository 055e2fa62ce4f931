package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/history"
)

const (
	standingOfDevice   = `SELECT json_object('state', state, 'state_since', coalesce(state_since || '', '')) FROM devices WHERE id = ?`
	standingOfStaff    = `SELECT json_object('role', role, 'organisation', organisation, 'teams', teams, 'inactive_since', coalesce(inactive_since || '', '')) FROM staff WHERE id = ?`
	standingOfCaseload = `SELECT json_object('to', "to" || '') FROM caseload WHERE id = ? AND "to" <> ''`
	// standingNow is that of phones that are not simply active, and of everybody.
	standingNow = `SELECT 'devices', id, json_object('state', state, 'state_since', coalesce(state_since || '', '')) FROM devices WHERE state <> 'active'
		UNION ALL SELECT 'staff', id, json_object('role', role, 'organisation', organisation, 'teams', teams, 'inactive_since', coalesce(inactive_since || '', '')) FROM staff`

	decideDevice = `UPDATE devices SET state = ?2 ->> 'state', state_since = ?2 ->> 'state_since' WHERE id = ?1 AND state <> ?2 ->> 'state'`
	decideStaff  = `UPDATE staff SET role = coalesce(?2 ->> 'role', role), organisation = coalesce(?2 ->> 'organisation', organisation),
		teams = coalesce(?2 ->> 'teams', teams), inactive_since = ?2 ->> 'inactive_since' WHERE id = ?1 AND
		(role, organisation, teams, inactive_since || '') IS NOT (coalesce(?2 ->> 'role', role), coalesce(?2 ->> 'organisation', organisation), coalesce(?2 ->> 'teams', teams), ?2 ->> 'inactive_since')`
	decideCaseload = `UPDATE caseload SET "to" = ?2 ->> 'to' WHERE id = ?1 AND ("to" = '' OR "to" > ?2 ->> 'to')`

	currentHistory = `SELECT name FROM sync_histories ORDER BY number DESC LIMIT 1`
)

// decided adds what was decided about a phone, a member of staff or a caseload row. What was deleted stands as
// withdrawn, left or ended: a backup gives nobody back what was taken so.
func (tx *Tx) decided(list []care.Standing, collection, record string, deleted bool) ([]care.Standing, error) {
	var fields []byte
	var row *sql.Row
	var taken map[string]string
	switch now := columns.Stamp(tx.now); collection {
	case care.Devices:
		row, taken = tx.row(standingOfDevice, record), map[string]string{"state": "revoked", "state_since": now}
	case care.StaffName:
		row, taken = tx.row(standingOfStaff, record), map[string]string{"inactive_since": now}
	case care.Caseload:
		row, taken = tx.row(standingOfCaseload, record), map[string]string{"to": now}
	default:
		return list, nil
	}
	err := row.Scan(&fields)
	if errors.Is(err, sql.ErrNoRows) {
		if !deleted {
			return list, nil // a caseload row that goes on
		}
		fields, err = json.Marshal(taken)
	}
	return append(list, care.Standing{Collection: collection, ID: record, Fields: fields}), err
}

// journal writes the decisions of a transaction down before it is committed.
func (tx *Tx) journal(decided []care.Standing) error {
	if len(decided) == 0 {
		return nil
	}
	at := history.History{After: tx.seq}
	if err := tx.row(currentHistory).Scan(&at.Name); err != nil {
		return err
	}
	return tx.store.journal(at, decided)
}

// Standing lists what stands of decisions about phones and members of staff.
func (v *Snapshot) Standing() (list []care.Standing, err error) {
	err = v.each(standingNow, func(r *sql.Rows) error {
		var s care.Standing
		var fields []byte
		err := r.Scan(&s.Collection, &s.ID, &fields)
		s.Fields = fields
		list = append(list, s)
		return err
	})
	return list, err
}

// Decide makes a decision again of which a restored backup does not know. It says whether that changed
// anything: not where the record is not there, or stands so already.
func (tx *Tx) Decide(s care.Standing) (changed bool, err error) {
	var n int64
	switch fields := string(s.Fields); s.Collection {
	case care.Devices:
		n, err = tx.exec(decideDevice, s.ID, fields)
	case care.StaffName:
		n, err = tx.exec(decideStaff, s.ID, fields)
	case care.Caseload:
		n, err = tx.exec(decideCaseload, s.ID, fields)
	}
	return n > 0, err
}
