package pbstore

import (
	"database/sql"

	"doorstep/internal/care"
)

// Conditions on records.
const (
	withID  = `id = ?`
	withIDs = `id IN (SELECT value FROM json_each(?))`
)

func (v *Snapshot) load(s *table, ids []string, into map[string]*care.Record) error {
	return v.each(s.where(withIDs), func(r *sql.Rows) error {
		rec, err := v.store.scan(s, r)
		if err == nil {
			into[rec.ID] = rec
		}
		return err
	}, jsonList(ids))
}

// People reads persons by id.
func (v *Snapshot) People(ids []string) (map[string]*care.Record, error) {
	found := map[string]*care.Record{}
	return found, v.load(v.store.tables.byName[care.Patients], ids, found)
}

// Stored reads one stored record; nil when there is none.
func (v *Snapshot) Stored(collection, id string) (*care.Record, error) {
	found, err := v.StoredAll(collection, []string{id})
	return found[id], err
}

// StoredAll reads stored records of a collection, by id.
func (v *Snapshot) StoredAll(collection string, ids []string) (map[string]*care.Record, error) {
	found := map[string]*care.Record{}
	s := v.store.tables.byName[collection]
	if s == nil {
		return found, nil
	}
	return found, v.load(s, ids, found)
}
