package pbstore

import (
	"database/sql"
	"encoding/json"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	notRetracted         = withIDs + ` AND retracted = '' ORDER BY id` // a condition
	peopleHeldBy         = `SELECT DISTINCT patient FROM sync_grants WHERE holder = ? AND to_seq IS NULL ORDER BY patient`
	recordsOfKindInScope = `SELECT record FROM sync_feed WHERE scope = ? AND collection = ?`
)

// tellMoved sends the check-ins of those a member of staff holds in person again when they change
// their role or their teams: the desk of the service they left does not serve these people any more,
// the desk of the one they joined does from now on.
func (tx *Tx) tellMoved(before, after *access.Member) error {
	if !tx.store.Access.LimitedMember(before) && !tx.store.Access.LimitedMember(after) {
		return nil
	}
	var people []string
	err := tx.each(peopleHeldBy, func(r *sql.Rows) error {
		var patient string
		err := r.Scan(&patient)
		people = append(people, patient)
		return err
	}, care.StaffScope(after.Staff))
	if err != nil {
		return err
	}
	for _, patient := range people {
		if err := tx.tellCheckins(patient); err != nil {
			return err
		}
	}
	return nil
}

// tellCheckins sends the check-ins of a person again: they leave the phones of those who lost the
// person, and come back to those who have them again.
func (tx *Tx) tellCheckins(patient string) error {
	s := tx.store.tables.byName[care.Checkins]
	scope, err := tx.scopeID(care.ClinicalScope(patient))
	if err != nil {
		return err
	}
	var ids []string
	err = tx.each(recordsOfKindInScope, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, scope, s.number)
	if err != nil || len(ids) == 0 {
		return err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	records, err := tx.records(s, notRetracted, string(list))
	if err != nil {
		return err
	}
	return tx.tell(records)
}

// tell sends records again as they are, under the running number.
func (tx *Tx) tell(records []*care.Record) error {
	for _, old := range records {
		rec := old.Clone()
		rec.SentAgain()
		if err := tx.Update(rec, old, nil); err != nil {
			return err
		}
	}
	return nil
}
