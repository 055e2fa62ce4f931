package judge

import (
	"strconv"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// What nobody has decided yet is evidence too: a refused or a losing value is judged as if it had
// been stored. It raises what it would have raised, marked unverified; an alarm is never muted by a
// bad field, a lapsed grant or a merge. It is read from the open issues each time, so that neither
// the order of arrival nor a restart shows, and a decision takes it out of the evidence.

// doubtful is what open issues about a person say.
type doubtful struct {
	room *Room

	events   []rules.Event
	fresh    []rules.Event     // those of them that the running change brought
	since    time.Time         // the earliest moment the running change put in doubt
	disputed map[string]bool   // records with an open conflict: neither side counts as verified
	why      map[string]string // by record, for the text of a handover
	stored   []*care.Record    // of which values were set aside: what is left of them is evidence as it stands
	byHand   []arrange.RefusedHandover
}

func (r *Room) newDoubtful() *doubtful {
	return &doubtful{room: r, disputed: map[string]bool{}, why: map[string]string{}}
}

// readIssues reads issues about a person as evidence.
func (r *Room) readIssues(patient string, issues []*care.Record) (*doubtful, error) {
	d := r.newDoubtful()
	aside := map[string][]*care.Record{} // by record and mutation: one set of readings
	var sets []string
	for _, issue := range issues {
		var err error
		switch {
		case issue.Collection.Name == care.Conflicts:
			err = d.addConflict(issue)
		case keepsMutation(issue):
			err = d.addRefused(issue, patient)
		default:
			set := care.AsIssue(issue).About() + " " + care.AsIssue(issue).Key()
			if aside[set] == nil {
				sets = append(sets, set)
			}
			aside[set] = append(aside[set], issue)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, set := range sets {
		if err := d.addSetAside(aside[set]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// addSetAside adds a record as it would be with the values that were set aside, as far as they can be
// understood.
func (d *doubtful) addSetAside(issues []*care.Record) error {
	stored, err := d.about(issues[0])
	if err != nil || stored == nil {
		return err
	}
	d.stored = append(d.stored, stored)
	variant := stored.Clone()
	found := false
	for _, issue := range issues {
		f, ok := stored.Collection.Field(care.AsIssue(issue).Field())
		if !ok {
			continue
		}
		d.explain(stored.ID, "set aside: "+care.AsIssue(issue).Message())
		if v, ok := f.Understand(care.DecodeJSON(care.AsIssue(issue).Content())); ok {
			variant.Values[f.Name] = v
			found = true
		}
	}
	if !found {
		return nil
	}
	return d.add(issues[0], variant, stored)
}

// addConflict adds a record as it would be with the value that lost.
func (d *doubtful) addConflict(issue *care.Record) error {
	i := care.AsIssue(issue)
	stored, err := d.about(issue)
	if err != nil || stored == nil {
		return err
	}
	d.disputed[stored.ID] = true
	d.touch(issue, stored.ClinicalTime)
	f, ok := stored.Collection.Field(i.Field())
	if !ok { // a withdrawal against an edit: the record itself is in dispute
		return nil
	}
	d.explain(stored.ID, "two people recorded different values of "+f.Name)
	variant := stored.Clone()
	delete(variant.Values, f.Name)
	if v, why := f.Check(care.DecodeJSON(i.Lost())); why == nil && v != nil {
		variant.Values[f.Name] = v
	}
	return d.add(issue, variant, stored)
}

// addRefused adds what a quarantined mutation says about a person, op by op.
func (d *doubtful) addRefused(issue *care.Record, patient string) error {
	ops, err := d.room.opsIn(issue)
	if err != nil {
		return err
	}
	d.byHand = append(d.byHand, arrange.RefusedHandovers(issue, ops, patient)...)
	for i := range ops {
		op := &ops[i]
		if !rules.Judges(op.Collection) || op.Patient != patient {
			continue
		}
		variant, stored, err := d.meant(issue, op, i)
		if err != nil {
			return err
		}
		d.explain(variant.ID, "held back: "+care.AsIssue(issue).Message())
		if err := d.add(issue, variant, stored); err != nil {
			return err
		}
	}
	return nil
}

// meant is the record as its author must have meant it in the op of that number, and the stored record
// that it would change, nil when there is none.
func (d *doubtful) meant(issue *care.Record, op *care.Op, n int) (variant, stored *care.Record, err error) {
	c, _ := care.ByName(op.Collection)
	variant = &care.Record{Collection: c, ID: op.ID, Values: map[string]any{}}
	variant.Author = issue.Author
	if stored, err = d.room.Store.Record(c, op.ID); err != nil {
		return nil, nil, err
	}
	if stored != nil && op.Kind != care.OpCreate && stored.Person() == op.Patient {
		variant = stored.Clone()
	} else {
		stored = nil
	}
	if !care.IsID(variant.ID) {
		variant.ID = rules.ID("refused", care.AsIssue(issue).Key(), strconv.Itoa(n))
	}
	for name, raw := range op.Set {
		if f, ok := c.Field(name); ok && f.Policy != care.Server {
			if v, ok := f.Understand(raw); ok {
				variant.Values[name] = v
			}
		}
	}
	variant.Values["patient"] = op.Patient
	return variant, stored, nil
}

// add makes evidence of a record as it might be. It happened when the stored one did, unless the
// value in doubt says otherwise: that is read by the clock of whoever wrote it.
func (d *doubtful) add(issue, variant, stored *care.Record) error {
	field := care.ClinicalField(variant.Collection.Name, variant.Values)
	if stored == nil || (field != "" && !care.Equal(stored.Get(field), variant.Get(field))) {
		variant.ClinicalTime, variant.ClockKnown = issue.AuthoredAt, issue.ClockKnown
		clock := care.DeviceClock{Offset: issue.ClockOffset, Known: issue.ClockKnown}
		if t, err := care.ParseStamp(variant.Text(field)); err == nil {
			variant.ClinicalTime, _ = clock.Correct(t, issue.ReceivedAt)
		}
	}
	e := rules.EventOf(variant, false)
	if e.Collection == care.Observations {
		person, err := d.room.Reference.Patient(e.Patient)
		if err != nil {
			return err
		}
		e.NEWS2 = rules.ScoreOf(variant.Values, person, variant.ClinicalTime)
	}
	d.events = append(d.events, e)
	if d.isNew(issue) {
		d.fresh = append(d.fresh, e)
	}
	d.touch(issue, e.At)
	return nil
}

func (d *doubtful) isNew(issue *care.Record) bool { return issue.Version == d.room.Moment.Seq() }

// touch notes from when on the running change put something in doubt.
func (d *doubtful) touch(issue *care.Record, at time.Time) {
	if d.isNew(issue) {
		d.since = care.Earliest(d.since, at)
	}
}

// explain remembers why a value of a record is not verified; the first reason is shown.
func (d *doubtful) explain(record, why string) {
	if d.why[record] == "" {
		d.why[record] = why
	}
}

// about is the stored record an issue is about, nil when there is none or rules do not judge it.
func (d *doubtful) about(issue *care.Record) (*care.Record, error) {
	i := care.AsIssue(issue)
	c, ok := care.ByName(i.Collection())
	if !ok || !rules.Judges(c.Name) {
		return nil, nil
	}
	return d.room.Store.Record(c, i.About())
}

// opsIn are the ops of a refused change, each with whom it is about: whom it names or, where it names nobody,
// whose the record is that it would have changed.
func (r *Room) opsIn(row *care.Record) ([]care.Op, error) {
	ops := wire.Ops(wire.KeptIn(row))
	for i := range ops {
		op := &ops[i]
		if op.Patient != "" || !rules.Judges(op.Collection) || !care.IsID(op.ID) {
			continue
		}
		c, _ := care.ByName(op.Collection)
		stored, err := r.Store.Record(c, op.ID)
		if err != nil {
			return nil, err
		}
		if stored != nil {
			op.Patient = stored.Person()
		}
	}
	return ops, nil
}
