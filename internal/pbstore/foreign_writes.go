package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/handover"
)

const (
	// steering is what says who holds whom, where people belong and what alarms. An index finds it.
	steering = `collection IN ('` + care.Devices + `', '` + care.Caseload + `', '` + care.StaffName + `', '` + care.HandoverRules + `', '` +
		care.Neighbourhoods + `', '` + care.Organisations + `', '` + care.Teams + `', '` + care.Patients + `')`
	dirtySteering = `SELECT id, collection, record, op, was FROM sync_dirty WHERE ` + steering + ` ORDER BY id LIMIT +?`
	dirtyRows     = `SELECT id, collection, record, op, was FROM sync_dirty ORDER BY id LIMIT +?`

	anyDirty        = `SELECT count(*) FROM (SELECT 1 FROM sync_dirty LIMIT 1)`
	settled         = `DELETE FROM sync_dirty WHERE id = ?`
	caseloadPatient = `SELECT patient FROM caseload WHERE id = ?`
)

// regrantAtOnce people have worked out who holds them at the end of a transaction; the rows of more wait for the next.
const regrantAtOnce = 50

// Dirty says whether somebody other than the engine wrote something that is not settled yet.
func (tx *Tx) Dirty() (dirty bool, err error) {
	err = tx.row(anyDirty).Scan(&dirty)
	return dirty, err
}

// OthersWrote says whether there may be writes the engine has not settled. It asks the queue only
// when something was committed since the last call. One goroutine may call it.
func (s *Store) OthersWrote(ctx context.Context) (bool, error) {
	if committed, err := s.db.Committed(ctx); err != nil || !committed {
		return false, err
	}
	return s.AnyDirty()
}

// AnyDirty is Dirty without a transaction, for the watcher.
func (s *Store) AnyDirty() (dirty bool, err error) {
	err = s.row(anyDirty).Scan(&dirty)
	return dirty, err
}

type dirty struct {
	id                     int64
	collection, record, op string
	was                    sql.NullString
}

// ForeignWrites takes in what somebody wrote past the engine. See takein.Room.
type ForeignWrites interface {
	TakeInForeignWrite(rec, old *care.Record, changed []string) error
	TakeInForeignDelete(rec *care.Record) error
	WorkingTimeChanged(handovers []string, before func(organisation string) handover.Calendar) error
}

// Settle brings what others wrote into the sequence: feed, field versions, grants, rules. It
// takes at most limit rows, no further one when its time is over or enough people wait for their grants, and says
// whether any are left. What steers the rest comes first, in a
// transaction of its own, so that records written together with their person and caseload are
// judged in its light.
func (tx *Tx) Settle(limit int, over func() bool, in ForeignWrites) (more bool, err error) {
	rows, err := tx.dirty(dirtySteering, limit)
	if err != nil {
		return false, err
	}
	steers := len(rows) > 0
	if !steers {
		if rows, err = tx.dirty(dirtyRows, limit); err != nil {
			return false, err
		}
	}
	more, tx.unsettled = steers || len(rows) == limit, false
	var decided []care.Standing
	for i, d := range rows {
		if i > 0 && (over() || len(tx.regrant) >= regrantAtOnce || tx.sentAgain >= sentAgainOnce) {
			more = true
			break
		}
		tx.Next()
		if decided, err = tx.decided(decided, d.collection, d.record, d.op == "delete"); err != nil {
			return false, fmt.Errorf("journal %s %s: %w", d.collection, d.record, err)
		}
		if err := tx.settle(in, d); err != nil {
			return false, fmt.Errorf("settle %s %s: %w", d.collection, d.record, err)
		}
		if _, err := tx.exec(settled, d.id); err != nil {
			return false, err
		}
	}
	for _, patient := range sortedKeys(tx.regrant) {
		tx.Next()
		if err := tx.Regrant(patient); err != nil {
			return false, err
		}
	}
	clear(tx.regrant)
	return more || tx.unsettled, tx.journal(decided)
}

