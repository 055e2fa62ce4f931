package pipeline

import (
	"encoding/json"
	"slices"

	"doorstep/internal/care"
)

// Adopt takes in a record that somebody wrote past the engine (the dashboard, a cascade, raw
// SQL): it gets a version and its field stamps, enters the feed and is judged like any other.
// Old is the record before, nil when it is new; changed names the fields that differ.
func Adopt(tx Tx, rec, old *care.Record, changed []string) error {
	p := &plan{tx: tx, m: &care.Mutation{}, now: tx.Now(), received: tx.Now(), at: tx.Now(), known: true}
	p.by.Staff, p.by.OffsetKnown = rec.Author, true
	before := old
	if before == nil {
		// The row is there already; an update gives it what the engine would have.
		before = &care.Record{Collection: rec.Collection, ID: rec.ID, Values: map[string]any{}}
		before.Version = rec.Version
		rec.ClockKnown = true
	}
	d := &draft{rec: rec, old: old, fields: append([]string(nil), changed...), ever: true}
	for _, name := range changed {
		if rec.Changed == nil {
			rec.Changed = map[string]care.Change{}
		}
		rec.Changed[name] = care.Change{Seq: tx.Seq(), At: p.now}
	}
	p.setAsideForeign(d)
	if err := p.finish(d); err != nil {
		return err
	}
	if err := tx.Update(rec, before, d.fields); err != nil {
		return err
	}
	for _, issue := range p.issues {
		if err := openIssue(tx, issue); err != nil {
			return err
		}
	}
	p.keep(d)
	if err := p.judge(); err != nil {
		return err
	}
	return p.wake()
}

// setAsideForeign looks at the objects that were written past the engine, where nothing checked their
// shape. One that is not of its shape is kept in an issue, and the field goes back to what it was.
func (p *plan) setAsideForeign(d *draft) {
	var aside []asideField
	for i := range d.rec.Collection.Fields {
		f := &d.rec.Collection.Fields[i]
		if d.old != nil && !slices.Contains(d.fields, f.Name) {
			continue
		}
		wrong := f.CheckStored(d.rec.Get(f.Name))
		if wrong == nil {
			continue
		}
		raw, _ := d.rec.Get(f.Name).(json.RawMessage)
		content := any(raw)
		if !json.Valid(raw) {
			content = string(raw)
		}
		aside = append(aside, asideField{f.Name, content, wrong})
		delete(d.rec.Values, f.Name)
		if d.old != nil && f.CheckStored(d.old.Get(f.Name)) == nil && d.old.Get(f.Name) != nil {
			d.rec.Values[f.Name] = d.old.Get(f.Name)
		}
		if !slices.Contains(d.fields, f.Name) {
			d.fields = append(d.fields, f.Name)
		}
	}
	patient := d.rec.Text("patient")
	if d.rec.Collection.Name == care.Patients {
		patient = d.rec.ID
	}
	p.setAside(d.rec, patient, aside)
}

// Gone judges a person anew after a record about them was deleted past the engine: what rested on
// it holds no more, and what it had superseded may hold again.
func Gone(tx Tx, rec *care.Record) error {
	patient := rec.Text("patient")
	if !judged(rec.Collection.Name) {
		return nil
	}
	if person, err := tx.Patient(patient); err != nil || person == nil {
		return err
	}
	alarms, err := tx.Alarms(patient)
	if err != nil {
		return err
	}
	c := &changed{since: tx.Now(), acted: true}
	for _, a := range alarms {
		if a.Record == rec.ID {
			c.since = earliest(c.since, a.ClinicalTime)
		}
	}
	return judgePerson(tx, patient, c)
}
