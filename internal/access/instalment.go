package access

import (
	"cmp"
	"math"
	"slices"
)

// Instalment is how far a first load has come in which people come one after another, each whole: who is there, and who
// comes now. Everybody else is told later, as if they had just been granted. The scopes that are not people are there
// from the beginning.
type Instalment struct {
	First []int64 // scopes of people who come before all others, in order
	Done  int64   // of the others those up to this scope are there
	To    int64   // and after them those up to this one come now
}

// Everybody is the To of an instalment that leaves nobody out.
const Everybody = math.MaxInt64

// Comes says whether a scope is that of a person who was not there before, where people come one after another.
func (v *Visible) Comes(scope int64) bool {
	p := v.walk.People
	if p == nil || v.owned[scope] {
		return false
	}
	_, first := slices.BinarySearch(p.First, scope)
	return !first && (scope == 0 || scope > p.Done) // one without a number has no record yet
}

// has says whether somebody, by their scope, is there or comes.
func (v *Visible) has(scope int64) bool {
	p := v.walk.People
	return p == nil || !v.Comes(scope) || p.To == Everybody || scope != 0 && scope <= p.To
}

// order compares two scopes by when they are told of: those that are there before those that come.
func (v *Visible) order(a, b int64) int {
	switch aComes, bComes := v.Comes(a), v.Comes(b); {
	case aComes && !bComes:
		return 1
	case bComes && !aComes:
		return -1
	}
	return cmp.Compare(a, b)
}

// LeaveOut takes out the beginnings of those who neither are there nor come, when To was brought forward.
func (v *Visible) LeaveOut() {
	ix := v.Access.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	v.Events = slices.DeleteFunc(v.Events, func(e ScopeEvent) bool {
		return e.Op == ScopeAdded && !v.own[e.Scope] && !v.has(ix.scopes[e.Scope])
	})
}
