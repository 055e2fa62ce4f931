// Package pbrules reads, in SQL on the snapshots of pbstore, the rules and what they judge, and writes rules in its
// transactions.
package pbrules

import (
	"database/sql"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rules"
)

// Records are found through the person's own scope, as the rules of a push find them: nothing happens after it is received,
// so that what happened since a moment stands in the feed after the mark of that minute.
const recordsSince = `SELECT f.collection, f.record FROM sync_scopes s CROSS JOIN sync_feed f INDEXED BY sync_feed_scope
	ON f.scope = s.id AND f.seq > coalesce((SELECT m.seq FROM sync_marks m WHERE m.minute <= ?2 ORDER BY m.minute DESC LIMIT 1), 0)
	WHERE s.name = ?1 AND f.collection IN (SELECT value FROM json_each(?3)) ORDER BY f.seq DESC LIMIT +?4`

// Records are those of one moment: a snapshot of the store, or a database that no server has open here.
type Records interface {
	Each(query string, fn func(*sql.Rows) error, args ...any) error
	StoredAll(collection string, ids []string) (map[string]*care.Record, error)
}

// Pages reads rules and what they judge, all of one moment.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

// Evidence is what was recorded of somebody and happened between two moments, at most so many records: those that changed
// last. Cut says that there are more. What was refused or disputed is not among it.
func (v Pages) Evidence(patient string, from, to time.Time, most int) ([]rules.Event, bool, error) {
	return evidence(v, patient, from, to, most)
}

func evidence(v Records, patient string, from, to time.Time, most int) (events []rules.Event, cut bool, err error) {
	found, numbers, read := map[string][]string{}, []int64{}, 0
	byNumber := map[int64]string{}
	for _, name := range rules.Collections {
		n := pbstore.CollectionNumber(name)
		numbers, byNumber[n] = append(numbers, n), name
	}
	if err := v.Each(recordsSince, func(r *sql.Rows) error {
		var c int64
		var id string
		err := r.Scan(&c, &id)
		if read++; read <= most {
			found[byNumber[c]] = append(found[byNumber[c]], id)
		}
		return err
	}, care.ClinicalScope(patient), from.Unix()/60, string(care.JSON(numbers)), most+1); err != nil {
		return nil, false, err
	}
	replaced := map[string]bool{}
	for _, name := range rules.Collections {
		records, err := v.StoredAll(name, found[name])
		if err != nil {
			return nil, false, err
		}
		for _, rec := range records {
			if rec.Person() != patient || !rec.Retracted.IsZero() {
				continue
			}
			if name == care.Observations {
				replaced[care.AsObservation(rec).Replaces()] = true
			}
			if !rec.ClinicalTime.Before(from) && !rec.ClinicalTime.After(to) {
				events = append(events, rules.EventOf(rec, true))
			}
		}
	}
	for i := range events {
		events[i].Replaced = events[i].Collection == care.Observations && replaced[events[i].ID]
	}
	slices.SortFunc(events, func(a, b rules.Event) int { return a.At.Compare(b.At) })
	return events, read > most, nil
}
