package reconcile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/care"
)

// move is one edit of one phone: a whole value, or members added and removed.
type move struct {
	edit        Edit
	add, remove []string
}

// drawConcurrent draws what three phones wrote offline, each in its own order with a clock that
// does not run backwards, all having seen the same.
func drawConcurrent(t *rapid.T, policy care.Policy) map[string][]move {
	moves := map[string][]move{}
	for _, client := range []string{"ann", "bob", "cat"} {
		at := monday
		for i := range rapid.IntRange(0, 3).Draw(t, client) {
			at = at.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "minutes")) * time.Minute)
			m := move{edit: Edit{Client: client, Author: client, At: at}}
			members := []string{"a", "b", "c"}
			if policy == care.Set {
				m.add = some(t, "adds", members)
				m.remove = some(t, "removes", slices.DeleteFunc(members, func(s string) bool { return slices.Contains(m.add, s) }))
			} else {
				// Few words, so that phones agree at times.
				m.edit.Value = rapid.SampledFrom([]string{"x", "y", fmt.Sprintf("%s%d", client, i)}).Draw(t, "value")
			}
			moves[client] = append(moves[client], m)
		}
	}
	return moves
}

func some(t *rapid.T, label string, of []string) []string {
	var list []string
	for _, m := range of {
		if rapid.Bool().Draw(t, label) {
			list = append(list, m)
		}
	}
	return list
}

// arrive draws an order in which the phones come online: each phone's own order is kept.
func arrive(t *rapid.T, label string, moves map[string][]move) []move {
	left := map[string][]move{}
	for c, list := range moves {
		left[c] = list
	}
	var order []move
	for {
		var waiting []string
		for _, c := range []string{"ann", "bob", "cat"} {
			if len(left[c]) > 0 {
				waiting = append(waiting, c)
			}
		}
		if len(waiting) == 0 {
			return order
		}
		c := rapid.SampledFrom(waiting).Draw(t, label)
		order = append(order, left[c][0])
		left[c] = left[c][1:]
	}
}

func play(policy care.Policy, start any, order []move) *stored {
	s := newStored(policy, start)
	for _, m := range order {
		if policy == care.Set {
			s.takeMembers(m.add, m.remove, m.edit)
		} else {
			s.take(m.edit)
		}
	}
	return s
}

// Contact details and lists come out the same whoever finds a network first.
func TestTheOrderOfArrivalDecidesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		policy care.Policy
		start  any
	}{
		"latest": {care.Latest, "start"},
		"set":    {care.Set, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				moves := drawConcurrent(t, c.policy)
				one, other := play(c.policy, c.start, arrive(t, "one", moves)), play(c.policy, c.start, arrive(t, "other", moves))
				if a, b := show(one.cur.Value), show(other.cur.Value); a != b {
					t.Fatalf("one order ends with %q, another with %q", a, b)
				}
			})
		})
	}
}

// An edit that is repeated, because the answer was lost, changes nothing more.
func TestApplyingTwiceChangesNothing(t *testing.T) {
	for _, policy := range []care.Policy{care.Manual, care.Latest, care.Immutable, care.Set} {
		t.Run(fmt.Sprint(policy), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				order := arrive(t, "order", drawConcurrent(t, policy))
				var start any = "start"
				if policy == care.Set {
					start = []string{"a", "b"}
				}
				s := newStored(policy, start)
				for _, m := range order {
					for again := range 2 {
						before := show(s.cur.Value)
						if policy == care.Set {
							s.takeMembers(m.add, m.remove, m.edit)
						} else {
							s.take(m.edit)
						}
						if now := show(s.cur.Value); again > 0 && now != before {
							t.Fatalf("%+v again turns %q into %q", m, before, now)
						}
					}
				}
			})
		})
	}
}

// site is a phone with its view of a field: what it last pulled, its own unsent edits on top.
type site struct {
	view  any
	base  int64 // of the view; kept while own work is pending
	known int64 // the newest number it pulled
	queue []Edit
	// read holds every value this phone ever showed to its owner.
	read []string
}

// Nothing a person wrote vanishes: it is what is stored, or kept as a loser, or was replaced by
// somebody who had read it.
func TestNoValueVanishes(t *testing.T) {
	for _, policy := range []care.Policy{care.Manual, care.Latest, care.Immutable} {
		t.Run(policyNames[policy], func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := newStored(policy, nil)
				sites := map[string]*site{"ann": {}, "bob": {}, "cat": {}}
				names := []string{"ann", "bob", "cat"}
				at := monday
				for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
					who := rapid.SampledFrom(names).Draw(t, "who")
					p := sites[who]
					at = at.Add(time.Minute)
					switch rapid.SampledFrom([]string{"pull", "write", "push"}).Draw(t, "does") {
					case "pull":
						p.pull(s)
					case "write":
						p.write(who, fmt.Sprintf("%s%d", who, i), policy, at)
					case "push":
						p.push(t, s)
					}
				}
				for _, who := range names {
					for len(sites[who].queue) > 0 {
						sites[who].push(t, s)
					}
				}
			})
		})
	}
}

var policyNames = map[care.Policy]string{care.Manual: "manual", care.Latest: "latest", care.Immutable: "immutable"}

func (p *site) pull(s *stored) {
	p.known = s.seq
	if len(p.queue) == 0 {
		p.view, p.base = s.cur.Value, s.seq
		p.read = append(p.read, show(p.view))
	}
}

func (p *site) write(who, value string, policy care.Policy, at time.Time) {
	e := Edit{Client: who, Author: who, Value: value, Base: p.base, At: at}
	if policy == care.Manual {
		e.Was, e.HasWas = p.view, true
	}
	p.queue = append(p.queue, e)
	p.view = value
	p.read = append(p.read, value)
}

func (p *site) push(t *rapid.T, s *stored) {
	if len(p.queue) == 0 {
		return
	}
	e := p.queue[0]
	p.queue = p.queue[1:]
	before, losers := show(s.cur.Value), len(s.lost)
	outcome := s.take(e)
	after, wrote := show(s.cur.Value), show(e.Value)
	gone := func(v string) bool { return v != after && !slices.Contains(s.lost, v) }
	switch {
	case gone(wrote):
		t.Fatalf("%s wrote %q, which ended %s and is nowhere", e.Client, wrote, outcome)
	case before != after && before != "-" && gone(before) && !slices.Contains(p.read, before):
		t.Fatalf("%q was replaced by %q (%s) of %s, who never read it", before, wrote, outcome, e.Client)
	case outcome == Lost && len(s.lost) != losers+1, outcome == Won && len(s.lost) != losers+1:
		t.Fatalf("%s keeps no loser", outcome)
	}
}
