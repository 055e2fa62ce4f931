package phone

import (
	"maps"
	"slices"
)

// Storage keeps a phone's state between two lives of its process: rows of bytes, by table and
// key. Commit is atomic: after an error, a kill or a loss of power either all of its writes
// are there or none.
type Storage interface {
	// Load hands over every row.
	Load(row func(table, key string, value []byte) error) error
	// Commit stores the writes, in order, or fails and stores none.
	Commit(writes []Write) error
}

// Write is one row put, or taken away when Value is nil.
type Write struct {
	Table, Key string
	Value      []byte
}

// The tables of a phone.
const (
	tableSelf    = "self"    // one row: who and where we are
	tableScopes  = "scopes"  // held scopes
	tableRecords = "records" // the base: what the server sent
	tableStaged  = "staged"  // pages of the pull that is under way
	tableOutbox  = "outbox"  // changes no pull has confirmed yet
	tableSentLog = "sentlog" // confirmed changes of the last fourteen days
	tableItems   = "items"   // how each change stands, for its author
	tableAside   = "aside"   // changes too big to be sent

	// These two can be read while the phone is locked, and tell nothing of anybody.
	tableSealed = "sealed" // unanswered changes, sealed to the server
	tableLocked = "locked" // one row: what a locked phone must know to speak to the server
)

// Memory is a Storage in memory. The zero value is empty and ready.
type Memory struct {
	tables map[string]map[string][]byte
}

// Load implements Storage; tables and keys come in order.
func (m *Memory) Load(row func(table, key string, value []byte) error) error {
	for _, table := range slices.Sorted(maps.Keys(m.tables)) {
		rows := m.tables[table]
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if err := row(table, key, rows[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Commit implements Storage; it never fails.
func (m *Memory) Commit(writes []Write) error {
	if m.tables == nil {
		m.tables = map[string]map[string][]byte{}
	}
	for _, w := range writes {
		rows := m.tables[w.Table]
		if rows == nil {
			rows = map[string][]byte{}
			m.tables[w.Table] = rows
		}
		if w.Value == nil {
			delete(rows, w.Key)
		} else {
			rows[w.Key] = w.Value
		}
	}
	return nil
}

// Snapshot is a backup of the phone as it stands: a copy that later commits do not reach.
func (m *Memory) Snapshot() *Memory {
	c := &Memory{tables: make(map[string]map[string][]byte, len(m.tables))}
	for table, rows := range m.tables {
		c.tables[table] = maps.Clone(rows) // values are never changed in place
	}
	return c
}
