package pbstore

import (
	"database/sql"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

const (
	heldChanges = `SELECT id, client, kind, code, waits_for, content FROM quarantine WHERE ` + care.SQLIssueOpen
	waitingFor  = `waits_for = ? AND waits_for <> '' AND ` + care.SQLIssueOpen + ` ORDER BY client, mid` // a condition
)

// loadHeld finds the records whose creates are in quarantine and what waits for records.
func (m *memory) loadHeld(v *Snapshot) error {
	return v.each(heldChanges, func(r *sql.Rows) error {
		var id, client, kind, code, waits string
		var content sql.NullString
		if err := r.Scan(&id, &client, &kind, &code, &waits, &content); err != nil {
			return err
		}
		m.held[client]++
		if kind == care.HeldMutation {
			m.hold(id, code, waits, []byte(content.String))
		}
		return nil
	})
}

func (m *memory) hold(id, code, waits string, content []byte) {
	for _, record := range createdBy(code, content) {
		m.creates[record] = id
	}
	if waits != "" {
		m.waiting[waits]++
	}
}

func (m *memory) letGo(code, waits string, content []byte) {
	for _, record := range createdBy(code, content) {
		delete(m.creates, record)
	}
	if waits == "" {
		return
	}
	if m.waiting[waits]--; m.waiting[waits] <= 0 {
		delete(m.waiting, waits)
	}
}

// createdBy lists the records a quarantined mutation would create. One whose id was taken
// creates nothing that others could wait for: the record is there.
func createdBy(code string, content []byte) []string {
	if code == care.CodeIDTaken || len(content) == 0 {
		return nil
	}
	var ids []string
	mutation, err := wire.DecodeKept(content)
	if err != nil {
		return nil
	}
	for _, op := range mutation.Ops {
		if op.Kind == care.OpCreate {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

func (tx *Tx) noticeHeld(rec, old *care.Record) {
	if more := openRows(rec) - openRows(old); more != 0 {
		client := care.AsIssue(rec).Client()
		tx.note(func(m *memory) { m.held[client] += more })
	}
	if !care.AsIssue(rec).HoldsChange() {
		return
	}
	code, waits := care.AsIssue(rec).Code(), care.AsIssue(rec).WaitsFor()
	content := care.AsIssue(rec).Content()
	if old != nil && care.AsIssue(old).IsOpen() {
		oldCode, oldWaits := care.AsIssue(old).Code(), care.AsIssue(old).WaitsFor()
		for _, id := range createdBy(oldCode, content) {
			tx.creates[id] = ""
		}
		if oldWaits != "" {
			tx.waiting[oldWaits]--
		}
		tx.note(func(m *memory) { m.letGo(oldCode, oldWaits, content) })
	}
	if !care.AsIssue(rec).IsOpen() {
		return
	}
	for _, id := range createdBy(code, content) {
		tx.creates[id] = rec.ID
	}
	if waits != "" {
		tx.waiting[waits]++
	}
	id := rec.ID
	tx.note(func(m *memory) { m.hold(id, code, waits, content) })
}

// WaitingFor implements takein.Store. Asked for every created record, so memory answers
// the usual "nothing".
func (tx *Tx) WaitingFor(record string) ([]*care.Record, error) {
	if !tx.waitedFor(record) {
		return nil, nil
	}
	s := tx.store.tables.byName[care.Quarantine]
	return tx.records(s, waitingFor, record)
}

func (tx *Tx) waitedFor(record string) bool {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.waiting[record]+tx.waiting[record] > 0
}

// QuarantinedCreate implements takein.Store.
func (tx *Tx) QuarantinedCreate(record string) (string, error) {
	if issue, ok := tx.creates[record]; ok {
		return issue, nil
	}
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.creates[record], nil
}
