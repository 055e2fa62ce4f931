package access

import (
	"cmp"
	"slices"
	"sort"

	"doorstep/internal/care"
)

// Visible is what somebody has to be told between two numbers of the sequence: which scopes came,
// went or moved. It is made from the index alone.
type Visible struct {
	Events []ScopeEvent
	Ranges []Range // by scope id

	// Access is whose.
	Access *Access
	own    map[string]bool // scopes that are not people
	owned  map[int64]bool  // their numbers
	walk   Walk
}

// ScopeEvent says that a scope begins or ends for somebody, or that all of theirs start anew.
type ScopeEvent struct {
	Scope string // "*" for all
	Op    ScopeOp
}

// ScopeOp is what happens to a scope.
type ScopeOp string

// What can happen to a scope.
const (
	ScopeAdded   ScopeOp = "add"
	ScopeRevoked ScopeOp = "revoke"
	ScopesReset  ScopeOp = "reset"
)

// Range is the part of one scope that is to be read: numbers above From.
type Range struct {
	Scope int64 `json:"s"`
	From  int64 `json:"f"`
}

// NothingNew says whether somebody at a number has nothing to pull; head is the number up to which
// that is true. LastSeq is the number of the client's last change as far as the caller knows.
func (a *Access) NothingNew(client string, lastSeq, since int64) (quiet bool, head int64) {
	ix := a.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if lastSeq > since || ix.clients[client] > since {
		return false, ix.head
	}
	if member := ix.staff[a.Staff]; member == nil || member.ResetSeq > since {
		return false, ix.head
	}
	for _, name := range a.own {
		if ix.heads[ix.scopes[name]] > since {
			return false, ix.head
		}
	}
	limited := a.Limited()
	for _, name := range a.holders {
		h := ix.holders[name]
		if h == nil {
			continue
		}
		if h.head > since || (limited && h.lastLimitedChange > since) || (!limited && h.lastChange > since) {
			return false, ix.head
		}
	}
	return true, ix.head
}

// Walk is what is to be told: everything from one number to another, or what is left of that.
type Walk struct {
	Since, Until int64
	Scope, Seq   int64       // how far it has come; 0 at its beginning
	People       *Instalment // of a first load whose people come one after another; nil where everybody comes at once
}

// Visible looks from one number to another.
func (a *Access) Visible(since, until int64) *Visible {
	return a.VisibleOn(Walk{Since: since, Until: until})
}

// VisibleOn is what a walk has to tell: without the scopes before the one it has reached, and that one from where it stopped.
func (a *Access) VisibleOn(w Walk) *Visible {
	ix := a.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	since := w.Since
	if ix.resetAfter(a.Staff, since) {
		since = 0
	}
	v := &Visible{Access: a, own: make(map[string]bool, len(a.own)), owned: make(map[int64]bool, len(a.own)), walk: w}
	for _, name := range a.own {
		v.own[name] = true
		if id := ix.scopes[name]; id > 0 {
			v.owned[id] = true
		}
	}
	if since == 0 {
		v.Events = append(v.Events, ScopeEvent{"*", ScopesReset})
	}
	for _, name := range a.own {
		if since == 0 {
			v.Events = append(v.Events, ScopeEvent{name, ScopeAdded})
		}
		v.read(name, since)
	}
	v.people(since)
	slices.SortFunc(v.Ranges, func(a, b Range) int { return v.order(a.Scope, b.Scope) })
	slices.SortFunc(v.Events, func(a, b ScopeEvent) int { return cmp.Compare(a.Scope, b.Scope) })
	if len(v.Ranges) > 0 && v.Ranges[0].Scope == w.Scope {
		v.Ranges[0].From = max(v.Ranges[0].From, w.Seq)
	}
	return v
}

// people compares, person by person, what the viewer held at the one number and holds at the other.
// A person who was away for any time between the two is new: what the phone held of them may be gone,
// by a repair or because a walk passed over their scope while they were away.
func (v *Visible) people(since int64) {
	ix, view := v.Access.index, v.Access.Duty.View
	candidates := since
	if v.walk.People != nil {
		candidates = 0 // also of whom nothing has moved
	}
	whole := v.walk.Scope == 0 && v.walk.People == nil // nobody is behind it, and everybody comes at once: spares a look for each
	for patient := range ix.candidates(v.Access.holders, candidates) {
		scope := PersonScope(view, patient)
		var id int64
		if !whole {
			if id = ix.scopes[scope]; !v.reaches(id) || !v.has(id) {
				continue
			}
		}
		h := ix.holding(v.Access.holders, patient, since, v.walk.Until)
		comes := !whole && v.Comes(id)
		switch {
		case h.after && h.now && h.throughout && !comes:
			v.read(scope, since)
		case h.after && h.now:
			v.Events = append(v.Events, ScopeEvent{scope, ScopeAdded})
			v.read(scope, 0)
		case h.before && !comes:
			v.Events = append(v.Events, ScopeEvent{scope, ScopeRevoked})
		}
	}
}

