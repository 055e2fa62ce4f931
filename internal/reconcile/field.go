package reconcile

import (
	"slices"
	"time"

	"doorstep/internal/care"
)

// Outcome is how one field of one edit ended. Every edit of a field ends in exactly one.
type Outcome int

const (
	// Same: the stored value already is the one asked for.
	Same Outcome = iota
	// Restamped: the same value was authored later; only the time of the change moves on.
	Restamped
	// Clean: the author saw what is stored; the new value takes its place.
	Clean
	// Won: concurrent, and the new value takes the place of another's, which is kept as a loser.
	Won
	// Lost: concurrent, the stored value stays, and the new one is kept as a loser.
	Lost
)

// String names the outcome, for counters and test output.
func (o Outcome) String() string {
	return [...]string{"same", "restamped", "clean", "won", "lost"}[o]
}

// Edit is what an author wants one field to become.
type Edit struct {
	Field *care.Field
	Value any // checked Go value of the field's kind; nil = missing
	// Was is what the author saw, where the device said so.
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
}

// Field decides one field. It never changes its arguments.
func Field(cur Current, e Edit) Outcome {
	if care.Equal(cur.Value, e.Value) {
		if e.Field.Policy == care.Latest && e.At.After(cur.Last.At) {
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
	panic("reconcile: unknown policy") // unreachable: the policies are listed in care
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
		if care.Equal(cur.Value, e.Was) {
			return Clean
		}
		return Lost
	case concurrent(cur, e):
		return Lost
	}
	return Clean
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

// Members applies adds and removes to a set field. A remove takes away only members its author
// could have seen: one that another client added after Base stays. It returns the new value,
// the new stamps of the members and whether anything changed.
func Members(cur Current, add, remove []string, e Edit, seq int64) (any, care.Change, bool) {
	have, _ := cur.Value.([]string)
	list := slices.Clone(have)
	next := care.Change{Seq: seq, Client: e.Client, Author: e.Author, At: e.At,
		Members: map[string]int64{}, MemberClients: map[string]string{}}
	for m, s := range cur.Last.Members {
		next.Members[m], next.MemberClients[m] = s, cur.Last.MemberClients[m]
	}
	changed := false
	for _, m := range remove {
		i := slices.Index(list, m)
		if i < 0 {
			continue
		}
		if cur.Last.Members[m] > e.Base && cur.Last.MemberClients[m] != e.Client {
			continue // added by somebody else, unseen by this author
		}
		list = slices.Delete(list, i, i+1)
		delete(next.Members, m)
		delete(next.MemberClients, m)
		changed = true
	}
	for _, m := range add {
		// Adding a member that is there already still raises its stamp: a concurrent remove
		// by somebody who had not seen this add must not take it away.
		if !slices.Contains(list, m) {
			list = append(list, m)
			changed = true
		} else if next.Members[m] == seq {
			continue
		}
		next.Members[m], next.MemberClients[m] = seq, e.Client
		changed = true
	}
	return care.NewList(list), next, changed
}

// Difference turns "the list is now" into adds and removes against what its author saw.
func Difference(was, now []string) (add, remove []string) {
	for _, m := range now {
		if !slices.Contains(was, m) {
			add = append(add, m)
		}
	}
	for _, m := range was {
		if !slices.Contains(now, m) {
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
	for _, c := range rec.Changed {
		if c.Seq > base && c.Client != client {
			return Lost
		}
	}
	return Clean
}
