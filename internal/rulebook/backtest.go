package rulebook

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/rules"
)

// Alerts are what one version of a rule raises at one practice on one day.
type Alerts struct {
	Code, Practice, Day string // day: 2006-01-02 in London
	InForce, Asked      int    // by the rules in force, and by those that are asked about
}

// Backtest is what rules would have raised over the records that are stored.
type Backtest struct {
	From, To time.Time
	People   int // with a record in that time
	Alerts   []Alerts
	// InForce are the alarms of the rules in force, by id.
	InForce []string
	// Broke says where rules that are asked about broke in that time, by code.
	Broke  map[string]Broke
	Broken []rules.Broken
}

// Broke is how often a rule broke, and why the last time: it names fields, never their contents.
type Broke struct {
	Records int
	Last    string
}

// Source is where the people and records of a backtest are read.
type Source interface {
	// People are those of whom something may have been recorded between two moments.
	People(from, to time.Time) ([]string, error)
	// Person is somebody's record and what was recorded of them between two moments; nil where there is nobody.
	Person(id string, from, to time.Time) (*care.Record, []rules.Event, error)
	// Practices are the names of organisations by id.
	Practices() (map[string]string, error)
}

// Run judges the stored records of everybody by the rules in force and by others, over the days before a moment. What was
// refused, or disputed, is not looked at: a server that runs raises alarms from that too. Progress is told after each person.
func Run(ctx context.Context, db *sql.DB, inForce, asked []Entry, days int, now time.Time, progress func(done, all int)) (*Backtest, error) {
	return RunOn(&reader{ctx: ctx, db: db}, inForce, asked, days, now, progress)
}

// RunOn is Run on another source.
func RunOn(source Source, inForce, asked []Entry, days int, now time.Time, progress func(done, all int)) (*Backtest, error) {
	b := &Backtest{From: now.AddDate(0, 0, -days), To: now, Broke: map[string]Broke{}}
	current, _ := rules.Compile(active(inForce))
	others, broken := rules.Compile(active(asked))
	b.Broken = broken
	people, err := source.People(b.From, b.To)
	if err != nil {
		return nil, err
	}
	practices, err := source.Practices()
	if err != nil {
		return nil, err
	}
	count := map[Alerts]*Alerts{}
	add := func(a rules.Alarm, practice string) *Alerts {
		key := Alerts{Code: a.Rule.Code, Practice: practice, Day: care.Today(a.Event.At)}
		if count[key] == nil {
			count[key] = &key
		}
		return count[key]
	}
	for i, id := range people {
		person, events, err := source.Person(id, b.From.AddDate(0, 0, -rules.MostDays), now)
		if err != nil {
			return nil, err
		}
		if person != nil && slices.ContainsFunc(events, func(e rules.Event) bool { return !e.At.Before(b.From) }) {
			subject, practice := rules.Patient{ID: id, Values: person.Values}, practices[care.AsPatient(person).Practice()]
			for _, a := range b.within(current.Judge(subject, events).Alarms) {
				b.InForce = append(b.InForce, a.ID)
				add(a, practice).InForce++
			}
			j := others.Judge(subject, events)
			for _, a := range b.within(j.Alarms) {
				add(a, practice).Asked++
			}
			b.note(j.Faults, events)
			b.People++
		}
		progress(i+1, len(people))
	}
	for _, key := range slices.SortedFunc(maps.Keys(count), func(x, y Alerts) int {
		return cmp.Or(cmp.Compare(x.Code, y.Code), cmp.Compare(x.Day, y.Day), cmp.Compare(x.Practice, y.Practice))
	}) {
		b.Alerts = append(b.Alerts, *count[key])
	}
	slices.Sort(b.InForce)
	return b, nil
}

// active are rules as they would be in force, those in shadow too; of several versions of a code the last.
func active(list []Entry) []rules.Rule {
	last := map[string]rules.Rule{}
	for _, e := range list {
		if have, ok := last[e.Code]; !ok || e.Version > have.Version {
			e.State = rules.Active
			last[e.Code] = e.Rule
		}
	}
	return slices.Collect(maps.Values(last))
}

// within are the alarms of the days that are asked about.
func (b *Backtest) within(list []rules.Alarm) []rules.Alarm {
	return slices.DeleteFunc(list, func(a rules.Alarm) bool { return a.Event.At.Before(b.From) || a.Event.At.After(b.To) })
}

// note counts where rules broke in the days that are asked about: what came before them is history alone.
func (b *Backtest) note(faults []rules.Fault, events []rules.Event) {
	for _, f := range faults {
		n := 0
		for i := range events {
			if at := events[i].At; !at.Before(b.From) && !at.After(b.To) && slices.Contains(f.Records, events[i].ID) {
				n++
			}
		}
		if n > 0 {
			b.Broke[f.Rule.Code] = Broke{Records: b.Broke[f.Rule.Code].Records + n, Last: f.Last}
		}
	}
}

// People implements Source: those of whom anything was recorded in that time.
func (r *reader) People(from, to time.Time) (ids []string, err error) {
	var parts []string
	var args []any
	for _, name := range rules.Collections {
		parts = append(parts, `SELECT patient FROM `+name+` WHERE retracted = '' AND clinical_time >= ? AND clinical_time <= ?`)
		args = append(args, columns.Stamp(from), columns.Stamp(to))
	}
	rows, err := r.db.QueryContext(r.ctx, strings.Join(parts, ` UNION `)+` ORDER BY 1`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Practices implements Source.
func (r *reader) Practices() (map[string]string, error) {
	rows, err := r.db.QueryContext(r.ctx, `SELECT id, name FROM organisations`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[string]string{"": "no practice"}
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

// reader reads what is stored about people.
type reader struct {
	ctx context.Context
	db  *sql.DB
}

// Person implements Source.
func (r *reader) Person(id string, from, to time.Time) (*care.Record, []rules.Event, error) {
	people, err := r.records(care.Patients, `id = ?`, id)
	if err != nil || len(people) == 0 {
		return nil, nil, err
	}
	var events []rules.Event
	replaced := map[string]bool{}
	for _, name := range rules.Collections {
		records, err := r.records(name, `patient = ? AND retracted = '' AND clinical_time >= ? AND clinical_time <= ?`, id, columns.Stamp(from), columns.Stamp(to))
		if err != nil {
			return nil, nil, err
		}
		for _, rec := range records {
			events = append(events, rules.EventOf(rec, true))
			if name == care.Observations {
				replaced[care.AsObservation(rec).Replaces()] = true
			}
		}
	}
	for i := range events {
		events[i].Replaced = events[i].Collection == care.Observations && replaced[events[i].ID]
	}
	return people[0], events, nil
}

func (r *reader) records(collection, condition string, args ...any) (list []*care.Record, err error) {
	c, _ := care.ByName(collection)
	layout := columns.LayoutOf(c)
	quoted := make([]string, len(layout.Names))
	for i, name := range layout.Names {
		quoted[i] = columns.Quote(name)
	}
	rows, err := r.db.QueryContext(r.ctx, `SELECT `+strings.Join(quoted, ", ")+` FROM `+columns.Quote(collection)+` WHERE `+condition+` ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", collection, err)
	}
	defer rows.Close()
	for rows.Next() {
		rec, err := layout.Scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", collection, err)
		}
		list = append(list, rec)
	}
	return list, rows.Err()
}
