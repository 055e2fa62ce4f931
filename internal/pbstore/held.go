package pbstore

import (
	"cmp"
	"database/sql"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

const (
	heldChanges = `SELECT id, author, kind, code, waits_for, patient, content, raw FROM quarantine WHERE ` + care.SQLIssueOpen
	undecidedOf = `SELECT author, count(*) FROM conflicts WHERE policy <> '` + care.PolicyLatest + `' AND ` + care.SQLIssueOpen + ` GROUP BY author`
	waitingFor  = `waits_for = ?1 AND waits_for != '' AND (client, mid) > (?2, ?3) AND ` + care.SQLIssueOpen + ` ORDER BY client, mid LIMIT +?4` // a condition
)

// loadHeld counts what waits for a decision, by author, and finds the records whose creates are in quarantine, what waits
// for records, and what held changes name.
func (m *memory) loadHeld(v *Snapshot) error {
	err := v.each(undecidedOf, func(r *sql.Rows) error {
		var author string
		var rows int64
		err := r.Scan(&author, &rows)
		m.held[author] = m.held[author].add(rows, 0)
		return err
	})
	if err != nil {
		return err
	}
	return v.each(heldChanges, func(r *sql.Rows) error {
		var id, author, kind, code, waits, patient string
		var content, raw sql.NullString
		if err := r.Scan(&id, &author, &kind, &code, &waits, &patient, &content, &raw); err != nil {
			return err
		}
		m.held[author] = m.held[author].add(1, int64(len(content.String)+len(raw.String)))
		if kind == care.HeldMutation {
			m.hold(id, wire.HeldAs(code, waits, patient, []byte(content.String), raw.String))
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

func (m *memory) hold(id string, h wire.Held) {
	for _, record := range h.Creates {
		m.creates[record] = id
	}
	for _, patient := range h.Names {
		m.names[patient] = append(m.names[patient], id)
	}
	if h.Waits != "" {
		m.waiting[h.Waits]++
	}
}

func (m *memory) letGo(id string, h wire.Held) {
	for _, record := range h.Creates {
		delete(m.creates, record)
	}
	for _, patient := range h.Names {
		left := slices.DeleteFunc(m.names[patient], func(held string) bool { return held == id })
		if m.names[patient] = left; len(left) == 0 {
			delete(m.names, patient)
		}
	}
	if h.Waits == "" {
		return
	}
	if m.waiting[h.Waits]--; m.waiting[h.Waits] <= 0 {
		delete(m.waiting, h.Waits)
	}
}

// naming lists the changes in quarantine that name a person or a record.
func (tx *Tx) naming(patient string) []string {
	m := tx.store.mem
	m.mu.RLock()
	list := slices.Clone(m.names[patient])
	m.mu.RUnlock()
	for _, id := range tx.names[patient] {
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

func (tx *Tx) noticeHeld(rec, old *care.Record) {
	if more := int64(openRows(rec) - openRows(old)); more != 0 && care.AsIssue(rec).Policy() != care.PolicyLatest {
		i := care.AsIssue(rec)
		author, bytes := cmp.Or(i.Author(), rec.Author), more*int64(len(i.Content())+len(i.Raw()))
		tx.held[author] = tx.held[author].add(more, bytes)
		tx.note(func(m *memory) { m.held[author] = m.held[author].add(more, bytes) })
	}
	if !care.AsIssue(rec).HoldsChange() {
		return
	}
	id := rec.ID
	if old != nil && care.AsIssue(old).IsOpen() {
		was := wire.HeldIn(old)
		for _, record := range was.Creates {
			tx.creates[record] = ""
		}
		if was.Waits != "" {
			tx.waiting[was.Waits]--
		}
		tx.note(func(m *memory) { m.letGo(id, was) })
	}
	if !care.AsIssue(rec).IsOpen() {
		return
	}
	now := wire.HeldIn(rec)
	for _, record := range now.Creates {
		tx.creates[record] = id
	}
	for _, patient := range now.Names {
		tx.names[patient] = append(tx.names[patient], id)
	}
	if now.Waits != "" {
		tx.waiting[now.Waits]++
	}
	tx.note(func(m *memory) { m.hold(id, now) })
}

// WaitingFor implements takein.Store. Asked for every created record, so memory answers
// the usual "nothing".
func (tx *Tx) WaitingFor(record, client string, mid int64, atMost int) ([]*care.Record, error) {
	if !tx.waitedFor(record) {
		return nil, nil
	}
	s := tx.store.tables.byName[care.Quarantine]
	return tx.records(s, waitingFor, record, client, mid, atMost)
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
