package handover

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// ID is the id of the handover that an alarm begins: the same on every server and after every
// restore, so that a refill alerts nobody twice.
func ID(code, patient, record string) string { return rules.ID("handover", code, patient, record) }

// Arrange decides what becomes of a person's alarms. The grouping and what supersedes it
// follow from the evidence alone as long as nobody has acted; once a person or the clock has,
// what they acted on stays as it was and only grows.
//
// NB! An unverified handover keeps its mark until a clinician confirms it, also when a verified
// alarm joins: the reading in doubt is still in its text, and only a person can say it is not.
func Arrange(in Input) Plan {
	p := &planning{in: &in, existing: map[string]*Existing{}, copies: map[string]string{}, claimed: map[string]*group{},
		routes: map[string]Route{}}
	p.sortExisting()
	alarms, keys := p.sortAlarms()
	p.groups = partition(&in, p.existing, alarms, keys)
	p.identify()
	for _, g := range p.groups.groups {
		p.decide(g)
	}
	p.unclaimed()
	p.sortPlan()
	return p.plan
}

type planning struct {
	in       *Input
	existing map[string]*Existing // handovers but copies
	copies   map[string]string    // id of an existing copy → id of its original
	copied   map[string]*Existing // existing copies
	groups   *grouping
	claimed  map[string]*group // by id of an existing handover
	routes   map[string]Route  // by destination and sender's team
	plan     Plan
}

func (p *planning) sortExisting() {
	p.copied = map[string]*Existing{}
	for i := range p.in.Existing {
		h := &p.in.Existing[i]
		for _, who := range copyHolders {
			p.copies[CopyID(h.ID, who)] = h.ID
		}
	}
	for i := range p.in.Existing {
		h := &p.in.Existing[i]
		if _, isCopy := p.copies[h.ID]; isCopy || h.CopyOf != "" {
			p.copied[h.ID] = h
		} else {
			p.existing[h.ID] = h
		}
	}
}

// sortAlarms puts the alarms in clinical order and finds each one's destination: that of the
// handover it has, or else the one its rule names today.
func (p *planning) sortAlarms() (alarms []*Alarm, keys []string) {
	for i := range p.in.Alarms {
		alarms = append(alarms, &p.in.Alarms[i])
	}
	slices.SortFunc(alarms, clinicalOrder)
	for _, a := range alarms {
		key := p.route(a).Key
		if h := p.existing[a.Handover]; h != nil && h.Key != "" {
			key = h.Key
		}
		if a.Class == care.Safeguarding {
			key += separate
		}
		keys = append(keys, key)
	}
	return alarms, keys
}

func (p *planning) route(a *Alarm) Route {
	place := p.in.Place
	if a.Team != "" {
		place.FromTeam = a.Team
	}
	name := a.Destination + " " + place.FromTeam
	r, ok := p.routes[name]
	if !ok {
		r = Resolve(a.Destination, place, p.in.Directory)
		p.routes[name] = r
	}
	return r
}

// identify says which existing handover each group is: the one an alarm of the group began,
// else one that an alarm of it is attached to, else one of the same rule and destination that
// lost its own alarms to a correction.
func (p *planning) identify() {
	for _, g := range p.groups.groups {
		if g.existing != nil {
			p.claimed[g.existing.ID] = g
		}
	}
	p.claim(func(g *group) *Existing {
		for _, a := range g.alarms {
			if h := p.free(ID(a.Rule, p.in.Patient, a.Record)); h != nil && h.Key+suffix(a) == g.key {
				return h
			}
		}
		return nil
	})
	p.claim(func(g *group) *Existing {
		for _, a := range g.alarms {
			if h := p.free(a.Handover); h != nil {
				return h
			}
		}
		return nil
	})
	p.claim(p.orphaned)
}

func suffix(a *Alarm) string {
	if a.Class == care.Safeguarding {
		return separate
	}
	return ""
}

func (p *planning) claim(find func(*group) *Existing) {
	for _, g := range p.groups.groups {
		if g.existing != nil {
			continue
		}
		if h := find(g); h != nil {
			g.existing = h
			p.claimed[h.ID] = g
		}
	}
}

// free returns an existing handover that evidence may still shape and no group has.
func (p *planning) free(id string) *Existing {
	h := p.existing[id]
	if h == nil || h.ByHand || !h.State.Untouched() || p.claimed[id] != nil {
		return nil
	}
	return h
}

func (p *planning) orphaned(g *group) *Existing {
	held := map[string]bool{}
	for i := range p.in.Alarms {
		held[p.in.Alarms[i].Handover] = true
	}
	for _, id := range sortedKeys(p.existing) {
		h := p.free(id)
		if h == nil || held[id] || h.Key+suffix(g.alarms[0]) != g.key || (h.Class == care.Safeguarding) != (suffix(g.alarms[0]) != "") {
			continue
		}
		for _, r := range h.Reasons {
			if slices.ContainsFunc(g.alarms, func(a *Alarm) bool { return a.Rule == r.Rule }) {
				return h
			}
		}
	}
	return nil
}