func (v *Visible) read(scope string, from int64) {
	ix := v.Access.index
	if id, ok := ix.scopes[scope]; ok && v.reaches(id) && ix.heads[id] > from {
		v.Ranges = append(v.Ranges, Range{Scope: id, From: from})
	}
}

// reaches says whether a scope is not behind the walk already.
func (v *Visible) reaches(scope int64) bool {
	return v.walk.Scope == 0 || v.order(scope, v.walk.Scope) >= 0
}

// Holds says whether a scope is the viewer's at the end of the walk, and still.
func (v *Visible) Holds(scope string) bool {
	patient := care.PatientOf(scope)
	if patient == "" {
		return v.own[scope]
	}
	if scope != PersonScope(v.Access.Duty.View, patient) {
		return false
	}
	ix := v.Access.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	h := ix.holding(v.Access.holders, patient, 0, v.walk.Until)
	return h.after && h.now && v.has(ix.scopes[scope])
}

// MovedSince says whether anything has happened to a scope since the end of the walk: a record moved in
// it, it came or it went. Of such a scope nobody can say any more what it held then.
func (v *Visible) MovedSince(scope string) bool {
	ix := v.Access.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.resetAfter(v.Access.Staff, v.walk.Until) {
		return true
	}
	patient := care.PatientOf(scope)
	if patient == "" {
		return v.own[scope] && ix.heads[ix.scopes[scope]] > v.walk.Until
	}
	if scope != PersonScope(v.Access.Duty.View, patient) {
		return false
	}
	h := ix.holding(v.Access.holders, patient, v.walk.Until, ix.head)
	switch {
	case h.before && h.throughout:
		return ix.heads[ix.scopes[scope]] > v.walk.Until
	default:
		return h.before || h.after || h.now
	}
}

// Held are those of the scopes that are the viewer's.
func (v *Visible) Held(scopes []string) []string {
	var mine []string
	for _, s := range scopes {
		if v.Holds(s) {
			mine = append(mine, s)
		}
	}
	return mine
}

// Scopes lists the scopes the viewer holds at the end of the walk, sorted.
func (v *Visible) Scopes() []string {
	list := make([]string, 0, len(v.own))
	for s := range v.own {
		list = append(list, s)
	}
	ix := v.Access.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for patient := range ix.candidates(v.Access.holders, 0) {
		scope := PersonScope(v.Access.Duty.View, patient)
		if h := ix.holding(v.Access.holders, patient, 0, v.walk.Until); h.after && h.now && v.has(ix.scopes[scope]) {
			list = append(list, scope)
		}
	}
	sort.Strings(list)
	return list
}

// Drop leaves of ranges, which go by scope, those from a place on.
func Drop(ranges []Range, scope, seq int64) []Range {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i].Scope >= scope })
	ranges = ranges[i:]
	if len(ranges) > 0 && ranges[0].Scope == scope {
		ranges[0].From = max(ranges[0].From, seq)
	}
	return ranges
}

// holding is whether somebody has a person: before, at the one number; after, at the other; throughout,
// without a break from the one to the other; and now.
type holding struct{ before, throughout, after, now bool }

// holding compares what the holders have of a person at two numbers, and now. At 0 nobody has anybody.
func (ix *Index) holding(holders []string, patient string, since, until int64) (h holding) {
	grants := ix.grants[patient]
	ours := func(g *Grant) bool { return slices.Contains(holders, g.Holder) }
	for _, g := range grants {
		if !ours(g) {
			continue
		}
		h.before = h.before || (since > 0 && g.openAt(since))
		h.after = h.after || g.openAt(until)
		h.now = h.now || g.ToSeq == 0
	}
	// One holding may take over from another. Each step goes to the end of one that is open there.
	for at, on := since, h.before; on; {
		on = false
		for _, g := range grants {
			if !ours(g) || !g.openAt(at) {
				continue
			}
			if g.ToSeq == 0 || g.ToSeq > until {
				h.throughout = true
				return h
			}
			at, on = g.ToSeq, true
		}
	}
	return h
}

// resetAfter says whether all scopes of a member of staff began anew after a number.
func (ix *Index) resetAfter(staff string, seq int64) bool {
	member := ix.staff[staff]
	return member != nil && member.ResetSeq > seq
}

// candidates are the people about whom anything can have changed for the holders since a number:
// those that moved, where that far back is remembered, else everybody they hold or held.
func (ix *Index) candidates(holders []string, since int64) map[string]bool {
	people := map[string]bool{}
	for _, name := range holders {
		h := ix.holders[name]
		switch {
		case h == nil:
		case since > 0 && since >= h.recentFrom:
			for i := len(h.recentChanges) - 1; i >= 0 && h.recentChanges[i].seq > since; i-- {
				people[h.recentChanges[i].patient] = true
			}
		default:
			for patient := range h.grants {
				people[patient] = true
			}
		}
	}
	return people
}
