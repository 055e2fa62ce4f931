package pbrules

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rulebook"
	"doorstep/internal/rules"
)

const (
	peopleAfter   = `SELECT id FROM patients WHERE id > ? AND retracted = '' ORDER BY id LIMIT +?`
	practiceNames = `SELECT id, name FROM organisations`
)

// Source implements rulebook.Source. Read lets it look at the records of one moment, a person or a page of people each time, so
// that no reading is long.
type Source struct {
	Read func(func(Records) error) error
}

// OfDatabase reads a database that no server has open here.
func OfDatabase(db rulebook.Database) rulebook.Source {
	return Source{Read: func(fn func(Records) error) error { return fn(db) }}
}

// People implements rulebook.Source: everybody there is; of most nothing was recorded, which one look into an index says.
func (s Source) People() (all []string, err error) {
	const step = 1000
	for after := ""; ; {
		before := len(all)
		if err := s.Read(func(v Records) error {
			return v.Each(peopleAfter, func(r *sql.Rows) error {
				err := r.Scan(&after)
				all = append(all, after)
				return err
			}, after, step)
		}); err != nil {
			return nil, err
		}
		if len(all)-before < step {
			return all, nil
		}
	}
}

// Person implements rulebook.Source.
func (s Source) Person(id string, from, to time.Time, most int) (person *care.Record, events []rules.Event, cut bool, err error) {
	err = s.Read(func(v Records) error {
		if events, cut, err = evidence(v, id, from, to, most); err != nil || len(events) == 0 {
			return err
		}
		found, err := v.StoredAll(care.Patients, []string{id})
		person = found[id]
		return err
	})
	return person, events, cut, err
}

// Practices implements rulebook.Source.
func (s Source) Practices() (map[string]string, error) {
	names := map[string]string{"": "no practice"}
	return names, s.Read(func(v Records) error {
		return v.Each(practiceNames, func(r *sql.Rows) error {
			id, name := "", ""
			err := r.Scan(&id, &name)
			names[id] = name
			return err
		})
	})
}
