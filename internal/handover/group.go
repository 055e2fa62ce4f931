package handover

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/care"
)

// group is a run of alarms that share one handover.
type group struct {
	key      string // destination; safeguarding has keys of its own
	alarms   []*Alarm
	existing *Existing // the handover it is, nil until one is chosen
	// pinned: existing was fixed before the alarms were grouped, because a person or the clock
	// has acted on it, or because a nurse raised it by hand.
	pinned bool
	closed bool // takes no further alarms
}

// grouping walks a person's alarms in clinical order. What shares a handover follows from the
// evidence alone, so the order in which phones delivered it does not show.
type grouping struct {
	in       *Input
	existing map[string]*Existing
	clearing []time.Time // of sets whose clock is known, sorted
	alarms   []*Alarm
	keys     []string // of alarms, same order

	groups []*group
	of     map[string]*group // by existing handover, pinned ones
	visits map[string]*group // by key and visit
	runs   map[string]run    // by key and rule
}

// run is the last alarm of a rule towards one destination.
type run struct {
	group *group
	at    time.Time
}

const separate = "|safeguarding"

// partition groups the alarms:
//
//  1. an alarm of a handover on which somebody has acted stays there;
//  2. alarms of one visit for one destination share, with what was raised by hand there;
//  3. an alarm of a rule joins the previous alarm of that rule, unless a clearing set lies
//     strictly between the two, or the handover has ended;
//  4. anything else begins a handover.
//
// NB! What nobody has acknowledged never moves into something acknowledged before: the person
// who acknowledged did not know of it.
func partition(in *Input, existing map[string]*Existing, alarms []*Alarm, keys []string) *grouping {
	g := &grouping{in: in, existing: existing, alarms: alarms, keys: keys,
		of: map[string]*group{}, visits: map[string]*group{}, runs: map[string]run{}}
	for _, c := range in.Clearing {
		if c.ClockKnown {
			g.clearing = append(g.clearing, c.At)
		}
	}
	slices.SortFunc(g.clearing, time.Time.Compare)
	g.seedByHand()
	for i, a := range alarms {
		g.place(i, a)
	}
	return g
}

// clinicalOrder sorts alarms by time, then record, then rule.
func clinicalOrder(a, b *Alarm) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Rule, b.Rule))
}

// seedByHand lets what was raised by hand in a visit lead what fires there.
func (g *grouping) seedByHand() {
	ids := make([]string, 0, len(g.existing))
	for id, h := range g.existing {
		if h.ByHand && h.Visit != "" && !h.State.Ended() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		h := g.existing[id]
		key := h.Key
		if h.Class == care.Safeguarding {
			key += separate
		}
		if _, taken := g.visits[key+" "+h.Visit]; !taken {
			g.visits[key+" "+h.Visit] = g.pin(h, key)
		}
	}
}

// pin makes the group of an existing handover whose alarms stay.
func (g *grouping) pin(h *Existing, key string) *group {
	if have, ok := g.of[h.ID]; ok {
		return have
	}
	made := &group{key: key, existing: h, pinned: true, closed: h.State.Ended()}
	g.of[h.ID] = made
	g.groups = append(g.groups, made)
	return made
}

func (g *grouping) place(i int, a *Alarm) {
	key := g.keys[i]
	visit, rule := key+" "+visitOf(a), key+" "+a.Rule
	if h := g.existing[a.Handover]; h != nil && !h.State.Untouched() {
		to := g.pin(h, key)
		to.alarms = append(to.alarms, a)
		if to.closed {
			delete(g.runs, rule) // the matter was answered: the next alarm is a new one
			return
		}
		g.note(to, visit, rule, a)
		return
	}
	to := g.visits[visit]
	if !g.takes(to, a) {
		to = g.running(rule, a)
	}
	if to == nil {
		to = g.laterHandoverOf(i, a, key)
	}
	if to == nil {
		to = &group{key: key}
		g.groups = append(g.groups, to)
	}
	to.alarms = append(to.alarms, a)
	g.note(to, visit, rule, a)
}

func (g *grouping) note(to *group, visit, rule string, a *Alarm) {
	if have := g.visits[visit]; have == nil || have.closed {
		g.visits[visit] = to
	}
	g.runs[rule] = run{to, a.At}
}

// takes says whether a group may take an alarm in.
func (g *grouping) takes(to *group, a *Alarm) bool {
	if to == nil || to.closed {
		return false
	}
	acted := to.existing != nil && !to.existing.State.Untouched()
	return !acted || a.Handover == "" || a.Handover == to.existing.ID || g.existing[a.Handover] == nil
}

// running is the group of the rule's previous alarm, if nothing cleared it since.
func (g *grouping) running(rule string, a *Alarm) *group {
	r, ok := g.runs[rule]
	if !ok || !g.takes(r.group, a) || g.cleared(r.at, a.At) || g.settled(r.group) {
		return nil
	}
	return r.group
}

// settled: the handover was superseded by a set from before the evidence given here.
func (g *grouping) settled(to *group) bool {
	for _, a := range to.alarms {
		if h := g.existing[a.Handover]; h != nil && h.SupersededBy != "" && !g.known(h.SupersededBy) && a.At.Before(g.in.Since) {
			return true
		}
	}
	return false
}

func (g *grouping) known(record string) bool {
	return slices.ContainsFunc(g.in.Clearing, func(c Clearing) bool { return c.Record == record })
}

// cleared says whether a clearing set lies strictly between two moments.
func (g *grouping) cleared(from, to time.Time) bool {
	i, _ := slices.BinarySearchFunc(g.clearing, from, time.Time.Compare)
	for ; i < len(g.clearing); i++ {
		if g.clearing[i].After(from) {
			return g.clearing[i].Before(to)
		}
	}
	return false
}

// laterHandoverOf finds, for evidence that arrived late, a later alarm of the same visit or rule whose
// handover somebody holds: the earlier evidence belongs to it.
func (g *grouping) laterHandoverOf(i int, a *Alarm, key string) *group {
	for k := i + 1; k < len(g.alarms); k++ {
		b := g.alarms[k]
		if g.keys[k] != key || visitOf(b) != visitOf(a) && b.Rule != a.Rule {
			continue
		}
		h := g.existing[b.Handover]
		if h == nil || h.State.Untouched() {
			if b.Rule == a.Rule {
				return nil // the run goes on in something that will form by itself
			}
			continue
		}
		if h.State.Ended() || visitOf(b) != visitOf(a) && g.cleared(a.At, b.At) {
			return nil
		}
		if to := g.pin(h, key); g.takes(to, a) {
			return to
		}
		return nil
	}
	return nil
}

// visitOf is the visit of an alarm; records outside visits stand for themselves.
func visitOf(a *Alarm) string {
	if a.Visit != "" {
		return a.Visit
	}
	return a.Collection + "/" + a.Record
}
