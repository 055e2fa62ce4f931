package pipeline

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rules"
)

// Closed: nobody has to do anything about it any more.
func Closed(s care.State) bool {
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
	plan   *handover.Plan
	alarms map[string]handover.Alarm
	known  map[string]care.Alarm
	events []rules.Event
	doubts map[string]string
}

func carryOut(tx Tx, person *care.Record, plan handover.Plan, alarms []handover.Alarm, known []care.Alarm, events []rules.Event, doubts map[string]string) error {
	c := &carrying{tx: tx, person: person, plan: &plan, doubts: doubts, alarms: map[string]handover.Alarm{}, known: map[string]care.Alarm{}, events: events}
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
		row := care.Alarm{ID: a.ID, Rule: a.Rule, Version: int64(a.Version), Patient: c.person.ID, Collection: a.Collection, Record: a.Record,
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

func same(a, b care.Alarm) bool {
	return a.Handover == b.Handover && a.Destination == b.Destination && a.Verified == b.Verified && a.Holds == b.Holds &&
		a.ClinicalTime.Equal(b.ClinicalTime) && a.ClockKnown == b.ClockKnown && a.Visit == b.Visit
}

// raise stores a new handover, its history and its delivery.
func (c *carrying) raise(n *handover.New) error {
	story := handover.Case{To: n.Route.Team, Class: n.Class, Asks: c.asks(n.Reasons), Unverified: n.Unverified, Copy: n.CopyOf != "",
		ClinicalTime: n.ClinicalTime, ActDue: n.ActDue, LateBy: n.LateBy, Findings: c.findings(c.alarmsOf(n))}
	kept := evidenceOf{Key: n.Route.Key, CopyOf: n.CopyOf, Records: c.records(c.alarmsOf(n))}
	if n.CopyOf != "" {
		original, err := loadHandover(c.tx, n.CopyOf)
		if err != nil {
			return err
		}
		if byHand := original != nil && original.Get("by_hand") == true; byHand {
			if kept.Words = keptEvidence(original).Words; kept.Words == nil {
				kept.Words = wordsOf(original)
			}
		}
	}
	return raise(c.tx, c.person, n, story, kept)
}

// alarmsOf are the alarms behind a handover; a copy stands on those of its original.
func (c *carrying) alarmsOf(n *handover.New) []string {
	if n.CopyOf == "" {
		return n.Alarms
	}
	return c.behind(n.CopyOf)
}

// asks are the recommendations of the rules, the most urgent first.
func (c *carrying) asks(reasons []handover.Reason) []string {
	var asks []string
	for _, class := range care.Classes {
		for _, r := range reasons {
			if rule, ok := c.tx.Rules().Rule(r.Rule); ok && string(rule.Class) == class && !slices.Contains(asks, rule.Ask) {
				asks = append(asks, rule.Ask)
			}
		}
	}
	return asks
}

// findings are what the text of a handover shows.
func (c *carrying) findings(alarms []string) []handover.Finding {
	var list []handover.Finding
	for _, id := range alarms {
		a, ok := c.alarms[id]
		if !ok {
			continue
		}
		f := handover.Finding{Collection: a.Collection, Record: a.Record, At: a.At, ClockKnown: a.ClockKnown, Verified: a.Verified}
		if rule, ok := c.tx.Rules().Rule(a.Rule); ok {
			f.Title = rule.Title
		}
		for _, e := range c.events {
			if e.ID == a.Record && (f.Values == nil || e.Verified == a.Verified) {
				f.Values, f.NEWS2 = e.Values, e.NEWS2
			}
		}
		if !a.Verified {
			if f.Doubt = c.doubts[a.Record]; f.Doubt == "" {
				f.Doubt = "a value was refused, or two people recorded different ones"
			}
		}
		list = append(list, f)
	}
	return list
}

// maxEvidence records are shown with a handover; more are found in the alarms it stands on.
const maxEvidence = 100

// records shows the evidence behind a handover: what was read, with its score.
func (c *carrying) records(alarms []string) []evidenceItem {
	var items []evidenceItem
	for _, id := range alarms {
		a, ok := c.alarms[id]
		if !ok || len(items) >= maxEvidence {
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
		if len(kept.Records) < maxEvidence && !slices.ContainsFunc(kept.Records, func(k evidenceItem) bool { return k.ID == item.ID && k.Verified == item.Verified }) {
			kept.Records = append(kept.Records, item)
		}
	}
	c.retell(rec, &kept, ch)
	rec.Values["evidence"] = jsonOf(kept)
	if err := saveHandover(c.tx, rec, old); err != nil {
		return err
	}
	for _, e := range ch.Events {
		if err := writeEvent(c.tx, rec, e); err != nil {
			return err
		}
	}
	if ch.Again {
		_, err := Act(c.tx, ch.ID, handover.Action{Kind: handover.Raise, Class: ch.Class}, System, 0)
		return err
	}
	return watch(c.tx, rec)
}

// join closes what was raised for a matter that stands in another handover.
func (c *carrying) join(j handover.Joining) error {
	_, err := Act(c.tx, j.From, handover.Action{Kind: handover.Join, Into: j.Into}, System, 0)
	return err
}

// withdraw notes, once, that the last reason of a handover was corrected or retracted. It stays
// with whoever has it, who decides what becomes of it.
func (c *carrying) withdraw(id string) error {
	rec, err := loadHandover(c.tx, id)
	if err != nil || rec == nil {
		return err
	}
	history, err := c.tx.History(id)
	if err != nil {
		return err
	}
	for i := len(history) - 1; i >= 0; i-- {
		switch history[i].Text("kind") {
		case handover.EventWithdrawn:
			return nil
		case handover.EventAttached:
			i = 0
		}
	}
	return writeEvent(c.tx, rec, handover.Event{Kind: handover.EventWithdrawn, At: c.tx.Now(), Team: rec.Text("to_team"),
		Text: "What this rests on was corrected or withdrawn. Please decide whether it still needs an answer."})
}

// retell writes the text of a handover anew from all that it now rests on: what its sender wrote by
// hand, if anybody did, and what the rules found.
func (c *carrying) retell(rec *care.Record, kept *evidenceOf, ch *handover.Change) {
	alarms := c.behind(rec.ID)
	if kept.CopyOf != "" {
		alarms = c.behind(kept.CopyOf)
	}
	byHand, _ := rec.Get("by_hand").(bool)
	if byHand && kept.Words == nil {
		if len(alarms) == 0 {
			return // as its sender wrote it
		}
		kept.Words = wordsOf(rec)
	}
	to, _ := c.tx.Directory().Team(rec.Text("to_team"))
	told := handover.Case{To: to, Class: ch.Class, Asks: c.asks(ch.Reasons), Unverified: ch.Unverified,
		Confirmed: rec.Text("confirmed_by") != "", Copy: kept.CopyOf != "", ClinicalTime: ch.ClinicalTime, ActDue: ch.ActDue,
		LateBy: ch.LateBy, Findings: c.findings(alarms)}
	text := kept.Words.compose(tell(told, c.person))
	if byHand && to.Kind == voluntaryTeam {
		// A voluntary team reads the ask and what is safe to share; the rest stays the sender's.
		put(rec, map[string]any{"safe_note": clip(text.SafeNote, safeNoteMax)})
		return
	}
	put(rec, map[string]any{"situation": clip(text.Situation, textMax), "background": clip(text.Background, textMax),
		"assessment": clip(text.Assessment, textMax), "recommendation": clip(text.Recommendation, textMax)})
}

// behind lists, in clinical order, the alarms that a handover rests on once the plan is carried out.
func (c *carrying) behind(id string) []string {
	to := map[string]string{}
	for _, a := range c.plan.Attached {
		to[a.Alarm] = a.Handover
	}
	var list []handover.Alarm
	for _, a := range c.alarms {
		if to[a.ID] == id || (to[a.ID] == "" && a.Handover == id) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b handover.Alarm) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
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
