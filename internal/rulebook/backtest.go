package rulebook

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
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
	Cut    int // people of whom there is more than was looked at
}

// Broke is how often a rule broke, and why the last time: it names fields, never their contents.
type Broke struct {
	Records int
	Last    string
}

// MostRecords is how many records of one person a backtest reads.
const MostRecords = 2000

// Source is where the people and records of a backtest are read.
type Source interface {
	// People are all of whom something may be recorded.
	People() ([]string, error)
	// Person is somebody's record and what was recorded of them between two moments, at most so many records; nil where there
	// is nobody. Cut says that there are more.
	Person(id string, from, to time.Time, most int) (person *care.Record, events []rules.Event, cut bool, err error)
	// Practices are the names of organisations by id.
	Practices() (map[string]string, error)
}

// Run judges the stored records of everybody by the rules in force and by others, over the days before a moment. What was
// refused, or disputed, is not looked at: a server that runs raises alarms from that too. Progress is told after each person.
func Run(source Source, inForce, asked []Entry, days int, now time.Time, progress func(done, all int)) (*Backtest, error) {
	b := &Backtest{From: now.AddDate(0, 0, -days), To: now, Broke: map[string]Broke{}}
	current, _ := rules.Compile(active(inForce))
	others, broken := rules.Compile(active(asked))
	b.Broken = broken
	people, err := source.People()
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
		person, events, cut, err := source.Person(id, b.From.AddDate(0, 0, -rules.MostDays), now, MostRecords)
		if err != nil {
			return nil, err
		}
		if cut {
			b.Cut++
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
