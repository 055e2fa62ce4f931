package pbstore

import (
	"database/sql"
	"strings"

	"doorstep/internal/care"
)

// A record that names another which is not there yet stands in sync_due, at a time that never comes: it is looked at
// when the other one comes, whenever that is.
const (
	never         = "9999-12-31T00:00:00.000Z"
	expects       = "expects" // the kind; its ref is the record that is named, and who names it
	expectedKept  = 20_000    // of such records in memory; a client may name what never comes
	anyRecord     = ""        // stands there for all beyond
	allExpected   = `SELECT ref FROM sync_due WHERE at = '` + never + `' AND kind = '` + expects + `' LIMIT ?`
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
