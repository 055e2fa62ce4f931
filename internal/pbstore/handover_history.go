package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const eventsOf = `handover = ? ORDER BY version, id`

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

// Origin says who recorded a piece of evidence and when it reached the server.
type Origin struct {
	Author                 string
	AuthoredAt, ReceivedAt time.Time
}

// Origins looks up, by record id, where evidence of one collection came from. What was refused
// has no record and is not in the answer.
func (v *Snapshot) Origins(collection string, ids []string) (map[string]Origin, error) {
	s := v.store.tables.byName[collection]
	if s == nil {
		return nil, errors.New("pbstore: no evidence in " + collection)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	found := map[string]Origin{}
	err = v.each(s.origins(), func(r *sql.Rows) error {
		var id, authored, received, changed string
		var o Origin
		if err := r.Scan(&id, &o.Author, &authored, &received, &changed); err != nil {
			return err
		}
		o.AuthoredAt, o.ReceivedAt = columns.ParseTime(authored), columns.ParseTime(received)
		var changes map[string]care.Change // what cannot be read says nothing
		_ = json.Unmarshal([]byte(changed), &changes)
		if c, ok := care.RecordedAfterPlan(changes); ok {
			o = Origin{c.Author, c.At, c.Arrived()}
		}
		found[id] = o
		return nil
	}, string(list))
	return found, err
}
