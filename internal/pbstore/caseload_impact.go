package pbstore

import (
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	recordsInScope = `SELECT count(*) FROM sync_feed f JOIN sync_scopes s ON s.id = f.scope WHERE s.name = ?`
	activeDevices  = `SELECT count(*) FROM devices WHERE state = 'active' AND staff IN (SELECT value FROM json_each(?))`
)

// StaffHolding implements desk.ImpactReader.
func (tx *Tx) StaffHolding(person *care.Record, at time.Time) (map[string]care.View, error) {
	rows, err := tx.EverHeld(person.ID)
	held := map[string]bool{}
	for i := range rows {
		if rows[i].InForce(at) && tx.consented(person, rows[i].Team, rows[i].Staff) {
			held[rows[i].Holder()] = true
		}
	}
	return tx.store.Access.StaffUnder(held, tx.now), err
}

// consented says whether the person's consent, where it is needed, lets a holder have them now.
func (tx *Tx) consented(person *care.Record, team, staff string) bool {
	agreed, _ := access.Consented(person, tx.service(team, staff), tx.now)
	return agreed
}

// RecordsAbout implements desk.ImpactReader.
func (tx *Tx) RecordsAbout(patient string, view care.View) (n int64, err error) {
	err = tx.row(recordsInScope, access.PersonScope(view, patient)).Scan(&n)
	return n, err
}

// ActivePhones implements desk.ImpactReader.
func (tx *Tx) ActivePhones(staff []string) (n int, err error) {
	err = tx.row(activeDevices, jsonList(staff)).Scan(&n)
	return n, err
}
