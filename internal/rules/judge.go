package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

// Triggers lists the rules, active and in shadow, whose trigger holds at this record, without
// asking their "unless". It needs no history and is cheap enough for every push: nil in the
// usual case. A trigger that breaks is listed too, so that [Set.Judge] gets to count it.
//
// NB! No trigger does not mean nothing to judge: a set without one may clear earlier alarms,
// and a record that arrives late is history to later ones. Judge when the person has any alarm.
func (s *Set) Triggers(p Patient, e Event) []*Rule {
	list := s.by[e.Collection]
	if len(list) == 0 || !evidence(&e) {
		return nil
	}
	var found []*Rule
	sc := newScope(&p, &e)
	for _, c := range list {
		if holds, broke := c.trigger.eval(sc); holds || broke != "" {
			found = append(found, c.Rule)
		}
	}
	return found
}

// Reach is how far back from a moment events have to be given to [Set.Judge], so that each rule that triggers at one of
// these events, at that moment or after it, has its history: [Window], or as far as the furthest of them looks.
func (s *Set) Reach(p Patient, events []Event, since time.Time) time.Duration {
	reach := Window
	if !s.far {
		return reach
	}
	for i := range events {
		if events[i].At.Before(since) || !evidence(&events[i]) {
			continue
		}
		sc := newScope(&p, &events[i])
		for _, c := range s.by[events[i].Collection] {
			if c.unless == nil || c.Window() <= reach {
				continue
			}
			if holds, _ := c.trigger.eval(sc); holds {
				reach = c.Window()
			}
		}
	}
	return reach
}

// Judge says what the events of one person come to. Give it everything within [Set.Reach] of
// whatever changed, on both sides, in any order: the answer depends on the set alone.
func (s *Set) Judge(p Patient, events []Event) Judgement { return s.JudgePart(p, events, time.Time{}) }

// JudgePart is Judge of events of which those before a moment are not all: of a rule whose history begins before it
// nobody can say that it is no alarm.
func (s *Set) JudgePart(p Patient, events []Event, whole time.Time) Judgement {
	events = ordered(events)
	j := &judging{set: s, patient: &p, events: events, whole: whole, faults: map[*Rule]*Fault{}, best: map[key]Alarm{}}
	for i := range events {
		j.judge(i)
	}
	return j.judgement()
}

type key struct {
	rule   *Rule
	record string
}

type judging struct {
	set     *Set
	patient *Patient
	events  []Event // in clinical order
	whole   time.Time
	faults  map[*Rule]*Fault
	best    map[key]Alarm
	passed  []Alarm
	clear   []Event
}

func (j *judging) judge(i int) {
	e := &j.events[i]
	sc := newScope(j.patient, e)
	clears := e.Verified && e.NEWS2 != nil && e.NEWS2.Status == news2.StatusComplete && !j.set.guarded
	judgedByScore := false
	for _, c := range j.set.by[e.Collection] {
		holds, broke := c.trigger.eval(sc)
		if broke != "" {
			j.fault(c.Rule, e, broke)
		}
		if c.news2 && c.State == Active {
			judgedByScore = true
			clears = clears && !holds && broke == ""
		}
		switch {
		case !holds:
		case j.excepted(c, sc, i):
			if c.State == Active {
				j.passed = append(j.passed, alarmOf(c, e))
			}
		default:
			j.hold(c, e)
		}
	}
	if clears && judgedByScore {
		j.clear = append(j.clear, *e)
	}
}

// excepted asks "unless". One that breaks mutes nothing.
func (j *judging) excepted(c *compiled, sc *scope, i int) bool {
	if c.unless == nil {
		return false
	}
	if c.Window() > Window && j.events[i].At.Add(-c.Window()).Before(j.whole) {
		j.fault(c.Rule, &j.events[i], fmt.Sprintf("there are more records in its %d days than it can look at", c.Days))
		return false
	}
	if sc.history == nil || sc.reaches != c.Window() {
		sc.history, sc.reaches = j.history(i, c.Window()), c.Window()
	}
	muted, broke := c.unless.eval(sc)
	if broke != "" {
		j.fault(c.Rule, &j.events[i], broke)
		return false
	}
	return muted
}

// history lists the events before the i-th within a window, without other readings of the
// same record.
func (j *judging) history(i int, window time.Duration) ref.Val {
	e := &j.events[i]
	from := sort.Search(i, func(k int) bool { return !j.events[k].At.Before(e.At.Add(-window)) })
	list := make([]ref.Val, 0, i-from)
	for k := from; k < i; k++ {
		if h := &j.events[k]; h.ID != e.ID || h.Collection != e.Collection {
			list = append(list, object{past{h}})
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// hold notes an alarm. Of several readings of one record a verified one speaks for it, then
// the earliest: events come in clinical order, so the first stays.
func (j *judging) hold(c *compiled, e *Event) {
	k := key{c.Rule, e.Collection + "/" + e.ID}
	if have, ok := j.best[k]; ok && (have.Event.Verified || !e.Verified) {
		return
	}
	j.best[k] = alarmOf(c, e)
}

func alarmOf(c *compiled, e *Event) Alarm {
	return Alarm{AlarmID(c.Code, e.Patient, e.ID), c.Rule, *e, c.news2}
}

func (j *judging) fault(r *Rule, e *Event, reason string) {
	f := j.faults[r]
	if f == nil {
		f = &Fault{Rule: r}
		j.faults[r] = f
	}
	f.Count++
	f.Records = append(f.Records, e.ID)
	f.Last = reason
}

func (j *judging) judgement() Judgement {
	var out Judgement
	for _, a := range j.best {
		if a.Rule.State == Shadow {
			out.Shadow = append(out.Shadow, a)
		} else {
			out.Alarms = append(out.Alarms, a)
		}
	}
	for _, list := range [][]Alarm{out.Alarms, out.Shadow} {
		slices.SortFunc(list, func(a, b Alarm) int {
			return cmp.Or(compare(&a.Event, &b.Event), cmp.Compare(a.Rule.Code, b.Rule.Code))
		})
	}
	for _, f := range j.faults {
		out.Faults = append(out.Faults, *f)
	}
	slices.SortFunc(out.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Rule.Code, b.Rule.Code), cmp.Compare(a.Rule.Version, b.Rule.Version))
	})
	out.Passed, out.Clearing = j.passed, j.clear
	return out
}

// evidence says whether an event counts at all: sets that a later one corrects and visits
// that were marked as retracted do not.
func evidence(e *Event) bool {
	if e.Replaced {
		return false
	}
	return e.Collection != care.Visits || e.Values["status"] != "retracted"
}

// ordered copies what counts as evidence, in clinical order, without exact doubles.
func ordered(events []Event) []Event {
	list := make([]Event, 0, len(events))
	for _, e := range events {
		if evidence(&e) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b Event) int { return compare(&a, &b) })
	return list
}

// compare is the clinical order: time, then record. Readings of one record at one time are
// ordered by content, so that the order of arrival never shows.
func compare(a, b *Event) int {
	if c := cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Collection, b.Collection)); c != 0 {
		return c
	}
	if a.Verified != b.Verified {
		if a.Verified {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(content(a), content(b)), cmp.Compare(a.Staff+" "+a.Team, b.Staff+" "+b.Team))
}

func content(e *Event) string {
	b, err := json.Marshal([]any{e.Values, e.NEWS2, e.ClockKnown, e.Visit})
	if err != nil {
		return "" // a value JSON cannot hold never came over the wire
	}
	return string(b)
}