func (tx *Tx) dirty(query string, limit int) (rows []dirty, err error) {
	err = tx.each(query, func(r *sql.Rows) error {
		var d dirty
		err := r.Scan(&d.id, &d.collection, &d.record, &d.op, &d.was)
		rows = append(rows, d)
		return err
	}, limit)
	return rows, err
}

func (tx *Tx) settle(in ForeignWrites, d dirty) error {
	was := columns.WasOf(d.was.String)
	switch d.collection {
	case dayChanged, hoursChanged:
		return tx.workingTimeChanged(in, d, was)
	case sentAgain:
		return tx.sendAgain(d.record, againFrom(d.was.String))
	case care.Caseload:
		if d.op == asking {
			after, _ := was["after"].(string)
			return tx.ask(d.record, after)
		}
		if p, ok := was["patient"].(string); ok {
			tx.regrant[p] = true
		}
		var patient string
		if err := tx.row(caseloadPatient, d.record).Scan(&patient); err == nil {
			tx.regrant[patient] = true
		} else if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return nil
	case care.StaffName:
		tx.note(func(m *memory) { m.standingChanged = append(m.standingChanged, d.record) })
		return tx.Restaff(d.record)
	case care.Devices:
		tx.note(func(m *memory) { m.standingChanged = append(m.standingChanged, d.record) })
		return nil
	case care.HandoverRules:
		return tx.reloadRules()
	}
	s := tx.store.tables.byName[d.collection]
	if s == nil {
		return nil // watched once, no longer
	}
	return tx.settleRecord(in, s, d, was)
}

func (tx *Tx) settleRecord(in ForeignWrites, s *table, d dirty, was columns.Was) error {
	rec, err := tx.Record(s.Collection, d.record)
	if err != nil {
		return err
	}
	if s.Collection.Name == care.Patients {
		tx.patients[d.record] = rec // nil when they are gone: memory still knows them
		tx.note(func(m *memory) { m.patients.Remove(d.record) })
		tx.regrant[d.record] = true
	}
	var old *care.Record
	if d.op != "insert" {
		old = was.Record(s.Collection, d.record, rec)
	}
	if rec == nil {
		if d.op == "delete" {
			return tx.settleGone(in, s, d, old)
		}
		return nil // deleted since; its own row follows
	}
	if d.op == "insert" {
		if rec.ReceivedAt.IsZero() {
			rec.ReceivedAt = tx.now
		}
		if rec.AuthoredAt.IsZero() {
			rec.AuthoredAt = tx.now
		}
	}
	var changed []string
	if d.op == "update" {
		changed = was.Fields(s.Collection)
	}
	if s.Collection.Name == care.Organisations && slices.Contains(changed, "recovery_key") { // who holds it reads what phones export
		if err := tx.Audit("", "", "recovery_key_changed", care.Organisations, d.record, "", nil); err != nil {
			return err
		}
	}
	if err := in.TakeInForeignWrite(rec, old, changed); err != nil || s.Collection.Name != care.Organisations || !slices.ContainsFunc(changed, care.SetsWorkingTime) {
		return err
	}
	tx.unsettled = true
	_, err = tx.exec(goOn, hoursChanged, rec.ID, string(care.JSON(map[string]string{"hours": care.AsOrganisation(old).Statement()})))
	return err
}

// settleGone leaves a row in every scope the deleted record was in: the tombstone.
func (tx *Tx) settleGone(in ForeignWrites, s *table, d dirty, old *care.Record) error {
	for _, scope := range care.ScopesOf(s.Collection.Name, d.record, old.Author, old.Text) {
		if err := tx.enter(s, scope, d.record); err != nil {
			return err
		}
	}
	tx.note(func(*memory) { tx.store.Rendered.Forget() })
	switch s.Collection.Name {
	case care.Organisations, care.Teams, care.Neighbourhoods:
		return tx.reloadDirectory()
	}
	return in.TakeInForeignDelete(old)
}