// decide writes what becomes of one group.
func (p *planning) decide(g *group) {
	if g.existing != nil && g.closed {
		return
	}
	if len(g.alarms) == 0 && !g.existing.ByHand {
		return
	}
	id := p.raise(g)
	for _, a := range g.alarms {
		if a.Handover != id {
			p.plan.Attached = append(p.plan.Attached, Attachment{a.ID, id, p.keyOf(g)})
		}
	}
}

// keyOf is the key to store with the alarms of a group.
func (p *planning) keyOf(g *group) string {
	if g.existing != nil {
		return g.existing.Key
	}
	return p.route(g.alarms[0]).Key
}

func (p *planning) raise(g *group) string {
	if g.existing != nil {
		p.change(g)
		return g.existing.ID
	}
	first := g.alarms[0]
	n := New{
		ID: p.newID(g), Patient: p.in.Patient, Visit: first.Visit, FromStaff: first.Staff, FromTeam: first.Team, ReplyTeam: first.Team,
		Destination: first.Destination, Route: p.route(first), Class: highest(first.Class, g.alarms), Reasons: reasons(g.alarms),
		Alarms: ids(g.alarms), Unverified: unverified(g.alarms), ClinicalTime: first.At, RaisedAt: p.in.Now,
	}
	n.State = n.Route.State()
	n.SupersededBy = p.superseded(g)
	n.LateBy = late(n.ClinicalTime, p.in.Now)
	n.AckDue, n.ActDue = p.in.Clocks.Deadlines(n.Class, n.ClinicalTime, p.in.Calendar)
	p.plan.New = append(p.plan.New, n)
	if n.Unverified {
		p.copy(&n)
	}
	return n.ID
}

// newID is that of the group's first alarm whose id is not taken by something that was closed.
func (p *planning) newID(g *group) string {
	for _, a := range g.alarms {
		if id := ID(a.Rule, p.in.Patient, a.Record); !p.taken(id) {
			return id
		}
	}
	first := g.alarms[0]
	for again := first.Record + "+"; ; again += "+" {
		if id := ID(first.Rule, p.in.Patient, again); !p.taken(id) {
			return id
		}
	}
}

func (p *planning) taken(id string) bool { return p.existing[id] != nil || p.stored(id) != nil }

// stored finds a handover that was not given.
func (p *planning) stored(id string) *Existing {
	if p.in.Stored == nil {
		return nil
	}
	return p.in.Stored(id)
}

// superseded is the earliest set that supersedes a group: later than every alarm, every clock
// involved known, every alarm about the score. "" when there is none.
func (p *planning) superseded(g *group) string {
	if g.existing != nil && g.existing.ByHand {
		return ""
	}
	var last time.Time
	for _, a := range g.alarms {
		if !a.NEWS2 || !a.ClockKnown {
			return ""
		}
		if a.At.After(last) {
			last = a.At
		}
	}
	var best *Clearing
	for i := range p.in.Clearing {
		c := &p.in.Clearing[i]
		if !c.ClockKnown || !c.At.After(last) {
			continue
		}
		if best == nil || cmp.Or(c.At.Compare(best.At), cmp.Compare(c.Record, best.Record)) < 0 {
			best = c
		}
	}
	if best == nil {
		return ""
	}
	return best.Record
}

// unclaimed deals with the handovers that no group claimed although evidence may still shape them.
func (p *planning) unclaimed() {
	into := map[string]string{}
	holds := map[string]bool{}
	for _, a := range p.groups.alarms {
		holds[a.ID] = true
	}
	for _, at := range p.plan.Attached {
		for i := range p.in.Alarms {
			if a := &p.in.Alarms[i]; a.ID == at.Alarm && a.Handover != "" && into[a.Handover] == "" {
				into[a.Handover] = at.Handover
			}
		}
	}
	for _, id := range sortedKeys(p.existing) {
		h := p.existing[id]
		if p.claimed[id] != nil || h.ByHand || h.State.Closed() {
			continue
		}
		switch {
		case into[id] != "" && h.State.Untouched():
			p.join(id, into[id])
		case len(h.Alarms) > 0 && !slices.ContainsFunc(h.Alarms, func(a string) bool { return holds[a] }):
			p.plan.Withdrawn = append(p.plan.Withdrawn, id)
		}
	}
}

func (p *planning) join(from, into string) {
	p.plan.Joins = append(p.plan.Joins, Joining{from, into})
	for _, who := range copyHolders {
		// A copy that nobody answered in time is about the matter still, and the matter is elsewhere.
		if c := p.copied[CopyID(from, who)]; c != nil && (c.State.Untouched() || c.State.Unanswered()) {
			p.plan.Joins = append(p.plan.Joins, Joining{c.ID, into})
		}
	}
}

func (p *planning) sortPlan() {
	slices.SortFunc(p.plan.Attached, func(a, b Attachment) int { return cmp.Compare(a.Alarm, b.Alarm) })
}
