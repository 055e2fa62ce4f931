package pbstore

import (
	"database/sql"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

const (
	heldChanges = `SELECT id, author, kind, code, waits_for, patient, content, coalesce(length(raw), 0) FROM quarantine WHERE ` + care.SQLIssueOpen
	waitingFor  = `waits_for = ? AND waits_for <> '' AND ` + care.SQLIssueOpen + ` ORDER BY client, mid` // a condition
)

// loadHeld finds the records whose creates are in quarantine, what waits for records, and what held changes name.
func (m *memory) loadHeld(v *Snapshot) error {
	return v.each(heldChanges, func(r *sql.Rows) error {
		var id, author, kind, code, waits, patient string
		var content sql.NullString
		var raw int64
		if err := r.Scan(&id, &author, &kind, &code, &waits, &patient, &content, &raw); err != nil {
			return err
		}
		m.held[author] = m.held[author].add(1, int64(len(content.String))+raw)
		if kind == care.HeldMutation {
			m.hold(id, readHeld(code, waits, patient, []byte(content.String)))
		}
		return nil
	})
}

// Held implements takein.Store.
func (tx *Tx) Held(author string) (rows, bytes int64) {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := m.held[author].add(tx.held[author].rows, tx.held[author].bytes)
	return all.rows, all.bytes
}

// heldChange is what others ask about a change in quarantine.
type heldChange struct {
	creates []string // records that it would make
	names   []string // people whom it names, but for the one it is filed under, and records that it would change
	waits   string   // the record it waits for
}

// readHeld reads a change in quarantine. One whose id was taken makes nothing that others could wait for: the
// record is there.
func readHeld(code, waits, patient string, content []byte) heldChange {
	h := heldChange{waits: waits}
	if len(content) == 0 {
		return h
	}
	mutation, err := wire.DecodeKept(content)
	if err != nil {
		return h
	}
	for _, op := range mutation.Ops {
		if op.Kind == care.OpCreate && code != care.CodeIDTaken {
			h.creates = append(h.creates, op.ID)
		}
		for _, id := range []string{op.Patient, op.ID} {
			if id != "" && id != patient && (id != op.ID || op.Kind != care.OpCreate) && !slices.Contains(h.names, id) {
				h.names = append(h.names, id)
			}
		}
	}
	return h
}

func heldIn(row *care.Record) heldChange {
	i := care.AsIssue(row)
	return readHeld(i.Code(), i.WaitsFor(), i.Patient(), i.Content())
}

func (m *memory) hold(id string, h heldChange) {
	for _, record := range h.creates {
		m.creates[record] = id
	}
	for _, patient := range h.names {
		m.names[patient] = append(m.names[patient], id)
	}
	if h.waits != "" {
		m.waiting[h.waits]++
	}
}

func (m *memory) letGo(id string, h heldChange) {
	for _, record := range h.creates {
		delete(m.creates, record)
	}
	for _, patient := range h.names {
		left := slices.DeleteFunc(m.names[patient], func(held string) bool { return held == id })
		if m.names[patient] = left; len(left) == 0 {
			delete(m.names, patient)
		}
	}
	if h.waits == "" {
		return
	}
	if m.waiting[h.waits]--; m.waiting[h.waits] <= 0 {
		delete(m.waiting, h.waits)
	}
}

// naming lists the changes in quarantine that name a person or a record. The caller holds the memory.
func (tx *Tx) naming(patient string) []string {
	list := slices.Clone(tx.store.mem.names[patient])
	for _, id := range tx.names[patient] {
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

func (tx *Tx) noticeHeld(rec, old *care.Record) {
	if more := openRows(rec) - openRows(old); more != 0 {
		i := care.AsIssue(rec)
		author, bytes := i.Author(), more*int64(len(i.Content())+len(i.Raw()))
		tx.held[author] = tx.held[author].add(more, bytes)
		tx.note(func(m *memory) { m.held[author] = m.held[author].add(more, bytes) })
	}
	if !care.AsIssue(rec).HoldsChange() {
		return
	}
	id := rec.ID
	if old != nil && care.AsIssue(old).IsOpen() {
		was := heldIn(old)
		for _, record := range was.creates {
			tx.creates[record] = ""
		}
		if was.waits != "" {
			tx.waiting[was.waits]--
		}
		tx.note(func(m *memory) { m.letGo(id, was) })
	}
	if !care.AsIssue(rec).IsOpen() {
		return
	}
	now := heldIn(rec)
	for _, record := range now.creates {
		tx.creates[record] = id
	}
	for _, patient := range now.names {
		tx.names[patient] = append(tx.names[patient], id)
	}
	if now.waits != "" {
		tx.waiting[now.waits]++
	}
	tx.note(func(m *memory) { m.hold(id, now) })
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
