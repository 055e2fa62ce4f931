package reconcile

import (
	"maps"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Outcome is how one field of one edit ended. Every edit of a field ends in exactly one.
type Outcome int

const (
	// Same: the stored value already is the one asked for.
	Same Outcome = iota
	// Restamped: the same value was authored later, or at the same time by the greater client;
	// only the stamp of the change moves on.
	Restamped
	// Clean: the author saw what is stored; the new value takes its place.
	Clean
	// Won: concurrent, and the new value takes the place of another's, which is kept as a loser.
	Won
	// Lost: concurrent, the stored value stays, and the new one is kept as a loser.
	Lost
)

// Edit is the value that an author wants one field to have.
type Edit struct {
	Field *care.Field
	Value any // checked Go value of the field's kind; nil = missing
	// Was is the value that the author saw, where the device said so.
	Was    any
	HasWas bool
	// Base is the point of the sequence the author had seen, in the present epoch's numbers.
	Base   int64
	Client string
	Author string
	// At is the corrected authored time.
	At time.Time
	// Resolving: a decision about an issue. It is nobody's own edit: whatever changed after
	// Base, by whichever client, is concurrent to it.
	Resolving bool
}

// Current is the stored side.
type Current struct {
	Value any
	Last  care.Change
	// Version is the number of the record's last change. A value that never changed stands since the record was
	// made, no later than that.
	Version int64
}

// Field decides one field. It never changes its arguments.
func Field(cur Current, e Edit) Outcome {
	if care.Same(cur.Value, e.Value) {
		if e.Field.Policy == care.Latest && later(e, cur.Last) {
			return Restamped
		}
		return Same
	}
	switch e.Field.Policy {
	case care.Immutable, care.Server:
		if cur.Value == nil {
			return Clean
		}
		return Lost
	case care.Latest:
		if !concurrent(cur, e) {
			return Clean
		}
		if later(e, cur.Last) {
			return Won
		}
		return Lost
	case care.Set:
		return Clean // whole lists are turned into members by Members
	case care.Manual:
		return manual(cur, e)
	}
	panic("reconcile: unknown policy") //nolint:forbidigo // unreachable: the policies are listed in care
}

// manual is clean only when the author saw the stored value.
func manual(cur Current, e Edit) Outcome {
	switch {
	case e.Resolving:
		if cur.Last.Seq > e.Base {
			return Lost
		}
		return Clean
	case e.HasWas:
		if care.Same(cur.Value, e.Was) {
			return Clean
		}
		return Lost
	case concurrent(cur, e), unseen(cur, e):
		return Lost
	}
	return Clean
}

// unseen: a value that came with its record, made by somebody else, whose record moved after the point the
// author had seen. Only the author could say that they saw it, and does not.
func unseen(cur Current, e Edit) bool {
	return cur.Value != nil && cur.Last.Seq == 0 && cur.Version > e.Base && cur.Last.Client != e.Client
}

// concurrent: somebody else changed the field after the point the author had seen.
func concurrent(cur Current, e Edit) bool {
	return cur.Last.Seq > e.Base && (e.Resolving || cur.Last.Client != e.Client)
}

// later orders concurrent edits: corrected authored time, then client id, so that the winner
// does not depend on who reconnects first.
func later(e Edit, last care.Change) bool {
	if !e.At.Equal(last.At) {
		return e.At.After(last.At)
	}
	return e.Client > last.Client
}

// Members applies adds and removes to a set field. A remove takes away only what its author could
// have seen: a member that another client added after Base stays. It returns the new value, the
// new stamps and whether anything changed, be it a stamp alone: that a member was added again
// keeps it from a remove by somebody who had not seen this add.
func Members(cur Current, add, remove []string, e Edit, seq int64) (any, care.Change, bool) {
	have, _ := cur.Value.([]string)
	list := slices.Clone(have)
	next := care.Change{Seq: seq, Client: e.Client, Author: e.Author, At: e.At, Adds: map[string]map[string]int64{}}
	for m, by := range cur.Last.Adds {
		next.Adds[m] = maps.Clone(by)
	}
	changed := false
	for _, m := range remove {
		i := place(list, m)
		if i < 0 {
			continue
		}
		m = list[i]
		for client, at := range next.Adds[m] {
			if at <= e.Base || (client == e.Client && !e.Resolving) {
				delete(next.Adds[m], client)
				changed = true
			}
		}
		if len(next.Adds[m]) > 0 {
			continue // added by somebody else, unseen by this author
		}
		list = slices.Delete(list, i, i+1)
		delete(next.Adds, m)
		changed = true
	}
	for _, m := range add {
		if i := place(list, m); i >= 0 {
			m = list[i]
		} else {
			list = append(list, m)
		}
		if next.Adds[m] == nil {
			next.Adds[m] = map[string]int64{}
		}
		changed = changed || next.Adds[m][e.Client] != seq
		next.Adds[m][e.Client] = seq
	}
	return care.NewList(list), next, changed
}

// place is where a member stands in a list, in whichever form it is written there; below zero where it does not.
func place(list []string, member string) int {
	return slices.IndexFunc(list, func(m string) bool { return care.SameText(m, member) })
}

// Difference turns "the list is now" into adds and removes against what its author saw.
func Difference(was, now []string) (add, remove []string) {
	for _, m := range now {
		if place(was, m) < 0 {
			add = append(add, m)
		}
	}
	for _, m := range was {
		if place(now, m) < 0 {
			remove = append(remove, m)
		}
	}
	return add, remove
}

// Retraction decides whether a record may be withdrawn: not when somebody else changed it
// after the point the author had seen.
func Retraction(rec *care.Record, base int64, client string) Outcome {
	if !rec.Retracted.IsZero() {
		return Same
	}
	if rec.ChangesUnreadable() && rec.Version > base {
		return Lost
	}
	for _, c := range rec.Changed {
		if c.Seq > base && c.Client != client {
			return Lost
		}
	}
	return Clean
}
