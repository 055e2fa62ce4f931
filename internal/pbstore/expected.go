package pbstore

import (
	"database/sql"
	"strings"
	"time"

	"doorstep/internal/care"
)

// A record that names another which is not there yet stands in sync_due, at a time that never comes: it is looked at
// when the other one comes, whenever that is.
const (
	never         = "9999-12-31T00:00:00.000Z"
	expects       = "expects" // the kind; its ref is the record that is named, and who names it
	expectedKept  = 20_000    // of such records in memory; a client may name what never comes
	anyRecord     = ""        // stands there for all beyond
	allExpected   = `SELECT ref FROM sync_due WHERE at = '` + never + `' AND kind = '` + expects + `' LIMIT +?`
	expectedOnce  = 200 // are looked at by one transaction
	expectedAfter = `SELECT ref FROM sync_due WHERE at = '` + never + `' AND kind = '` + expects + `' AND ref > ? ORDER BY ref LIMIT +?`
	expectedFrom  = `SELECT count(*) FROM (SELECT 1 FROM sync_due WHERE at = '` + never + `' AND kind = '` + expects + `' AND ref > ?1 || '/' AND ref < ?1 || '0' LIMIT 1)`
	takeExpecting = `DELETE FROM sync_due WHERE at = '` + never + `' AND kind = '` + expects + `' AND ref > ?1 || '/' AND ref < ?1 || '0' RETURNING ref` // which comes after the slash
)

// loadExpected finds the records that others name and that are not there yet.
func (m *memory) loadExpected(v *Snapshot) error {
	return v.each(allExpected, func(r *sql.Rows) error {
		var ref string
		err := r.Scan(&ref)
		record, _, _ := strings.Cut(ref, "/")
		m.expect(record)
		return err
	}, expectedKept+1)
}

func (m *memory) expect(record string) {
	if len(m.expected) >= expectedKept {
		record = anyRecord
	}
	m.expected[record] = true
}

// Expect implements takein.Notes.
func (tx *Tx) Expect(record string, by care.Reference) error {
	tx.expected[record] = true
	tx.note(func(m *memory) { m.expect(record) })
	_, err := tx.exec(addDue, never, expects, strings.Join([]string{record, by.Collection, by.ID, by.Field}, "/"))
	return err
}

// Expecting implements takein.Notes. Asked for every created record, so memory answers the usual "nobody".
func (tx *Tx) Expecting(record string) (list []care.Reference, err error) {
	m := tx.store.mem
	m.mu.RLock()
	known := m.expected[anyRecord] || m.expected[record] || tx.expected[record]
	m.mu.RUnlock()
	if !known {
		return nil, nil
	}
	refs, err := texts(tx, takeExpecting, record)
	for _, ref := range refs {
		if by := strings.Split(ref, "/"); len(by) == 4 {
			list = append(list, care.Reference{Collection: by[1], ID: by[2], Field: by[3]})
		}
	}
	tx.note(func(m *memory) { delete(m.expected, record) })
	return list, err
}

// ForgetExpected looks at some of the records that name one which has not come, after a row, and forgets those of which
// nothing can become any more: who named it is gone, or names another now, or came before a time, since when it would
// have come. Last is the row after which to go on, "" at the end.
func (tx *Tx) ForgetExpected(after string, before time.Time) (last string, err error) {
	refs, err := texts(tx, expectedAfter, after, expectedOnce)
	for _, ref := range refs {
		by := strings.Split(ref, "/")
		waits, err := tx.waitsStill(by, before)
		if err == nil && !waits {
			err = tx.forgetExpected(ref, by[0])
		}
		if err != nil {
			return "", err
		}
	}
	if len(refs) == expectedOnce {
		last = refs[expectedOnce-1]
	}
	return last, err
}

// waitsStill says whether the record that names another one stands, names it still (one that names no field does), and has not waited too long.
func (tx *Tx) waitsStill(by []string, before time.Time) (bool, error) {
	if len(by) != 4 || tx.store.tables.byName[by[1]] == nil {
		return false, nil
	}
	rec, err := tx.Record(tx.store.tables.byName[by[1]].Collection, by[2])
	return err == nil && rec != nil && (by[3] == "" || rec.Text(by[3]) == by[0]) && !rec.ReceivedAt.Before(before), err
}

func (tx *Tx) forgetExpected(ref, record string) error {
	if _, err := tx.exec(removeDue, never, expects, ref); err != nil {
		return err
	}
	var others int
	if err := tx.row(expectedFrom, record).Scan(&others); err != nil || others > 0 {
		return err
	}
	tx.note(func(m *memory) { delete(m.expected, record) })
	return nil
}
