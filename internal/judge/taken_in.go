package judge

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// TakenIn is what one change did, as far as the rules may care.
type TakenIn struct {
	Written []Written
	Issues  []*care.Record // conflicts and fields set aside that it left open
	Settled []*care.Record // issues that it decided
	Raised  []Raised       // handovers by hand that it made
	// Refused is the quarantine row that keeps the change, nil when it was taken in.
	Refused *care.Record
}

// Written is a record that a change made or changed.
type Written struct {
	Record *care.Record
	Old    *care.Record // nil when the change made it
}

// Raised is a handover by hand; what the rules raise from then on in the same visit joins it.
type Raised struct {
	Patient      string
	ClinicalTime time.Time
}

// Judge lets the rules look at what a change did, at what was refused of it and at what lost, person by
// person.
func (r *Room) Judge(t TakenIn) error {
	people, err := r.byPerson(&t)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(people)) {
		if !care.IsID(id) {
			continue
		}
		if t.Refused != nil {
			if err := r.addRefusedTo(people[id], t.Refused, id); err != nil {
				return err
			}
		}
		if err := r.Person(id, people[id]); err != nil {
			return err
		}
	}
	return nil
}

// addRefusedTo adds what a refused change says about a person. The row is filed under one person, who is judged
// with it whenever they are judged; what it says about another is judged now.
func (r *Room) addRefusedTo(n *News, row *care.Record, patient string) error {
	if row.Text("patient") == patient {
		n.Issues = append(n.Issues, row)
		return nil
	}
	d := r.newDoubtful()
	if err := d.addRefused(row, patient); err != nil {
		return err
	}
	n.doubtful = append(n.doubtful, d.events...)
	n.elsewhere = append(n.elsewhere, d.events...)
	n.byHand = append(n.byHand, d.byHand...)
	for _, e := range d.events {
		n.touch(e.At)
	}
	return nil
}

// byPerson sorts what a change did by the people it is about.
func (r *Room) byPerson(t *TakenIn) (map[string]*News, error) {
	people := map[string]*News{}
	of := func(patient string) *News {
		if people[patient] == nil {
			people[patient] = &News{}
		}
		return people[patient]
	}
	for _, h := range t.Raised {
		of(h.Patient).act(h.ClinicalTime)
	}
	for _, w := range t.Written {
		if !rules.Judges(w.Record.Collection.Name) {
			continue
		}
		n := of(w.Record.Text("patient"))
		n.Records = append(n.Records, w.Record)
		n.touch(w.Record.ClinicalTime)
		if w.Old == nil {
			continue
		}
		n.Edited = true
		n.touch(w.Old.ClinicalTime)
		if was := w.Old.Text("patient"); was != w.Record.Text("patient") {
			// Filed under the wrong person, and moved: it is no evidence about the first any more.
			of(was).act(w.Old.ClinicalTime)
		}
	}
	for _, issue := range t.Issues {
		n := of(care.AsIssue(issue).Patient())
		n.Issues = append(n.Issues, issue)
	}
	for _, issue := range t.Settled {
		of(care.AsIssue(issue).Patient()).act(care.AsIssue(issue).OpenedAt())
	}
	if t.Refused != nil {
		ops, err := r.opsIn(t.Refused)
		if err != nil {
			return nil, err
		}
		for i := range ops {
			of(ops[i].Patient)
		}
	}
	return people, nil
}

func (n *News) act(at time.Time) {
	n.Acted = true
	n.touch(at)
}

// Settled judges a person anew after an issue about them was decided without a change: what
// was in doubt is evidence no more.
func (r *Room) Settled(issue *care.Record) error {
	i := care.AsIssue(issue)
	return r.Person(i.Patient(), &News{Since: i.OpenedAt(), Acted: true})
}

// Refused judges all that is kept of a person's refused changes.
func (r *Room) Refused(patient string) error { return r.Person(patient, &News{All: true}) }

// Deleted judges a person anew after a record about them was deleted past the engine: what rested on
// it holds no more, and what it had superseded may hold again.
func (r *Room) Deleted(rec *care.Record) error {
	if !rules.Judges(rec.Collection.Name) {
		return nil
	}
	patient := rec.Text("patient")
	if person, err := r.Reference.Patient(patient); err != nil || person == nil {
		return err
	}
	alarms, err := r.Store.Alarms(patient)
	if err != nil {
		return err
	}
	n := &News{Since: r.Moment.Now(), Acted: true}
	for _, a := range alarms {
		if a.Record == rec.ID {
			n.touch(a.ClinicalTime)
		}
	}
	return r.Person(patient, n)
}
