package judge

import (
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// News is what is new about one person since they were last judged.
type News struct {
	Records []*care.Record // made or changed, of collections that rules judge
	Issues  []*care.Record // what the running change left open about the person
	// Since is the earliest moment at which anything changed; zero: nothing did.
	Since time.Time
	// Edited: a record that was there before is another now.
	Edited bool
	// Acted: something was decided, moved or raised by hand.
	Acted bool
	// All: every open issue counts as new.
	All bool

	changed  []Written                 // of what was there before, or counts again, or no more
	amended  []arrange.Amendment       // of what was recorded before
	doubtful []rules.Event             // refused or losing values
	byHand   []arrange.RefusedHandover // handed over by hand in what was refused
	stirred  []rules.Event             // what was there before and may count again
	moved    map[string]bool           // records that are filed under somebody else now
}

// touch notes that something changed at a moment.
func (n *News) touch(at time.Time) { n.Since = care.Earliest(n.Since, at) }

// act notes that something was decided, moved or raised by hand about a moment.
func (n *News) act(at time.Time) {
	n.Acted = true
	n.touch(at)
}

// stir notes what was there before and may count again, or no more.
func (n *News) stir(events []rules.Event) {
	n.stirred = append(n.stirred, events...)
	for i := range events {
		n.act(events[i].At)
	}
}

// movedAway notes that a record is filed under somebody else now.
func (n *News) movedAway(record string) {
	if n.moved == nil {
		n.moved = map[string]bool{}
	}
	n.moved[record] = true
}

// addDoubt adds what the running change put in doubt.
func (n *News) addDoubt(d *doubtful) {
	n.doubtful = append(n.doubtful, d.fresh...)
	n.byHand = append(n.byHand, d.byHand...)
	n.touch(d.since)
}

// fired says whether any rule triggers on what is new, or on what may count again.
func (n *News) fired(set *rules.Set, person rules.Patient) bool {
	fires := func(e rules.Event) bool { return len(set.Triggers(person, e)) > 0 }
	return slices.ContainsFunc(n.doubtful, fires) || slices.ContainsFunc(n.stirred, fires) ||
		slices.ContainsFunc(n.Records, func(rec *care.Record) bool { return fires(rules.EventOf(rec, true)) })
}

func (n *News) events() []rules.Event {
	events := slices.Clone(n.doubtful)
	for _, rec := range n.Records {
		events = append(events, rules.EventOf(rec, true))
	}
	return events
}

// mayMove says whether a change that fires nothing can still move an open handover: a set of
// readings may supersede it, what a person raised by hand may join it, and a visit that is another now is told anew. A new
// visit cannot.
func (n *News) mayMove() bool {
	if len(n.amended) > 0 {
		return true
	}
	if len(n.Records) == 0 {
		return !n.onlyRefused()
	}
	return slices.ContainsFunc(n.Records, func(r *care.Record) bool { return r.Collection.Name == care.Observations })
}

// onlyRefused says whether a change did nothing about a person but leave something refused of them.
func (n *News) onlyRefused() bool {
	return !n.Acted && !n.All && len(n.Records) == 0 && len(n.Issues) > 0 &&
		!slices.ContainsFunc(n.Issues, func(i *care.Record) bool { return !keepsMutation(i) })
}

// onlyDoubtful says whether a change brought nothing about a person but what is in doubt: what was refused
// whole, and new records of which something was set aside.
func (n *News) onlyDoubtful() bool {
	if n.Acted || n.All || n.Edited || len(n.Issues) == 0 {
		return false
	}
	aside := map[string]bool{}
	for _, issue := range n.Issues {
		if issue.Collection.Name != care.Quarantine {
			return false
		}
		if !keepsMutation(issue) {
			aside[care.AsIssue(issue).About()] = true
		}
	}
	return !slices.ContainsFunc(n.Records, func(r *care.Record) bool { return !aside[r.ID] })
}

// keepsMutation says whether an issue is a change that was refused whole.
func keepsMutation(issue *care.Record) bool {
	return issue.Collection.Name == care.Quarantine && care.AsIssue(issue).HoldsChange()
}
