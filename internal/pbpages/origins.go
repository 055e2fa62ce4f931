package pbpages

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

// Origin says who recorded a piece of evidence and when it reached the server.
type Origin struct {
	Author                 string
	AuthoredAt, ReceivedAt time.Time
}

// evidence are the collections whose records stand behind a handover.
var evidence = []string{care.Visits, care.Observations, care.Checkins}

// origins reads who recorded what, and when it came; of what was planned before also its changes.
func origins(collection string) string {
	changed := `''`
	if c, ok := care.ByName(collection); ok {
		if _, plans := c.Field("planned_start"); plans {
			changed = `iif(coalesce(planned_start, '') <> '' AND json_valid(changed), changed, '')`
		}
	}
	return `SELECT id, author, coalesce(replace(authored_at, ' ', 'T'), ''), coalesce(replace(received_at, ' ', 'T'), ''), ` + changed +
		` FROM ` + columns.Quote(collection) + ` WHERE id IN (SELECT value FROM json_each(?))`
}

// Origins looks up, by record id, where evidence of one collection came from. What was refused
// has no record and is not in the answer.
func (v Pages) Origins(collection string, ids []string) (map[string]Origin, error) {
	if !slices.Contains(evidence, collection) {
		return nil, errors.New("pbpages: no evidence in " + collection)
	}
	found := map[string]Origin{}
	err := v.Each(origins(collection), func(r *sql.Rows) error {
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
	}, jsonList(ids))
	return found, err
}
