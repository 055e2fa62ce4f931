package takein

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// TakeInForeignWrite takes in a record that somebody wrote past the engine (the dashboard, a cascade, raw
// SQL): it gets a version and its field stamps, enters the feed and is judged like any other.
// Old is the record before, nil when it is new; changed names the fields that differ.
func (r *Room) TakeInForeignWrite(rec, old *care.Record, changed []string) error {
	now := r.Moment.Now()
	in := &input{Room: r, m: &care.Mutation{}, received: now, at: now, known: true}
	in.by.Staff, in.by.Clock.Known = rec.Author, true
	before := old
	if before == nil {
		// The row is there already; an update gives it what the engine would have.
		before = &care.Record{Collection: rec.Collection, ID: rec.ID, Values: map[string]any{}}
		before.Version = rec.Version
		if rec.Version > 0 { // it was sent again before it was settled, and stands in the feed: it leaves that place
			before.Author = rec.Author
			for _, field := range care.ScopeFields[rec.Collection.Name] {
				before.Values[field] = rec.Values[field]
			}
		}
		rec.ClockKnown = true
	}
	d := &draft{rec: rec, old: old, dirty: true}
	for _, name := range changed {
		d.changed(name)
		rec.Stamped(name, care.Change{Seq: r.Moment.Seq(), At: now})
	}
	p := &planned{}
	in.setAsideForeign(p, d)
	if err := in.derive(p, d); err != nil {
		return err
	}
	if old == nil && unplanned(rec) {
		if err := in.planForeign(p, d); err != nil {
			return err
		}
	}
	if err := r.Store.Update(rec, before, d.fields); err != nil {
		return err
	}
	for _, m := range p.manual {
		if err := in.Handovers.Announce(m); err != nil {
			return err
		}
	}
	if err := in.refile(rec, old); err != nil {
		return err
	}
	for _, issue := range p.issues {
		if err := r.openIssue(issue); err != nil {
			return err
		}
	}
	p.keep(d)
	_, err := in.judged(&outcome{planned: p})
	return err
}

// unplanned says that a record is a handover of which nothing was decided yet, as an import writes one.
func unplanned(rec *care.Record) bool {
	if rec.Collection.Name != care.Handovers {
		return false
	}
	h := care.AsHandover(rec)
	return h.Class() != "" && h.State() == "" && h.RaisedAtStamp() == ""
}

// planForeign sends out a handover that somebody wrote past the engine, as one that is raised by hand.
func (in *input) planForeign(p *planned, d *draft) error {
	person, err := in.person(p, d.rec.Person())
	if err != nil || person == nil {
		return err
	}
	written := d.rec.Clone()
	if err := in.planManual(p, d.rec); err != nil {
		return err
	}
	for i := range d.rec.Collection.Fields {
		if f := &d.rec.Collection.Fields[i]; !care.Equal(written.Get(f.Name), d.rec.Get(f.Name)) {
			d.changed(f.Name)
		}
	}
	return nil
}

// setAsideForeign looks at what was written past the engine, where nothing checked it. An object that is not of
// its shape, and what is no value of its field at all, is kept in an issue, and the field goes back to what it was.
func (in *input) setAsideForeign(p *planned, d *draft) {
	var aside []asideField
	for i := range d.rec.Collection.Fields {
		f := &d.rec.Collection.Fields[i]
		if d.old != nil && !slices.Contains(d.fields, f.Name) {
			continue
		}
		sent, wrong := foreignValue(f, d.rec)
		if wrong == nil {
			continue
		}
		aside = append(aside, asideField{f.Name, sent, wrong})
		d.rec.SetAll(map[string]any{f.Name: nil})
		if d.old != nil && f.CheckStored(d.old.Get(f.Name)) == nil {
			d.rec.SetAll(map[string]any{f.Name: d.old.Get(f.Name)})
		}
		d.changed(f.Name)
	}
	in.setAside(p, d.rec, d.rec.Person(), aside)
}

// foreignValue is what was written into a field past the engine, and what is wrong with it.
func foreignValue(f *care.Field, rec *care.Record) ([]byte, *care.Problem) {
	if text, ok := rec.Spoiled[f.Name]; ok && f.Kind == care.Object {
		return []byte(text), &care.Problem{Code: care.CodeWrongType, Message: f.Name + " cannot be read"}
	} else if ok {
		return care.JSON(text), &care.Problem{Code: care.CodeWrongType, Message: f.Name + " was written past the server as something that it cannot hold"}
	}
	return rec.Raw(f.Name), f.CheckStored(rec.Get(f.Name))
}

// WorkingTimeChanged lets the deadlines of handovers follow working time that somebody wrote past the engine.
func (r *Room) WorkingTimeChanged(handovers []string, before func(organisation string) handover.Calendar) error {
	return r.Handovers.WorkingTimeChanged(handovers, before)
}

// TakeInForeignDelete judges a person anew after a record about them was deleted past the engine.
func (r *Room) TakeInForeignDelete(rec *care.Record) error { return r.Judge.Deleted(rec) }

// ReassignVisits gives visits that are still to be made to somebody else, as an edit by the lead
// who has seen them as they stand. It returns how many were changed.
func (r *Room) ReassignVisits(visits []string, to string, lead care.Viewer) (int, error) {
	c, _ := care.ByName(care.Visits)
	n := 0
	for _, id := range visits {
		rec, err := r.Store.Record(c, id)
		if err != nil {
			return n, err
		}
		if rec == nil || !rec.Retracted.IsZero() || care.AsVisit(rec).Staff() == to {
			continue
		}
		old := rec.Clone()
		rec.SetAll(map[string]any{"staff": to})
		rec.Stamped("staff", care.Change{Seq: r.Moment.Seq(), Author: lead.Staff, At: r.Moment.Now()})
		if err := r.Store.Update(rec, old, []string{"staff"}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
