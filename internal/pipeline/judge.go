package pipeline

import (
	"encoding/json"
	"sort"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/news2"
	"doorstep/internal/rules"
)

// judge lets the rules look at what this mutation changed, at what was refused of it and at
// what lost, person by person.
func (p *plan) judge() error {
	people := map[string]*changed{}
	at := func(patient string) *changed {
		c := people[patient]
		if c == nil {
			c = &changed{faults: p.by.Faults}
			people[patient] = c
		}
		return c
	}
	for _, r := range p.raised { // what the rules raised in the same visit joins it
		c := at(r.rec.Text("patient"))
		c.acted = true
		c.since = earliest(c.since, r.n.ClinicalTime)
	}
	for _, d := range p.drafts {
		if !judged(d.rec.Collection.Name) || (d.old != nil && !d.ever) {
			continue
		}
		c := at(d.rec.Text("patient"))
		c.records = append(c.records, d.rec)
		c.since = earliest(c.since, d.rec.ClinicalTime)
		if d.old != nil {
			c.edited = true
			c.since = earliest(c.since, d.old.ClinicalTime)
			if was := d.old.Text("patient"); was != d.rec.Text("patient") {
				// Filed under the wrong person, and moved: it is no evidence about the first any more.
				first := at(was)
				first.acted = true
				first.since = earliest(first.since, d.old.ClinicalTime)
			}
		}
	}
	for _, issue := range p.issues {
		c := at(issue.Text("patient"))
		c.issues = append(c.issues, issue)
	}
	for _, issue := range p.settled {
		c := at(issue.Text("patient"))
		c.acted = true
		c.since = earliest(c.since, stampOf(issue, "opened_at"))
	}
	if p.refused != nil {
		for _, op := range p.ops() {
			at(op.Patient)
		}
	}
	ids := make([]string, 0, len(people))
	for id := range people {
		if care.IsID(id) {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	for _, id := range ids {
		switch {
		case p.refused == nil:
		case id == p.refused.Text("patient"):
			people[id].issues = append(people[id].issues, p.refused)
		default:
			// The row is filed under one person. What it says about another is judged now.
			if err := people[id].hear(p.tx, p.refused, id); err != nil {
				return err
			}
		}
		if err := judgePerson(p.tx, id, people[id]); err != nil {
			return err
		}
	}
	return nil
}

// JudgeSettled judges a person anew after an issue about them was decided without a change: what
// was in doubt is evidence no more.
func JudgeSettled(tx Tx, issue *care.Record) error {
	return judgePerson(tx, issue.Text("patient"), &changed{since: stampOf(issue, "opened_at"), acted: true})
}

// DueJudge is the kind of due row that makes the job judge a person: what made the server itself
// fail was only kept, and must not be muted by that.
const DueJudge = "judge"

// JudgeRefused judges what is kept of a person's refused changes.
func JudgeRefused(tx Tx, patient string) error {
	return judgePerson(tx, patient, &changed{anew: true})
}

// changed is what is new about one person.
type changed struct {
	records  []*care.Record
	suspects []rules.Event  // refused or losing values
	hands    []refusedHand  // handed over by hand in what was refused
	issues   []*care.Record // what the running change left open about the person
	since    time.Time      // the earliest moment anything changed at; zero = nothing did
	anew     bool           // every open issue counts as new
	edited   bool           // a record that was there before is another now
	acted    bool           // something was decided, moved or raised by hand: not only refused
	faults   Faults
}

// hear adds what a refused mutation says about somebody it is not filed under.
func (c *changed) hear(tx Tx, issue *care.Record, patient string) error {
	d := &doubts{why: map[string]string{}}
	if err := d.refused(tx, issue, patient); err != nil {
		return err
	}
	c.suspects = append(c.suspects, d.events...)
	c.hands = append(c.hands, d.hands...)
	for _, e := range d.events {
		c.since = earliest(c.since, e.At)
	}
	return nil
}

// doubt adds what is fresh in doubt.
func (c *changed) doubt(d *doubts) {
	c.suspects = append(c.suspects, d.fresh...)
	c.hands = append(c.hands, d.hands...)
	c.since = earliest(c.since, d.since)
}

// quiet says, without SQL, that nothing can come of a change: no rule fires on it, and the
// person has neither alarms nor open handovers that it could touch.
func (c *changed) quiet(tx Tx, patient string, person rules.Patient) bool {
	open, later := tx.Watched(patient, c.since)
	if later || open && c.matters() {
		return false
	}
	set := tx.Rules()
	for _, rec := range c.records {
		if e := EventOf(rec, true); len(set.Triggers(person, e)) > 0 {
			return false
		}
	}
	for _, e := range c.suspects {
		if len(set.Triggers(person, e)) > 0 {
			return false
		}
	}
	return true
}

// matters says whether a change that fires nothing can still move an open handover: a set of
// readings may supersede it, and what a person raised by hand may join it. A visit cannot.
func (c *changed) matters() bool {
	for _, rec := range c.records {
		if rec.Collection.Name == care.Observations {
			return true
		}
	}
	return len(c.records) == 0 && !c.refusedOnly()
}

// judgePerson judges all evidence about a person from the first moment that changed, and
// arranges what holds into handovers.
func judgePerson(tx Tx, patient string, c *changed) error {
	record, err := tx.Patient(patient)
	if err != nil || record == nil {
		return err
	}
	elsewhere := c.suspects
	person := rules.Patient{ID: patient, Values: record.Values}
	// First what the running change left open, and all there is only when something can come of it:
	// a person may have thousands of open issues.
	d, err := weigh(tx, patient, c.issues)
	if err != nil {
		return err
	}
	c.doubt(d)
	if err := c.raiseHands(tx, record); err != nil {
		return err
	}
	if !c.anew && (c.since.IsZero() || c.quiet(tx, patient, person)) {
		return nil
	}
	if wait, err := c.canWait(tx, patient, person); err != nil {
		return err
	} else if wait {
		return tx.DueAt(nextMinute(tx.Now()), DueJudge, patient)
	}
	if d, err = doubtsAbout(tx, patient); err != nil {
		return err
	}
	// A row does not keep an offset that is not proven, so what is read back may lie earlier than
	// what was just weighed; counted from the later of the two, its alarm would be muted.
	c.since = earliest(c.since, d.since)
	if c.anew {
		d.fresh = d.events
		for _, e := range d.events {
			d.since = earliest(d.since, e.At)
		}
		c.records = append(c.records, d.stored...)
		for _, rec := range d.stored {
			d.since = earliest(d.since, rec.ClinicalTime)
		}
		c.doubt(d)
		if err := c.raiseHands(tx, record); err != nil {
			return err
		}
		if c.since.IsZero() || c.quiet(tx, patient, person) {
			return nil
		}
	}
	known, err := tx.Alarms(patient)
	if err != nil {
		return err
	}
	existing, err := existingHandovers(tx, patient, known)
	if err != nil {
		return err
	}
	since := c.since
	for _, a := range known {
		if a.Holds && existing.open(a.Handover) {
			since = earliest(since, a.ClinicalTime)
		}
	}
	events, err := tx.Events(patient, since.Add(-window), tx.Now().Add(time.Minute))
	if err != nil {
		return err
	}
	for i := range events {
		events[i].Verified = !d.disputed[events[i].ID]
	}
	if !c.faults.MuteRefused {
		events = append(append(events, d.events...), elsewhere...)
	}
	for i := range events {
		events[i].Team = senderTeam(tx, events[i])
	}
	judgement := tx.Rules().Judge(person, events)
	alarms := mergeAlarms(judgement.Alarms, known, since)
	if err := dropAlarms(tx, judgement.Alarms, known, since); err != nil {
		return err
	}
	if err := notePassed(tx, patient, judgement.Passed, known); err != nil {
		return err
	}
	if err := countRules(tx, judgement, c.since); err != nil {
		return err
	}
	in := handover.Input{Patient: patient, Place: placeOf(tx, record, c), Alarms: alarms, Since: since,
		Existing: existing.list, Now: tx.Now(), Calendar: tx.Calendar(""), Clocks: tx.Clocks(), Directory: tx.Directory()}
	for _, e := range judgement.Clearing {
		clear := handover.ClearingOf(e)
		if c.faults.ByArrival {
			clear.At, clear.ClockKnown = tx.Now(), true
		}
		in.Clearing = append(in.Clearing, clear)
	}
	plan := handover.Arrange(in)
	return carryOut(tx, record, plan, alarms, known, events, d.why)
}

// mergeAlarms are the alarms that hold: those judged now, and, of what lies before, what was known.
func mergeAlarms(fresh []rules.Alarm, known []care.Alarm, since time.Time) []handover.Alarm {
	attached := make(map[string]*care.Alarm, len(known))
	for i := range known {
		attached[known[i].ID] = &known[i]
	}
	var list []handover.Alarm
	have := map[string]int{}
	for _, a := range fresh {
		if a.Event.At.Before(since) {
			continue
		}
		h := handover.AlarmOf(a)
		if k := attached[h.ID]; k != nil {
			h.Handover = k.Handover
		}
		if i, twice := have[h.ID]; twice { // both sides of a conflict fire
			list[i].Verified = list[i].Verified || h.Verified
			continue
		}
		have[h.ID] = len(list)
		list = append(list, h)
	}
	for _, k := range known {
		if _, twice := have[k.ID]; twice || !k.Holds || !k.ClinicalTime.Before(since) {
			continue
		}
		list = append(list, handover.Alarm{ID: k.ID, Rule: k.Rule, Version: int(k.Version), Class: k.Class, Destination: k.Destination,
			NEWS2: k.NEWS2, Collection: k.Collection, Record: k.Record, Visit: k.Visit, Staff: k.Staff, Team: k.Team,
			At: k.ClinicalTime, ClockKnown: k.ClockKnown, Verified: k.Verified, Handover: k.Handover})
	}
	return list
}

// dropAlarms notes which alarms hold no more: what they rest on was corrected or retracted, or
// earlier evidence arrived. They stay in the table, and their handover stays with whoever has it.
func dropAlarms(tx Tx, fresh []rules.Alarm, known []care.Alarm, since time.Time) error {
	holds := make(map[string]bool, len(fresh))
	for _, a := range fresh {
		holds[a.ID] = true
	}
	for _, k := range known {
		if k.Holds && !k.ClinicalTime.Before(since) && !holds[k.ID] {
			k.Holds = false
			if err := tx.PutAlarm(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// notePassed keeps, as alarms that do not hold, where an "unless" let something pass: evidence
// from before it that arrives later can undo that, and makes the person watched until then.
func notePassed(tx Tx, patient string, passed []rules.Alarm, known []care.Alarm) error {
	have := make(map[string]bool, len(known))
	for _, k := range known {
		have[k.ID] = true
	}
	for _, p := range passed {
		a := handover.AlarmOf(p)
		if have[a.ID] {
			continue
		}
		have[a.ID] = true
		if err := tx.PutAlarm(care.Alarm{ID: a.ID, Rule: a.Rule, Version: int64(a.Version), Patient: patient, Collection: a.Collection, Record: a.Record,
			Visit: a.Visit, ClinicalTime: a.At, ClockKnown: a.ClockKnown, Class: a.Class, NEWS2: a.NEWS2, Staff: a.Staff, Team: a.Team,
			Verified: a.Verified}); err != nil {
			return err
		}
	}
	return nil
}

// Kinds of what is counted of a rule.
const (
	CountShadow = "shadow" // it would have raised an alarm
	CountFault  = "fault"  // it could not be worked out at a record
	CountBroken = "broken" // it does not compile
)

// countRules counts what rules in shadow would have raised since a moment, and which rules failed.
// Neither stops anything.
func countRules(tx Tx, j rules.Judgement, since time.Time) error {
	for _, a := range j.Shadow {
		if a.Event.At.Before(since) {
			continue
		}
		if err := tx.CountRule(CountShadow, a.Rule, a.ID, ""); err != nil {
			return err
		}
	}
	for _, f := range j.Faults {
		for _, record := range f.Records {
			if err := tx.CountRule(CountFault, f.Rule, record, f.Last); err != nil {
				return err
			}
		}
	}
	return nil
}

func decodeScore(raw json.RawMessage) *news2.Score {
	s := &news2.Score{}
	if json.Unmarshal(raw, s) != nil {
		return nil
	}
	return s
}
