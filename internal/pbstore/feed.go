package pbstore

import (
	"fmt"
	"slices"

	"doorstep/internal/care"
)

const (
	leaveScope = `DELETE FROM sync_feed WHERE scope = ? AND record = ?`
	leaveFeed  = `DELETE FROM sync_feed WHERE seq = ? AND scope = ? AND record = ?`
	enterFeed  = `INSERT INTO sync_feed (seq, n, scope, collection, record) VALUES (?, ?, ?, ?, ?)`
	nameScope  = `INSERT INTO sync_scopes (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`
)

// feed puts a changed record into the scopes it belongs to, under the number of the running
// change, and takes away its older rows there. In a scope it has left, a row stays behind at
// the new number, so that whoever holds that scope learns that the record is gone.
func (tx *Tx) feed(s *table, rec, old *care.Record) error {
	scopes := care.ScopesOf(s.Collection.Name, rec.ID, rec.Author, rec.Text)
	var before []string
	if old != nil {
		before = care.ScopesOf(s.Collection.Name, old.ID, old.Author, old.Text)
	}
	if s.Collection.Name == care.Patients && old != nil && old.Version > 0 && care.SameLimited(rec, old) {
		// The limited scope moves only on what its viewers can see.
		scopes = scopes[:1]
		before = before[:1]
	}
	for _, name := range before {
		id, err := tx.scopeID(name)
		if err != nil {
			return err
		}
		if err := tx.forget(s, id, name, old); err != nil {
			return err
		}
	}
	for _, name := range scopes {
		if err := tx.enter(s, name, rec.ID); err != nil {
			return err
		}
	}
	for _, name := range before {
		if slices.Contains(scopes, name) {
			continue
		}
		if err := tx.enter(s, name, rec.ID); err != nil {
			return err
		}
	}
	return nil
}

// forget removes a record's row in one scope: it stands at the number of the record's last
// version. Only a person in their limited scope may stand at an older one, and few records are in that.
func (tx *Tx) forget(s *table, scope int64, name string, old *care.Record) error {
	if s.Collection.Name == care.Patients && name == care.LimitedScope(old.ID) {
		_, err := tx.exec(leaveScope, scope, old.ID)
		return err
	}
	_, err := tx.exec(leaveFeed, old.Version, scope, old.ID)
	return err
}

func (tx *Tx) enter(s *table, scope, record string) error {
	id, err := tx.scopeID(scope)
	if err != nil {
		return err
	}
	tx.n++
	if _, err := tx.exec(enterFeed, tx.seq, tx.n, id, s.number, record); err != nil {
		return err
	}
	tx.heads[id] = tx.seq
	return nil
}

// scopeID finds a scope's number, or gives it one.
func (tx *Tx) scopeID(name string) (int64, error) {
	if id, ok := tx.scopes[name]; ok {
		return id, nil
	}
	id, ok := tx.store.Access.ScopeID(name)
	if ok {
		return id, nil
	}
	err := tx.row(nameScope, name).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("name scope: %w", err)
	}
	tx.scopes[name] = id
	return id, nil
}
