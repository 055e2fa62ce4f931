package pbstore

import (
	"database/sql"
	"fmt"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// Record implements takein.Store.
func (tx *Tx) Record(c *care.Collection, id string) (*care.Record, error) {
	s := tx.store.shapes.byName[c.Name]
	return s.scan(tx.row(s.selects+" WHERE id = ?", id))
}

// Insert implements takein.Store.
func (tx *Tx) Insert(rec *care.Record) (bool, error) {
	s := tx.store.shapes.byName[rec.Collection.Name]
	rec.Version = tx.seq
	if rec.ReceivedAt.IsZero() {
		rec.ReceivedAt = tx.now
	}
	n, err := tx.exec(s.insert, s.row(rec)...)
	if err != nil || n == 0 {
		return false, err
	}
	if err := tx.feed(s, rec, nil); err != nil {
		return false, err
	}
	return true, tx.noticed(rec, nil)
}

// Update implements takein.Store.
func (tx *Tx) Update(rec, old *care.Record, fields []string) error {
	s := tx.store.shapes.byName[rec.Collection.Name]
	rec.Version = tx.seq
	var sets strings.Builder
	args := make([]any, 0, len(fields)+6)
	for _, name := range fields {
		f, ok := rec.Collection.Field(name)
		if !ok {
			return fmt.Errorf("update %s: no field %s", rec.Collection.Name, name)
		}
		sets.WriteString(quote(name) + " = ?, ")
		args = append(args, toColumn(f, rec.Values[name]))
	}
	if s.timed {
		sets.WriteString("clinical_time = ?, ")
		args = append(args, columnStamp(rec.ClinicalTime))
	}
	if !rec.ReceivedAt.Equal(old.ReceivedAt) { // adopted from a writer that knows nothing of this
		sets.WriteString("received_at = ?, authored_at = ?, clock_offset_ms = ?, ")
		args = append(args, columnStamp(rec.ReceivedAt), columnStamp(rec.AuthoredAt), clockColumn(rec))
	}
	args = append(args, rec.Version, changedColumn(rec), columnStamp(rec.Retracted), rec.ID)
	if _, err := tx.exec("UPDATE OR FAIL "+quote(rec.Collection.Name)+" SET "+sets.String()+"version = ?, changed = ?, retracted = ? WHERE id = ?", args...); err != nil {
		return err
	}
	if err := tx.feed(s, rec, old); err != nil {
		return err
	}
	return tx.noticed(rec, old)
}

// noticed keeps the memory of what changed with a record.
func (tx *Tx) noticed(rec, old *care.Record) error {
	switch rec.Collection.Name {
	case care.Patients:
		tx.patients[rec.ID] = rec
		tx.note(func(m *memory) { m.patients.Add(rec.ID, rec) })
		if old != nil && (!care.Equal(rec.Get("consent"), old.Get("consent")) || !care.Equal(rec.Get("objection"), old.Get("objection"))) {
			return tx.Regrant(rec.ID)
		}
	case care.Handovers:
		patient := care.AsHandover(rec).Patient()
		tx.watched[patient] = true
		opened := open(rec) - open(old)
		tx.note(func(m *memory) { m.watch(patient).open += opened })
		if care.AsHandover(rec).ToTeam() == "" || old != nil && care.AsHandover(old).ToTeam() == "" { // which is in no team's scope
			tx.noteAccess((*access.Update).MovedNowhere)
		}
	case care.Conflicts:
		return tx.noticeIssue(rec, old)
	case care.Quarantine:
		tx.noticeHeld(rec, old)
		return tx.noticeIssue(rec, old)
	case care.Organisations, care.Teams, care.Neighbourhoods:
		return tx.reloadDirectory()
	}
	return nil
}

// open counts a handover that is not closed; nil is none.
func open(handover *care.Record) int {
	if handover == nil || care.AsHandover(handover).State().OffTheClock() {
		return 0
	}
	return 1
}

func (tx *Tx) noticeIssue(rec, old *care.Record) error {
	patient := care.AsIssue(rec).Patient()
	more := int(openRows(rec) - openRows(old))
	tx.doubted[patient] += more
	tx.note(func(m *memory) { m.watch(patient).issues += more })
	if care.AsIssue(rec).OwnerTeam() == "" || old != nil && care.AsIssue(old).OwnerTeam() == "" {
		tx.noteAccess((*access.Update).IssueOfNobody)
	}
	if old == nil && tx.strangers(rec) {
		return tx.lapseLater(rec)
	}
	return nil
}

func (tx *Tx) noticeHeld(rec, old *care.Record) {
	if more := openRows(rec) - openRows(old); more != 0 {
		client := care.AsIssue(rec).Client()
		tx.note(func(m *memory) { m.held[client] += more })
	}
	if care.AsIssue(rec).Kind() != "mutation" {
		return
	}
	code, waits := care.AsIssue(rec).Code(), care.AsIssue(rec).WaitsFor()
	content := care.AsIssue(rec).Content()
	if old != nil && care.AsIssue(old).State() == "open" {
		oldCode, oldWaits := care.AsIssue(old).Code(), care.AsIssue(old).WaitsFor()
		for _, id := range createdBy(oldCode, content) {
			tx.creates[id] = ""
		}
		if oldWaits != "" {
			tx.waiting[oldWaits]--
		}
		tx.note(func(m *memory) { m.letGo(oldCode, oldWaits, content) })
	}
	if care.AsIssue(rec).State() != "open" {
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

// openRows counts an issue that is not decided; nil is none.
func openRows(issue *care.Record) int64 {
	if issue == nil || care.AsIssue(issue).State() != "open" {
		return 0
	}
	return 1
}

// WaitingFor implements takein.Store. Asked for every created record, so memory answers
// the usual "nothing".
func (tx *Tx) WaitingFor(record string) ([]*care.Record, error) {
	if !tx.waitedFor(record) {
		return nil, nil
	}
	s := tx.store.shapes.byName[care.Quarantine]
	return tx.records(s, "waits_for = ? AND state = 'open' ORDER BY client, mid", record)
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

func (tx *Tx) records(s *shape, where string, args ...any) ([]*care.Record, error) {
	var list []*care.Record
	err := tx.each(s.selects+" WHERE "+where, func(r *sql.Rows) error {
		rec, err := s.scan(r)
		list = append(list, rec)
		return err
	}, args...)
	return list, err
}
