package judge

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Judge lets the rules look at what a change did, at what was refused of it and at what lost, person by
// person.
func (r *Room) Judge(t TakenIn) error {
	p, err := r.touchedBy(&t)
	if err != nil {
		return err
	}
	if err := r.all(p); err != nil {
		return err
	}
	return r.amend(&t)
}

// all judges everybody whose evidence was touched.
func (r *Room) all(p people) error {
	for _, id := range slices.Sorted(maps.Keys(p)) {
		if !care.IsID(id) {
			continue
		}
		if err := r.touchInDoubt(p[id], id); err != nil {
			return err
		}
		if err := r.Person(id, p[id]); err != nil {
			return err
		}
	}
	return nil
}

// Settled judges a person anew after an issue about them was decided without a change: what
// was in doubt is evidence no more.
func (r *Room) Settled(issue *care.Record) error {
	return r.Judge(TakenIn{Settled: []*care.Record{issue}})
}

// Refused judges all that is kept of a person's refused changes.
func (r *Room) Refused(patient string) error { return r.Person(patient, &News{All: true}) }

// Deleted judges a person anew after a record about them was deleted past the engine: what rested on
// it holds no more, and what it had superseded or replaced may hold again.
func (r *Room) Deleted(rec *care.Record) error {
	if !rules.Judges(rec.Collection.Name) {
		return nil
	}
	p := people{}
	if err := r.touchDeleted(p, rec); err != nil {
		return err
	}
	return r.all(p)
}

// Person judges all evidence about a person from the first moment that changed, and hands what holds to
// the next room. Somebody who is not there is not judged.
func (r *Room) Person(patient string, n *News) error {
	record, err := r.Reference.Patient(patient)
	if err != nil || record == nil {
		return err
	}
	person := rules.Patient{ID: patient, Values: record.Values}
	// First what the running change left open, and everything only when something can come of it:
	// a person may have thousands of open issues.
	d, err := r.readIssues(patient, n.Issues, n.Issues)
	if err != nil {
		return err
	}
	n.addDoubt(d)
	if err := r.raiseByHand(record, n); err != nil {
		return err
	}
	if !n.All && r.quiet(n, person) {
		return nil
	}
	if wait, err := r.canWait(n, person); err != nil {
		return err
	} else if wait {
		return r.Store.DueAt(nextMinute(r.Moment.Now()), care.DueJudge, patient)
	}
	if d, err = r.allDoubts(patient, n.Issues); err != nil {
		return err
	}
	// A row does not keep an offset that is not proven, so what is read back may lie earlier than
	// what was just weighed; counted from the later of the two, its alarm would be muted.
	n.touch(d.since)
	if n.All {
		n.addAll(d)
		if err := r.raiseByHand(record, n); err != nil || r.quiet(n, person) {
			return err
		}
	}
	return r.judge(record, n, d)
}

// quiet says, without a look-up, that nothing can come of a change: no rule fires on it, and the
// person has neither alarms nor open handovers that it could touch.
func (r *Room) quiet(n *News, person rules.Patient) bool {
	if n.Since.IsZero() {
		return true
	}
	w := r.Store.Watch(person.ID, n.Since)
	if w.Later || w.Open && n.mayMove() {
		return false
	}
	return !n.fired(r.Reference.Rules(), person)
}

// raiseByHand raises what is handed over by hand in what was refused of a person.
func (r *Room) raiseByHand(person *care.Record, n *News) error {
	for _, h := range n.byHand {
		if err := r.Next.RaiseRefused(person, h); err != nil {
			return err
		}
	}
	n.byHand = nil
	return nil
}

// addAll makes everything that is in doubt about a person new.
func (n *News) addAll(d *doubtful) {
	d.fresh = d.events
	for i := range d.events {
		d.since = care.Earliest(d.since, d.events[i].At)
	}
	n.Records = append(n.Records, d.stored...)
	for _, rec := range d.stored {
		d.since = care.Earliest(d.since, rec.ClinicalTime)
	}
	n.addDoubt(d)
}

