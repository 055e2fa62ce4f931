package pipeline

import (
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// closed: nobody has to do anything about it any more.
func closed(s care.State) bool {
	switch s {
	case care.Done, care.Failed, care.StoodDown:
		return true
	}
	return false
}

// carrying applies what was arranged, in this transaction.
type carrying struct {
	tx     Tx
	person *care.Record
	alarms map[string]handover.Alarm
	known  map[string]Alarm
	events []rules.Event
}

func carryOut(tx Tx, person *care.Record, plan handover.Plan, alarms []handover.Alarm, known []Alarm, events []rules.Event) error {
	c := &carrying{tx: tx, person: person, alarms: map[string]handover.Alarm{}, known: map[string]Alarm{}, events: events}
	for _, a := range alarms {
		c.alarms[a.ID] = a
	}
	for _, a := range known {
		c.known[a.ID] = a
	}
	for i := range plan.New {
		if err := c.raise(&plan.New[i]); err != nil {
			return err
		}
	}
	for i := range plan.Changes {
		if err := c.change(&plan.Changes[i]); err != nil {
			return err
		}
	}
	for _, j := range plan.Joins {
		if err := c.join(j); err != nil {
			return err
		}
	}
	for _, id := range plan.Withdrawn {
		if err := c.withdraw(id); err != nil {
			return err
		}
	}
	return c.attach(plan.Attached)
}

// attach stores where each alarm belongs, and alarms whose verification or time changed.
func (c *carrying) attach(attached []handover.Attachment) error {
	to := map[string]handover.Attachment{}
	for _, a := range attached {
		to[a.Alarm] = a
	}
	ids := make([]string, 0, len(c.alarms))
	for id := range c.alarms {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		a := c.alarms[id]
		row := Alarm{ID: a.ID, Rule: a.Rule, Version: int64(a.Version), Patient: c.person.ID, Collection: a.Collection, Record: a.Record,
			Visit: a.Visit, ClinicalTime: a.At, ClockKnown: a.ClockKnown, Class: a.Class, Destination: c.known[id].Destination,
			NEWS2: a.NEWS2, Staff: a.Staff, Team: a.Team, Verified: a.Verified, Holds: true, Handover: a.Handover}
		if at, ok := to[id]; ok {
			row.Handover, row.Destination = at.Handover, at.Key
		}
		if old, ok := c.known[id]; ok && same(old, row) {
			continue
		}
		if err := c.tx.PutAlarm(row); err != nil {
			return err
		}
	}
	return nil
}

func same(a, b Alarm) bool {
	return a.Handover == b.Handover && a.Destination == b.Destination && a.Verified == b.Verified && a.Holds == b.Holds &&
		a.ClinicalTime.Equal(b.ClinicalTime) && a.ClockKnown == b.ClockKnown && a.Visit == b.Visit
}

// raise stores a new handover, its history and its delivery.
func (c *carrying) raise(n *handover.New) error {
	handovers, _ := care.ByName(care.Handovers)
	rec := &care.Record{Collection: handovers, ID: n.ID, Values: map[string]any{}}
	rec.Author, rec.AuthoredAt, rec.ReceivedAt, rec.ClockKnown = n.FromStaff, n.RaisedAt, n.RaisedAt, true
	text := c.compose(n)
	set(rec, map[string]any{"patient": c.person.ID, "visit": n.Visit, "from_staff": n.FromStaff, "from_team": n.FromTeam,
		"reply_team": n.ReplyTeam, "named_registrant": n.NamedRegistrant, "to_team": n.Route.Team.ID, "class": string(n.Class),
		"rules": jsonOf(n.Reasons), "by_hand": n.ByHand, "unverified": n.Unverified, "situation": text.Situation,
		"background": text.Background, "assessment": text.Assessment, "recommendation": text.Recommendation, "safe_note": text.SafeNote,
		"clinical_time": care.Stamp(n.ClinicalTime), "raised_at": care.Stamp(n.RaisedAt), "late_by_seconds": int64(n.LateBy / time.Second),
		"superseded_by": n.SupersededBy, "state": string(n.State), "ack_due": care.Stamp(n.AckDue), "act_due": care.Stamp(n.ActDue),
		"evidence": jsonOf(evidenceOf{Key: n.Route.Key, CopyOf: n.CopyOf, Records: c.records(n.Alarms)})})
	ok, err := c.tx.Insert(rec)
	if err != nil {
		return err
	}
	if !ok {
		return nil // raised before, by the same cause: nobody is told twice
	}
	e := handover.Event{Kind: "raised", At: n.RaisedAt, By: n.FromStaff, Team: n.Route.Team.ID, Text: text.Situation, Deliver: true}
	if err := WriteEvent(c.tx, rec, e); err != nil {
		return err
	}
	return Watch(c.tx, rec)
}

// records shows the evidence behind a handover: what was read, with its score.
func (c *carrying) records(alarms []string) []evidenceItem {
	var items []evidenceItem
	for _, id := range alarms {
		a, ok := c.alarms[id]
		if !ok {
			continue
		}
		for _, e := range c.events {
			if e.ID != a.Record || slices.ContainsFunc(items, func(i evidenceItem) bool { return i.ID == e.ID && i.Verified == e.Verified }) {
				continue
			}
			item := evidenceItem{Collection: e.Collection, ID: e.ID, At: care.Stamp(e.At), ClockKnown: e.ClockKnown, Verified: e.Verified, Values: map[string]any{}}
			noun, _ := care.ByName(e.Collection)
			for name, v := range e.Values {
				if f, ok := noun.Field(name); ok && name != "news2" && name != "patient" && !f.Sealed {
					item.Values[name] = v
				}
			}
			if e.NEWS2 != nil {
				item.NEWS2 = e.NEWS2
			}
			items = append(items, item)
		}
	}
	return items
}

// change stores what became of a handover that stands.
func (c *carrying) change(ch *handover.Change) error {
	rec, err := loadHandover(c.tx, ch.ID)
	if err != nil || rec == nil {
		return err
	}
	old := clone(rec)
	put(rec, map[string]any{"class": string(ch.Class), "rules": jsonOf(ch.Reasons), "clinical_time": care.Stamp(ch.ClinicalTime),
		"late_by_seconds": int64(ch.LateBy / time.Second), "ack_due": care.Stamp(ch.AckDue), "act_due": care.Stamp(ch.ActDue),
		"unverified": ch.Unverified, "superseded_by": ch.SupersededBy})
	kept := keptEvidence(rec)
	for _, item := range c.records(ch.Added) {
		if !slices.ContainsFunc(kept.Records, func(k evidenceItem) bool { return k.ID == item.ID && k.Verified == item.Verified }) {
			kept.Records = append(kept.Records, item)
		}
	}
	rec.Values["evidence"] = jsonOf(kept)
	if err := saveHandover(c.tx, rec, old); err != nil {
		return err
	}
	for _, e := range ch.Events {
		if err := WriteEvent(c.tx, rec, e); err != nil {
			return err
		}
	}
	if false {
		var err error
		return err
	}
	return Watch(c.tx, rec)
}

func loadHandover(tx Tx, id string) (*care.Record, error) {
	handovers, _ := care.ByName(care.Handovers)
	return tx.Record(handovers, id)
}

// saveHandover stores the fields that differ.
func saveHandover(tx Tx, rec, old *care.Record) error {
	var fields []string
	for i := range rec.Collection.Fields {
		name := rec.Collection.Fields[i].Name
		if !care.Equal(rec.Get(name), old.Get(name)) {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return tx.Update(rec, old, fields)
}

// put sets fields, the empty ones to missing.
func put(rec *care.Record, values map[string]any) {
	for name, v := range values {
		if v == nil || v == "" {
			delete(rec.Values, name)
			continue
		}
		rec.Values[name] = v
	}
}

// WriteEvent adds a row to a handover's history and, where the event says so, its delivery.
func WriteEvent(tx Tx, rec *care.Record, e handover.Event) error {
	events, _ := care.ByName(care.HandoverEvents)
	row := &care.Record{Collection: events, ID: tx.NewID(), Values: map[string]any{}}
	row.Author, row.AuthoredAt, row.ReceivedAt, row.ClockKnown = e.By, e.At, tx.Now(), true
	set(row, map[string]any{"handover": rec.ID, "patient": rec.Text("patient"), "at": care.Stamp(e.At), "kind": e.Kind, "by": e.By,
		"from_team": rec.Text("from_team"), "from_staff": rec.Text("from_staff"), "team": e.Team, "text": clip(e.Text, 4000)})
	if len(e.Detail) > 0 {
		row.Values["detail"] = jsonOf(e.Detail)
	}
	if _, err := tx.Insert(row); err != nil {
		return err
	}
	if !e.Deliver {
		return nil
	}
	return tx.Enqueue(rec.ID+":"+e.Team+":"+row.ID, "inbox", rec.ID, e.Team)
}

// Watch makes the escalation job look at a handover when its next answer is due.
func Watch(tx Tx, rec *care.Record) error {
	for _, field := range []string{"ack_due", "act_due"} {
		if at := stampOf(rec, field); !at.IsZero() {
			if err := tx.DueAt(at, DueHandover, rec.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

