package pbstore

import (
	"database/sql"
	"fmt"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const desksDecidingOn = `SELECT owner_team FROM conflicts WHERE patient = ?1 AND record = ?2 AND ` + care.SQLIssueOpen + `
		UNION SELECT owner_team FROM quarantine WHERE patient = ?1 AND record = ?2 AND ` + care.SQLIssueOpen

// Record implements takein.Store.
func (tx *Tx) Record(c *care.Collection, id string) (*care.Record, error) {
	s := tx.store.tables.byName[c.Name]
	return tx.store.scan(s, tx.row(s.where(withID), id))
}

// insertion stores a new record, unless there is one with its id.
//
// NB! OR FAIL, here and in update, spares the journal SQLite keeps for one statement: with a trigger on the
// table it would copy every page it is about to change. What a failed statement leaves is undone with its
// transaction or savepoint.
func (s *table) insertion() string {
	if s.insert == "" {
		s.insert = "INSERT OR FAIL INTO " + columns.Quote(s.Collection.Name) + " (" + s.list + ") VALUES (?" + strings.Repeat(", ?", len(s.Names)-1) + ") ON CONFLICT (id) DO NOTHING"
	}
	return s.insert
}

// update sets columns, the version, what was changed when, and whether it was retracted.
func (s *table) update(names []string) string {
	var sets strings.Builder
	for _, name := range names {
		sets.WriteString(columns.Quote(name) + " = ?, ")
	}
	return "UPDATE OR FAIL " + columns.Quote(s.Collection.Name) + " SET " + sets.String() + "version = ?, changed = ?, retracted = ? WHERE id = ?"
}

// Insert implements takein.Store.
func (tx *Tx) Insert(rec *care.Record) (bool, error) {
	s := tx.store.tables.byName[rec.Collection.Name]
	rec.Version = tx.seq
	if rec.ReceivedAt.IsZero() {
		rec.ReceivedAt = tx.now
	}
	n, err := tx.exec(s.insertion(), s.Row(rec)...)
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
	s := tx.store.tables.byName[rec.Collection.Name]
	rec.Version = tx.seq
	names := make([]string, 0, len(fields)+4)
	args := make([]any, 0, len(fields)+8)
	set := func(name string, v any) { names, args = append(names, name), append(args, v) }
	for _, name := range fields {
		f, ok := rec.Collection.Field(name)
		if !ok {
			return fmt.Errorf("update %s: no field %s", rec.Collection.Name, name)
		}
		set(name, columns.Of(f, rec.Values[name]))
	}
	if s.Timed {
		set("clinical_time", columns.Stamp(rec.ClinicalTime))
	}
	if !rec.ReceivedAt.Equal(old.ReceivedAt) { // adopted from a writer that knows nothing of this
		set("received_at", columns.Stamp(rec.ReceivedAt))
		set("authored_at", columns.Stamp(rec.AuthoredAt))
		set("clock_offset_ms", columns.Clock(rec))
	}
	args = append(args, rec.Version, columns.Changed(rec), columns.Stamp(rec.Retracted), rec.ID)
	if _, err := tx.exec(s.update(names), args...); err != nil {
		return err
	}
	if err := tx.feed(s, rec, old); err != nil {
		return err
	}
	if err := tx.tellDesksAbout(rec); err != nil {
		return err
	}
	return tx.noticed(rec, old)
}

// tellDesksAbout tells the desks that decide an issue about a record that it changed: they show what is stored.
func (tx *Tx) tellDesksAbout(rec *care.Record) error {
	patient := rec.Person()
	if !tx.mayHaveIssues(patient) {
		return nil
	}
	return tx.each(desksDecidingOn, func(r *sql.Rows) error {
		var team string
		err := r.Scan(&team)
		tx.noteAccess(func(u *access.Update) { u.ShownAtDesk(team) })
		return err
	}, patient, rec.ID)
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
		tx.watched[rec.Person()] = true
		tx.recount(rec, old, open, func(m *memory, patient string, more int) { m.watch(patient).open += more })
		if care.AsHandover(rec).ToTeam() == "" || old != nil && care.AsHandover(old).ToTeam() == "" { // which is in no team's scope
			tx.noteAccess((*access.Update).MovedNowhere)
		}
	case care.Conflicts, care.Quarantine:
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

// recount lets memory count what is open about people, and says how many more that are about whom a record is about: it may
// have been filed under somebody else before.
func (tx *Tx) recount(rec, old *care.Record, open func(*care.Record) int, into func(m *memory, patient string, more int)) int {
	patient, was, is, less := rec.Person(), rec.Person(), open(rec), open(old)
	if old != nil {
		was = old.Person()
	}
	tx.note(func(m *memory) { into(m, patient, is); into(m, was, -less) })
	if was == patient {
		return is - less
	}
	return is
}

func (tx *Tx) noticeIssue(rec, old *care.Record) error {
	tx.doubted[rec.Person()] += tx.recount(rec, old, openRows, func(m *memory, patient string, more int) { m.watch(patient).issues += more })
	if care.AsIssue(rec).OwnerTeam() == "" || old != nil && care.AsIssue(old).OwnerTeam() == "" {
		tx.noteAccess((*access.Update).IssueOfNobody)
	}
	if old == nil && tx.strangers(rec) {
		return tx.lapseLater(rec)
	}
	return nil
}

func (tx *Tx) records(s *table, condition string, args ...any) ([]*care.Record, error) {
	var list []*care.Record
	err := tx.each(s.where(condition), func(r *sql.Rows) error {
		rec, err := tx.store.scan(s, r)
		list = append(list, rec)
		return err
	}, args...)
	return list, err
}
