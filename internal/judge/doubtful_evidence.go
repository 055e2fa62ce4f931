package judge

import (
	"slices"
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
	room  *Room
	isNew map[string]bool // issues, by id, that what is judged left open
	cut   bool            // there may be more issues than were read

	events   []rules.Event
	fresh    []rules.Event     // those of them that the running change brought
	since    time.Time         // the earliest moment the running change put in doubt
	disputed map[string]bool   // records with an open conflict: neither side counts as verified
	why      map[string]string // by record, for the text of a handover
	stored   []*care.Record    // records that are in doubt: what is left of them is evidence as it stands
	byHand   []arrange.RefusedHandover
}

func (r *Room) newDoubtful(fresh []*care.Record) *doubtful {
	d := &doubtful{room: r, isNew: make(map[string]bool, len(fresh))}
	for _, issue := range fresh {
		d.isNew[issue.ID] = true
	}
	return d
}

// readIssues reads issues as evidence about a person; fresh are those that what is judged left open.
func (r *Room) readIssues(patient string, issues, fresh []*care.Record) (*doubtful, error) {
	d := r.newDoubtful(fresh)
	var values []*care.Record
	for _, issue := range issues {
		if !keepsMutation(issue) {
			values = append(values, issue)
		} else if err := d.addRefused(issue, patient); err != nil {
			return nil, err
		}
	}
	for _, group := range byChange(values) {
		stored, err := d.about(group[0])
		if err != nil {
			return nil, err
		}
		if stored == nil || stored.Person() != patient {
			continue
		}
		d.stored = append(d.stored, stored)
		if err := d.addMeant(stored, group); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// allDoubts reads the open issues of a person, and of those that were just left open any that is not stored because
// there was no room for it.
func (r *Room) allDoubts(patient string, fresh []*care.Record) (*doubtful, error) {
	issues, err := r.Store.OpenIssues(patient)
	if err != nil {
		return nil, err
	}
	cut := len(issues) >= MaxEvidence
	for _, issue := range fresh {
		if care.AsIssue(issue).Code() == care.CodeNoRoom {
			issues = append(issues, issue)
		}
	}
	d, err := r.readIssues(patient, issues, fresh)
	if err != nil {
		return nil, err
	}
	d.cut = cut
	return d, nil
}

// byChange puts together what one change wanted of one record and did not get. It is one reading of the record: two
// values that say something only together are not judged apart.
func byChange(issues []*care.Record) (groups [][]*care.Record) {
	at := map[string]int{}
	for _, issue := range issues {
		reading := care.AsIssue(issue).About() + " " + issue.Client + " " + care.Stamp(issue.AuthoredAt)
		i, ok := at[reading]
		if !ok {
			i = len(groups)
			at[reading] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], issue)
	}
	return groups
}

// addMeant adds a record as one change meant it to be: with the values of it that lost or were set aside, as far
// as they can be understood. Of a record that was withdrawn only what was recorded against the withdrawal counts.
func (d *doubtful) addMeant(stored *care.Record, issues []*care.Record) error {
	variant := stored.Clone()
	found := false
	for _, issue := range issues {
		i := care.AsIssue(issue)
		switch {
		case !stored.Retracted.IsZero() && i.Policy() != care.PolicyRetracted:
		case issue.Collection.Name == care.Conflicts:
			found = d.addLost(issue, stored, variant) || found
		default:
			found = d.addAside(issue, stored, variant) || found
		}
	}
	if !found {
		return nil
	}
	return d.add(issues[0], variant, stored)
}

// addAside puts a value that was set aside into a reading of its record; false where it says nothing.
func (d *doubtful) addAside(issue, stored, variant *care.Record) bool {
	f, ok := stored.Collection.Field(care.AsIssue(issue).Field())
	if !ok {
		return false
	}
	d.explain(stored.ID, care.Doubt(issue))
	v, ok := f.Understand(care.DecodeJSON(care.AsIssue(issue).Content()))
	if ok {
		variant.Values[f.Name] = v
	}
	return ok
}

// addLost puts what lost in a conflict into a reading of its record; false where the record itself is in dispute.
func (d *doubtful) addLost(issue, stored, variant *care.Record) bool {
	i := care.AsIssue(issue)
	if d.disputed == nil {
		d.disputed = map[string]bool{}
	}
	d.disputed[stored.ID] = true
	d.touch(issue, stored.ClinicalTime)
	lost := map[string]any{i.Field(): care.DecodeJSON(i.Lost())}
	if i.Policy() == care.PolicyRetracted && i.Field() == "" {
		lost, _ = care.DecodeJSON(i.Lost()).(map[string]any)
		d.explain(stored.ID, "somebody recorded it, and somebody else withdrew it")
	}
	found := false
	for name, value := range lost {
		f, ok := stored.Collection.Field(name)
		if !ok { // a withdrawal against an edit
			continue
		}
		d.explain(stored.ID, "two people recorded different values of "+care.FieldLabel(f.Name))
		delete(variant.Values, f.Name)
		if v, why := f.Check(value); why == nil && v != nil {
			variant.Values[f.Name] = v
		}
		found = true
	}
	return found
}

// addRefused adds what a quarantined mutation says about a person, op by op.
func (d *doubtful) addRefused(issue *care.Record, patient string) error {
	ops := wire.Ops(wire.KeptIn(issue))
	for _, h := range arrange.RefusedHandovers(issue, ops) {
		about, err := d.room.meant(h.Op.Patient)
		if err != nil {
			return err
		}
		if about == patient {
			d.byHand = append(d.byHand, h)
		}
	}
	for i := range ops {
		stored, about, err := d.room.concerns(&ops[i])
		if err != nil {
			return err
		}
		if about != patient {
			continue
		}
		if err := d.addWanted(issue, stored, &ops[i], i); err != nil {
			return err
		}
	}
	return nil
}

// concerns says whom an op of a refused change is about: whose the record is that it would change, for a record
// knows that whatever is said of it; else whom it names.
func (r *Room) concerns(op *care.Op) (stored *care.Record, patient string, err error) {
	if wouldChange(op) {
		c, _ := care.ByName(op.Collection)
		if stored, err = r.Store.Record(c, op.ID); err != nil {
			return nil, "", err
		}
	}
	if stored == nil {
		patient, err = r.meant(op.Patient)
		return nil, patient, err
	}
	return stored, stored.Person(), nil
}

// wouldChange says whether an op is about a record that is there already.
func wouldChange(op *care.Op) bool {
	return rules.Judges(op.Collection) && op.Kind != care.OpCreate && care.IsID(op.ID)
}

// addWanted adds a record as its author must have meant it in an op that was refused, the one of that number. What
// takes away raises nothing.
func (d *doubtful) addWanted(issue, stored *care.Record, op *care.Op, n int) error {
	if !rules.Judges(op.Collection) || op.Kind == care.OpRetract || op.Kind == care.OpRemove {
		return nil
	}
	variant := d.meant(issue, stored, op, n)
	if stored != nil {
		variant.Values["patient"] = stored.Person()
	} else if about, err := d.room.meant(op.Patient); err != nil {
		return err
	} else {
		variant.Values["patient"] = about
	}
	d.explain(variant.ID, care.Doubt(issue))
	return d.add(issue, variant, stored)
}

// meant is the record as its author must have meant it in the op of that number.
func (d *doubtful) meant(issue, stored *care.Record, op *care.Op, n int) *care.Record {
	c, _ := care.ByName(op.Collection)
	variant := &care.Record{Collection: c, ID: op.ID, Values: map[string]any{}}
	variant.Author, variant.Client = issue.Author, care.AsIssue(issue).Client() // it came from a phone: whoever it names was not the one
	if stored != nil {
		variant = stored.Clone()
	}
	variant.ID = heldRecord(issue, op, n)
	for name, raw := range op.Set {
		if f, ok := c.Field(name); ok && f.Policy != care.Server {
			if v, ok := f.Understand(raw); ok {
				variant.Values[name] = v
			}
		}
	}
	variant.Values["patient"] = op.Patient
	if f, ok := c.Field(op.Field); ok && op.Kind == care.OpAdd {
		if v, ok := f.Understand(op.Values); ok {
			more, _ := v.([]string)
			have, _ := variant.Get(f.Name).([]string)
			variant.Values[f.Name] = care.NewList(slices.Concat(have, more))
		}
	}
	return variant
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
	if d.isNew[issue.ID] {
		d.fresh = append(d.fresh, e)
	}
	d.touch(issue, e.At)
	return nil
}

// touch notes from when on the running change put something in doubt.
func (d *doubtful) touch(issue *care.Record, at time.Time) {
	if d.isNew[issue.ID] {
		d.since = care.Earliest(d.since, at)
	}
}

// explain remembers why a value of a record is not verified; the first reason is shown.
func (d *doubtful) explain(record, why string) {
	if d.why == nil {
		d.why = map[string]string{}
	}
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
