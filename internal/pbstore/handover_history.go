package pbstore

import (
	"database/sql"

	"doorstep/internal/care"
)

const eventsOf = `handover = ? ORDER BY coalesce(iif(json_valid(changed), changed ->> '$.sent_again.s', NULL), version), id` // see care.Record.WrittenUnder

// History reads the events of a handover, oldest first.
func (v *Snapshot) History(handover string) ([]*care.Record, error) {
	s := v.store.tables.byName[care.HandoverEvents]
	var list []*care.Record
	err := v.each(s.where(eventsOf), func(r *sql.Rows) error {
		rec, err := v.store.scan(s, r)
		list = append(list, rec)
		return err
	}, handover)
	return list, err
}
