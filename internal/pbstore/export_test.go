package pbstore

import (
	"database/sql"
	"encoding/json"

	"doorstep/internal/care"
)

// InboxPlans are what SQLite says it will do for each statement behind the closed part of an inbox.
func (v *Snapshot) InboxPlans(q InboxQuery) (plans []string, err error) {
	err = q.eachRun(care.StatesThat(care.State.Closed), q.Limit+1, func(query string, args []any) error {
		return v.each("EXPLAIN QUERY PLAN "+query, func(r *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			plans = append(plans, detail)
			return err
		}, args...)
	})
	return plans, err
}

// Projected is the JSON of a record as a pull builds it for a view.
func (v *Snapshot) Projected(collection string, view care.View, id string) (raw json.RawMessage, err error) {
	s := v.store.tables.byName[collection]
	projection := s.clinical
	if view != care.Clinical {
		projection = s.limited
	}
	err = v.row("SELECT "+projection+" FROM "+quote(collection)+" WHERE id = ?", id).Scan((*[]byte)(&raw))
	return raw, err
}

// Synced are the collections the feed carries.
func Synced() []string { return collectionNumbers }
