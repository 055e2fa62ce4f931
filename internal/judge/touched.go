package judge

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// Alarms are a function of the evidence that stands. They are worked out from the first moment on at which
// the evidence about a person changed; so what a change touches has to be known in full, before it and after it:
//
//   - a record touches the moment at which it happened, as it was and as it is, and each at which it happened according to
//     what is in doubt about it: that reads otherwise now, or is all that is left of the record;
//   - a set of readings that replaces another touches that one, which stands or falls with it;
//   - a record that moves to another person touches both, and takes along what is in doubt about it; so does one
//     that is made or deleted, where somebody wanted to change it and may not: a record knows whom it is about;
//   - a person's date of birth, pregnancy and SpO2 scale touch all readings of the last thirty days, whose scores are
//     worked out again before; where a rule looks at the person, any field of theirs touches all that happened;
//   - an issue that opens or is decided touches the record it is about and what it says happened;
//   - a handover by hand touches the moment it is about: what the rules raise from then on joins it.
//
// Whatever reads evidence in a new way needs its line here. See docs/adr/012-what-a-change-touches.md.

// people is what is new about each person, by id.
type people map[string]*News

func (p people) of(patient string) *News {
	if p[patient] == nil {
		p[patient] = &News{}
	}
	return p[patient]
}

// touchedBy sorts what a change did by the people whose evidence it touched.
func (r *Room) touchedBy(t *TakenIn) (people, error) {
	p := people{}
	for _, h := range t.Raised {
		p.of(h.Patient).act(h.ClinicalTime)
	}
	for _, w := range t.Written {
		touch := r.touchRecord
		switch {
		case w.Record.Collection.Name == care.Patients:
			touch = r.touchPerson
		case !rules.Judges(w.Record.Collection.Name):
			continue
		}
		if err := touch(p, w); err != nil {
			return nil, err
		}
	}
	for _, issue := range t.Issues {
		n := p.of(care.AsIssue(issue).Patient())
		n.Issues = append(n.Issues, issue)
	}
	for _, issue := range t.Settled {
		if err := r.touchDecided(p, issue); err != nil {
			return nil, err
		}
	}
	for _, row := range t.Refused {
		if err := r.touchRefused(p, row); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// touchRecord notes a record that was made or changed.
func (r *Room) touchRecord(p people, w Written) error {
	n := p.of(w.Record.Person())
	n.Records = append(n.Records, w.Record)
	n.touch(w.Record.ClinicalTime)
	a, err := r.amendmentOf(w)
	if err != nil {
		return err
	}
	if a != nil && a.Tells() {
		n.amended = append(n.amended, *a)
	}
	if err := r.touchReplaced(p, w.Record); err != nil {
		return err
	}
	if w.Old == nil {
		return r.touchHeld(p, w.Record.ID, w.Record)
	}
	n.Edited = true
	n.changed = append(n.changed, w)
	was := p.of(w.Old.Person())
	was.touch(w.Old.ClinicalTime)
	if err := r.touchReplaced(p, w.Old); err != nil || was == n {
		return err
	}
	was.act(w.Old.ClinicalTime)
	was.movedAway(w.Record.ID)
	if err := r.touchDoubts(p, w.Record.Person(), w.Old, w.Record); err != nil {
		return err
	}
	return r.touchHeld(p, w.Record.ID, w.Old, w.Record)
}

// touchPerson notes what somebody set right in the record of a person, as far as what holds follows from it. Stored
// readings whose score is another come by themselves, as records that were changed.
func (r *Room) touchPerson(p people, w Written) error {
	if w.Old == nil {
		return nil
	}
	reads := r.Reference.Rules().ReadsPerson()
	if !reads && !rules.ScoreDiffers(w.Old, w.Record) {
		return nil
	}
	d, err := r.allDoubts(w.Record.ID, nil)
	if err != nil {
		return err
	}
	events := d.events
	if reads {
		stored, _, err := r.Store.Events(w.Record.ID, time.Time{}, r.Moment.Now().Add(time.Minute))
		if err != nil {
			return err
		}
		events = append(events, stored...)
	}
	since := r.Moment.Now().Add(-AlarmMemory)
	p.of(w.Record.ID).stir(slices.DeleteFunc(events, func(e rules.Event) bool { return e.At.Before(since) }))
	return nil
}

// touchDeleted notes a record that was deleted past the engine.
func (r *Room) touchDeleted(p people, rec *care.Record) error {
	p.of(rec.Person()).act(rec.ClinicalTime)
	if err := r.touchReplaced(p, rec); err != nil {
		return err
	}
	if err := r.touchDoubts(p, rec.Person(), rec); err != nil {
		return err
	}
	return r.touchHeld(p, rec.ID, rec)
}

// touchReplaced notes the set that a set of readings names as replaced: it may stand again, or stand no more.
func (r *Room) touchReplaced(p people, rec *care.Record) error {
	if rec.Collection.Name != care.Observations || care.AsObservation(rec).Replaces() == "" {
		return nil
	}
	first, err := r.Store.Record(rec.Collection, care.AsObservation(rec).Replaces())
	if err != nil || first == nil || !first.Retracted.IsZero() {
		return err
	}
	n := p.of(first.Person())
	n.touch(first.ClinicalTime)
	n.stirred = append(n.stirred, rules.EventOf(first, true))
	n.changed = append(n.changed, Written{Record: first, Old: first}) // what is in doubt about it stands or falls with it
	return nil
}

// touchDoubts notes what is in doubt about a record, in issues filed under a person, for whomever the record is or
// was about: it goes where the record goes.
func (r *Room) touchDoubts(p people, filed string, as ...*care.Record) error {
	open, err := r.Store.OpenIssues(filed)
	if err != nil {
		return err
	}
	var about []*care.Record
	for _, issue := range open {
		if !keepsMutation(issue) && care.AsIssue(issue).About() == as[0].ID {
			about = append(about, issue)
		}
	}
	d := r.newDoubtful(nil)
	for _, stored := range as {
		for _, issues := range byChange(about) {
			if err := d.addMeant(stored, issues); err != nil {
				return err
			}
		}
	}
	for _, rec := range as {
		p.of(rec.Person()).stir(d.events)
	}
	return nil
}

// touchHeld notes what refused changes would have made of a record that comes, moves or goes: they are about whom
// it is about, and about whom they name where there is none.
func (r *Room) touchHeld(p people, record string, as ...*care.Record) error {
	held, err := r.Store.OpenIssues(record)
	if err != nil {
		return err
	}
	for _, row := range held {
		d := r.newDoubtful(nil)
		concerned := map[string]bool{}
		for i, op := range wire.Ops(wire.KeptIn(row)) {
			if op.ID != record || !wouldChange(&op) {
				continue
			}
			about, err := r.meant(op.Patient)
			if err != nil {
				return err
			}
			concerned[about] = true
			for _, stored := range append(as, nil) {
				if err := d.addWanted(row, stored, &op, i); err != nil {
					return err
				}
			}
		}
		for _, rec := range as {
			concerned[rec.Person()] = true
		}
		for patient := range concerned {
			p.of(patient).stir(d.events)
		}
	}
	return nil
}

// touchDecided notes an issue that was decided: what it put in doubt is in doubt no more.
func (r *Room) touchDecided(p people, issue *care.Record) error {
	list, err := r.peopleIn(issue)
	if err != nil {
		return err
	}
	for _, patient := range list {
		n := p.of(patient)
		n.Acted = true
		d, err := r.readIssues(patient, []*care.Record{issue}, nil)
		if err != nil {
			return err
		}
		for i := range d.events {
			n.touch(d.events[i].At)
		}
		for _, rec := range d.stored {
			n.touch(rec.ClinicalTime)
		}
		if len(d.events)+len(d.stored) == 0 { // of a handover, say, there is nothing that happened at a moment
			n.touch(care.AsIssue(issue).OpenedAt())
		}
	}
	return nil
}

// touchRefused notes a change that was refused: whoever it says something about is judged with it, now and from
// now on.
func (r *Room) touchRefused(p people, row *care.Record) error {
	list, err := r.peopleIn(row)
	for _, patient := range list {
		n := p.of(patient)
		n.Issues = append(n.Issues, row)
	}
	return err
}

// peopleIn lists the people an issue may say something about: whom it is filed under, and whom the ops of a
// change are about.
func (r *Room) peopleIn(issue *care.Record) ([]string, error) {
	list := []string{care.AsIssue(issue).Patient()}
	if !keepsMutation(issue) {
		return list, nil
	}
	ops := wire.Ops(wire.KeptIn(issue))
	for i := range ops {
		_, patient, err := r.concerns(&ops[i])
		if err != nil {
			return nil, err
		}
		if !slices.Contains(list, patient) {
			list = append(list, patient)
		}
	}
	return list, nil
}