// judge lets the rules judge what there is from the first moment that changed, and arranges what holds.
func (r *Room) judge(person *care.Record, n *News, d *doubtful) error {
	known, err := r.Store.Alarms(person.ID, n.Since)
	if err != nil {
		return err
	}
	handovers, err := r.Store.Handovers(person.ID, handoversOf(known))
	if err != nil {
		return err
	}
	since := n.Since
	for _, a := range known {
		if a.Holds && open(handovers, a.Handover) {
			since = care.Earliest(since, a.ClinicalTime)
		}
	}
	subject := rules.Patient{ID: person.ID, Values: person.Values}
	events, whole, all, err := r.evidence(subject, since, d)
	if err != nil {
		return err
	}
	j := r.Reference.Rules().JudgePart(subject, events, whole)
	if !all {
		addUnread(&j, person.ID, known, events)
	}
	if err := r.countRules(j, n.Since); err != nil {
		return err
	}
	in := arrange.Input{Person: person, Alarms: mergeAlarms(j.Alarms, known, since), Since: since, Known: known, Handovers: handovers,
		Lapsed: lapsedAlarms(person.ID, j, known, since), Moved: n.moved, Amended: n.amended, Events: events, Doubts: d.why}
	for _, e := range j.Clearing {
		in.Clearing = append(in.Clearing, handover.ClearingOf(e))
	}
	if reports := n.events(); len(reports) > 0 { // whoever reported last is the sender of what comes of it
		in.Reported, in.Sender = true, r.senderTeam(reports[len(reports)-1])
	}
	return r.Next.Arrange(in)
}

// handoversOf are the handovers that some alarms belong to: where their matter was answered, what holds now is a new one.
func handoversOf(known []care.Alarm) []string {
	named := map[string]bool{}
	for _, a := range known {
		if a.Handover != "" {
			named[a.Handover] = true
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// evidence is what is stored about a person around what changed, and what is in doubt; all says that nothing
// was left out because there is too much of it. Whole is the moment from which on it is all there for rules that look
// further back than others; zero: all of it is.
func (r *Room) evidence(person rules.Patient, since time.Time, d *doubtful) (events []rules.Event, whole time.Time, all bool, err error) {
	patient, until := person.ID, r.Moment.Now().Add(time.Minute)
	events, all, err = r.Store.Events(patient, since.Add(-rules.Window), until)
	if err != nil {
		return nil, whole, false, err
	}
	if reach := r.Reference.Rules().Reach(person, slices.Concat(events, d.events), since); reach > rules.Window {
		whole = since.Add(-rules.Window)
		if all {
			further, found, err := r.Store.Events(patient, since.Add(-reach), until)
			if err != nil {
				return nil, whole, false, err
			}
			if found {
				events, whole = further, time.Time{}
			}
		}
	}
	for i := range events {
		events[i].Verified = !d.disputed[events[i].ID]
	}
	events = append(events, d.events...)
	replaced, err := r.replaced(patient, events)
	for i := range events {
		events[i].Team = r.senderTeam(events[i])
		events[i].Replaced = replaced[events[i].ID]
	}
	return events, whole, all && !d.cut, err
}

// replaced says which sets of readings are no evidence any more, because a set that stands replaces them: all of
// a set goes with it, what was refused of it too.
func (r *Room) replaced(patient string, events []rules.Event) (map[string]bool, error) {
	var sets []string
	for i := range events {
		if events[i].Collection == care.Observations {
			sets = append(sets, events[i].ID)
		}
	}
	if len(sets) == 0 {
		return nil, nil
	}
	return r.Store.Replaced(patient, sets)
}

// senderTeam is the team an event was recorded for: its own, else its author's first. One that it names is believed
// where its author works for it or the person is with it: nobody reports in the name of others.
func (r *Room) senderTeam(e rules.Event) string {
	v, known := r.Reference.Staff(e.Staff)
	if e.Team != "" && (!known || slices.Contains(v.Teams, e.Team) || slices.Contains(r.Reference.Teams(e.Patient), e.Team)) {
		return e.Team
	}
	if len(v.Teams) > 0 {
		return v.Teams[0]
	}
	return ""
}

// open says whether a handover is one that somebody still has to answer.
func open(handovers []*care.Record, id string) bool {
	return slices.ContainsFunc(handovers, func(h *care.Record) bool { return h.ID == id && !care.AsHandover(h).State().OffTheClock() })
}
