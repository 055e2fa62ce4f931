package handover

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// change writes what evidence does to a handover that exists.
func (p *planning) change(g *group) {
	h := g.existing
	c := Change{ID: h.ID, Class: highest(h.Class, g.alarms), Reasons: h.Reasons, ClinicalTime: h.ClinicalTime, LateBy: h.LateBy,
		AckDue: h.AckDue, ActDue: h.ActDue, Unverified: h.Unverified, SupersededBy: h.SupersededBy}
	now := ids(g.alarms)
	for _, a := range g.alarms {
		if a.Handover != h.ID {
			c.Added = append(c.Added, a.ID)
		}
	}
	for _, id := range h.Alarms {
		if !slices.Contains(now, id) {
			c.Removed = append(c.Removed, id)
		}
	}
	c.Reasons = reasons(g.alarms)
	p.earlier(&c, g)
	c.Again = c.Class != h.Class
	p.deadlines(&c, h)
	p.doubt(&c, g)
	if by := p.superseded(g); len(g.alarms) > 0 && !p.kept(g, by) {
		c.SupersededBy = by
	}
	c.Events = p.events(h, &c)
	if len(c.Events) > 0 {
		p.plan.Changes = append(p.plan.Changes, c)
	}
	if c.Unverified {
		n := p.original(g, &c)
		p.copy(&n)
	}
}

// earlier moves the clinical time to that of earlier evidence. As long as nobody has acted it is
// that of the first alarm, also where late evidence gave an earlier one to another handover: it
// must not hang on which came first. Once somebody has acted it never moves later.
func (p *planning) earlier(c *Change, g *group) {
	if h := g.existing; !h.ByHand && h.State.Untouched() && len(g.alarms) > 0 {
		c.ClinicalTime = time.Time{}
	}
	for _, a := range g.alarms {
		if c.ClinicalTime.IsZero() || a.At.Before(c.ClinicalTime) {
			c.ClinicalTime = a.At
			c.LateBy = max(c.LateBy, late(a.At, p.in.Now))
		}
	}
}

// deadlines are derived anew and never later than what people were told: from the clinical time
// as long as nobody has acted, from now where somebody holds it and must be told that the class
// rose. What somebody holds is not taken from them because it began earlier than they knew.
func (p *planning) deadlines(c *Change, h *Existing) {
	from := c.ClinicalTime
	switch {
	case h.State.Untouched() && (c.Again || !c.ClinicalTime.Equal(h.ClinicalTime)):
	case c.Again:
		from = p.in.Now
	default:
		return
	}
	ack, act := p.in.Clocks.Deadlines(c.Class, from, p.in.Calendar)
	if h.State == care.Acknowledged || h.State == care.Accepted {
		c.AckDue = ack // the old one was kept
	}
	c.AckDue, c.ActDue = sooner(c.AckDue, ack), sooner(c.ActDue, act)
}

// doubt marks a handover. One that a clinician confirmed is only marked again by a new reason.
func (p *planning) doubt(c *Change, g *group) {
	for _, a := range g.alarms {
		if !a.Verified && (!g.existing.Confirmed || a.Handover != g.existing.ID) {
			c.Unverified = true
		}
	}
}

// kept: its successor is older than the evidence that was loaded, so this run cannot undo it.
func (p *planning) kept(g *group, by string) bool {
	h := g.existing
	if h.SupersededBy == "" || by != "" || p.groups.known(h.SupersededBy) {
		return false
	}
	old := slices.ContainsFunc(g.alarms, func(a *Alarm) bool { return a.At.Before(p.in.Since) })
	late := slices.ContainsFunc(g.alarms, func(a *Alarm) bool { return a.Handover != h.ID })
	return old && !late
}

func (p *planning) events(h *Existing, c *Change) []Event {
	var list []Event
	say := func(kind, text string) {
		list = append(list, Event{Kind: kind, At: p.in.Now, Team: h.ToTeam, Text: text})
	}
	if len(c.Added) > 0 {
		say(EventAttached, "")
	}
	if len(c.Removed) > 0 {
		say(EventDetached, "A reason was corrected, retracted or now stands in another handover.")
	}
	if c.Again {
		say(EventRisen, rose(h.Class, c.Class))
	}
	if !c.ClinicalTime.Equal(h.ClinicalTime) {
		say(EventEarlier, "")
	}
	if c.Unverified && !h.Unverified {
		say(EventUnverified, "A reason rests on a value that was refused or is disputed.")
	}
	switch c.SupersededBy {
	case h.SupersededBy:
	case "":
		say(EventStandsAnew, "")
	default:
		say(EventSuperseded, "Please still acknowledge.")
	}
	return list
}

// original is a handover that exists, as far as its copies need to know.
func (p *planning) original(g *group, c *Change) New {
	h := g.existing
	n := New{ID: h.ID, Patient: p.in.Patient, Visit: h.Visit, Class: c.Class, Reasons: c.Reasons, Unverified: true,
		ClinicalTime: c.ClinicalTime, RaisedAt: p.in.Now, LateBy: c.LateBy, AckDue: c.AckDue, ActDue: c.ActDue,
		FromTeam: p.in.Place.FromTeam, Route: Route{Key: h.Key, Team: Team{ID: h.ToTeam}}}
	if len(g.alarms) > 0 {
		n.FromStaff, n.FromTeam = g.alarms[0].Staff, g.alarms[0].Team
	}
	n.ReplyTeam = n.FromTeam
	return n
}

func highest(class care.Class, alarms []*Alarm) care.Class {
	for _, a := range alarms {
		if a.Class.Urgency() > class.Urgency() {
			class = a.Class
		}
	}
	return class
}

// reasons lists the rules, in the order in which they first held.
func reasons(alarms []*Alarm) []Reason {
	var list []Reason
	for _, a := range alarms {
		if !slices.ContainsFunc(list, func(r Reason) bool { return r.Rule == a.Rule }) {
			list = append(list, Reason{a.Rule, a.Version})
		}
	}
	return list
}

func ids(alarms []*Alarm) []string {
	list := make([]string, len(alarms))
	for i, a := range alarms {
		list[i] = a.ID
	}
	return list
}

func unverified(alarms []*Alarm) bool {
	return slices.ContainsFunc(alarms, func(a *Alarm) bool { return !a.Verified })
}

func late(clinical, now time.Time) time.Duration { return max(0, now.Sub(clinical)) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
