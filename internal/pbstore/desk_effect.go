package pbstore

import (
	"database/sql"
	"encoding/json"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// moving changes a person's caseload and adds to reached what that does to phones at the time
// from which it counts.
func (tx *Tx) moving(person *care.Record, at time.Time, reached *Reached, change func() error) error {
	before, err := tx.staffHolding(person, at)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := tx.staffHolding(person, at)
	if err != nil {
		return err
	}
	if err := tx.count(&reached.Purges, person.ID, before, after); err != nil {
		return err
	}
	return tx.count(&reached.Backfills, person.ID, after, before)
}

// staffHolding lists the active staff who hold a person at a time, with their view.
func (tx *Tx) staffHolding(person *care.Record, at time.Time) (map[string]care.View, error) {
	held := map[string]bool{}
	err := tx.each(caseloadSelect+` WHERE c.patient = ?`, func(r *sql.Rows) error {
		c, err := scanCaseload(r)
		if err != nil {
			return err
		}
		if c.from.After(at) || !c.to.IsZero() && !c.to.After(at) || !tx.consented(person, c.team, c.staff) {
			return nil
		}
		name := care.TeamScope(c.team)
		if c.team == "" {
			name = care.StaffScope(c.staff)
		}
		held[name] = true
		return nil
	}, person.ID)
	return tx.store.Access.StaffUnder(held, tx.now), err
}

// consented says whether the person's consent, where it is needed, lets a holder have them now.
func (tx *Tx) consented(person *care.Record, team, staff string) bool {
	agreed, _ := tx.store.Access.Consent(person, team, staff, tx.now)
	return agreed
}

// count adds those who are in one list and not in the other.
func (tx *Tx) count(e *Effect, patient string, in, notIn map[string]care.View) error {
	scope := ""
	for id, view := range in {
		if _, both := notIn[id]; both {
			continue
		}
		if e.staff == nil {
			e.staff = map[string]bool{}
		}
		e.staff[id] = true
		if scope == "" || view == care.Clinical {
			scope = access.PersonScope(view, patient)
		}
	}
	if scope == "" {
		return nil
	}
	e.People++
	e.Staff = len(e.staff)
	var n int64
	err := tx.row(`SELECT count(*) FROM sync_feed f JOIN sync_scopes s ON s.id = f.scope WHERE s.name = ?`, scope).Scan(&n)
	if err != nil {
		return err
	}
	e.Records += n
	list, err := json.Marshal(sortedKeys(e.staff))
	if err != nil {
		return err
	}
	return tx.row(`SELECT count(*) FROM devices WHERE state = 'active' AND staff IN (SELECT value FROM json_each(?))`, string(list)).Scan(&e.Devices)
}
