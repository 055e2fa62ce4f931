package demo

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"doorstep/internal/care"
)

// tally is what happened, counted. Measures are those of the product's definitions: see
// the README.
type tally struct {
	visits, observations, checkins, byHand int // recorded on phones
	changes, pushes, conflictsKept         int
	statuses                               map[string]int // changes by how the push ended
	aside, quarantined                     int
	openConflicts, openHeld                int
	repeated, lost, dark                   int

	classes map[string]map[string]int // handovers by class and state
	answers []pace
	late    int
	copies  int
	inboxes int                       // deliveries into inboxes
	beyond  map[string]map[string]int // and beyond them, by channel and state

	contacts, duplicates int
	lag, longest         time.Duration // from the door to the server: median, longest
	lagOf                int
}

// pace is how fast one team acknowledged.
type pace struct {
	name                string
	median              time.Duration
	acknowledged, given int
}

// count counts a day.
func (w *witnesses) count(t traffic) *tally {
	s := &tally{statuses: map[string]int{}, classes: map[string]map[string]int{}, pushes: t.pushes, repeated: t.repeated, lost: t.lost, dark: t.darkTries}
	var lags []time.Duration
	for _, e := range w.tape.entries {
		s.changes++
		for _, l := range w.books.ledger[e.key] {
			s.statuses[l.status]++
		}
		for _, n := range e.notes {
			s.recorded(w.books, n)
		}
		if lag, ok := w.lag(e); ok {
			lags = append(lags, lag)
		}
	}
	s.lag, s.longest, s.lagOf = median(lags), longest(lags), len(lags)
	for _, q := range w.books.rows[care.Quarantine] {
		if q.text("kind") == care.HeldField {
			s.aside++
		} else {
			s.quarantined++
		}
		if q.text("state") == care.IssueOpen {
			s.openHeld++
		}
	}
	for _, c := range w.books.rows[care.Conflicts] {
		s.conflictsKept++
		if c.text("state") == care.IssueOpen {
			s.openConflicts++
		}
	}
	for _, h := range w.books.rows[care.Handovers] {
		class := h.text("class")
		if s.classes[class] == nil {
			s.classes[class] = map[string]int{}
		}
		s.classes[class][h.text("state")]++
		if late, _ := h.values["late_by_seconds"].(int64); late >= lateShown {
			s.late++
		}
		var evidence struct {
			CopyOf string `json:"copy_of"`
		}
		if raw, ok := h.values["evidence"].(json.RawMessage); ok && json.Unmarshal(raw, &evidence) == nil && evidence.CopyOf != "" {
			s.copies++
		}
	}
	for _, n := range w.books.outbox {
		s.inboxes += n
	}
	s.beyond = w.books.beyond
	s.answers = w.books.partners(w.hood)
	s.contacts, s.duplicates = w.books.duplicateContacts()
	return s
}

// lateShown is from how many seconds on a handover counts as late.
const lateShown = 300

// recorded counts a note as what a person would call it.
func (s *tally) recorded(b *books, n note) {
	switch n.collection {
	case care.Visits:
		if n.set["status"] != nil && n.set["status"] != "planned" {
			s.visits++
		}
	case care.Observations:
		s.observations++
	case care.Checkins:
		s.checkins++
	case care.Handovers:
		s.byHand++
	}
}

// lag is how long a contact took from the door to the server's confirmation; false for a change
// that is no contact.
func (w *witnesses) lag(e *entry) (time.Duration, bool) {
	if e.confirmed.IsZero() || !slices.ContainsFunc(e.notes, func(n note) bool { return n.collection == care.Visits || n.collection == care.Checkins }) {
		return 0, false
	}
	return e.confirmed.Sub(e.at), true
}

func median(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

func longest(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return slices.Max(list)
}

// partners measures, team by team, the time from when a handover came before it to the first human
// acknowledgement there. What nobody acknowledged counts in given only.
func (b *books) partners(h *hood) []pace {
	histories := map[string][]*row{}
	for _, e := range b.rows[care.HandoverEvents] {
		histories[e.text("handover")] = append(histories[e.text("handover")], e)
	}
	times := map[string][]time.Duration{}
	given := map[string]int{}
	for _, history := range histories {
		sort.Slice(history, func(i, j int) bool {
			if a, b := history[i].time("at"), history[j].time("at"); !a.Equal(b) {
				return a.Before(b)
			}
			return history[i].version < history[j].version
		})
		since := map[string]time.Time{}
		for _, e := range history {
			switch e.text("kind") {
			case "raised", "escalated", "received":
				since[e.text("team")] = e.time("at")
				given[e.text("team")]++
			case "acknowledged", "accepted", "answered", "declined", "handed_on":
				team := b.teamOf(e.text("by"))
				if from, ok := since[team]; ok {
					times[team] = append(times[team], e.time("at").Sub(from))
					delete(since, team)
				}
			}
		}
	}
	var list []pace
	for _, t := range h.teams {
		if given[t.id] > 0 {
			list = append(list, pace{t.name, median(times[t.id]), len(times[t.id]), given[t.id]})
		}
	}
	return list
}

// teamOf is the first team of a member of staff.
func (b *books) teamOf(staff string) string {
	if r := b.staff[staff]; r != nil {
		if teams, _ := r.values["teams"].([]string); len(teams) > 0 {
			return teams[0]
		}
	}
	return ""
}

// duplicateContacts counts completed visits for the same person and purpose within 24 hours of a
// completed one by another service (uk-domain §7.2), among all.
func (b *books) duplicateContacts() (all, duplicates int) {
	type contact struct {
		at           time.Time
		organisation string
	}
	by := map[string][]contact{}
	for _, v := range b.rows[care.Visits] {
		if v.text("status") != "completed" || v.retracted {
			continue
		}
		all++
		key := v.text("patient") + " " + v.text("purpose")
		organisation := ""
		if t := b.rows[care.Teams][v.text("team")]; t != nil {
			organisation = t.text("organisation")
		}
		by[key] = append(by[key], contact{v.clinical, organisation})
	}
	for _, list := range by {
		sort.Slice(list, func(i, j int) bool { return list[i].at.Before(list[j].at) })
		for i := range list {
			for k := range i {
				if list[k].organisation != list[i].organisation && list[i].at.Sub(list[k].at) <= 24*time.Hour {
					duplicates++
					break
				}
			}
		}
	}
	return all, duplicates
}

// classNames are how people call the classes.
var classNames = map[string]string{"E": "emergency", "U2": "urgent, 2 hours", "SD": "same day", "R": "routine", "I": "information", "SG": "safeguarding"}

// columns are the states of a handover as the table shows them.
var columns = []struct {
	name   string
	states []care.State
}{
	{"answered", []care.State{care.Done}},
	{"accepted", []care.State{care.Accepted}},
	{"acknowledged", []care.State{care.Acknowledged}},
	{"waiting", []care.State{care.Queued, care.Sent, care.Seen, care.CallNeeded, care.NoDestination, care.Declined}},
	{"escalated", []care.State{care.Escalated, care.Failed}},
	{"stood down", []care.State{care.StoodDown}},
}

// print writes the table.
func (s *tally) print(p *page) {
	p.head("The two days in numbers")
	p.facts([][3]string{
		{"visits recorded on phones", thousands(s.visits), fmt.Sprintf("with %s of readings, and %s", counted(s.observations, "set"), counted(s.checkins, "check-in"))},
		{"handovers raised by hand", thousands(s.byHand), ""},
		{"changes pushed", thousands(s.changes), "in " + counted(s.pushes, "push", "pushes")},
		{"  stored as they were", thousands(s.statuses[string(care.Applied)]), ""},
		{"  merged", thousands(s.statuses[string(care.Merged)]), "something of it was set aside or in conflict"},
		{"  held back whole", thousands(s.statuses[string(care.Quarantined)]), fmt.Sprintf("in quarantine; %d still open", s.openHeld)},
		{"values set aside", thousands(s.aside), ""},
		{"conflicts kept, both sides", thousands(s.conflictsKept), fmt.Sprintf("%d still open", s.openConflicts)},
		{"requests without a network", thousands(s.dark), fmt.Sprintf("%d replies lost, %d requests sent twice", s.lost, s.repeated)},
		{"from the door to the server", spell(s.lag), "median; the longest " + spell(s.longest)},
		{"duplicate contacts", thousands(s.duplicates), fmt.Sprintf("of %d: same person, same purpose, two services, within a day", s.contacts)},
	})
	p.head("Handovers by class and state")
	head := []string{"class"}
	for _, c := range columns {
		head = append(head, c.name)
	}
	rows := [][]string{head}
	for _, class := range care.Classes {
		if len(s.classes[class]) == 0 {
			continue
		}
		r := []string{fmt.Sprintf("%-2s %s", class, classNames[class])}
		for _, c := range columns {
			n := 0
			for _, state := range c.states {
				n += s.classes[class][string(state)]
			}
			r = append(r, thousands(n))
		}
		rows = append(rows, r)
	}
	p.table(rows)
	p.para(fmt.Sprintf("%d arrived more than five minutes after the fact and say so. %d are copies for a lead and the coordinator, of what was unverified.", s.late, s.copies))
	s.printWays(p)
	p.head("Time to acknowledge, by partner")
	rows = [][]string{{"team", "median", "acknowledged", "of"}}
	for _, a := range s.answers {
		r := []string{a.name, "–", thousands(a.acknowledged), thousands(a.given)}
		if a.acknowledged > 0 {
			r[1] = spell(a.median)
		}
		rows = append(rows, r)
	}
	p.table(rows)
}

// printPromises writes each promise with its verdict and says whether all were kept.
func printPromises(p *page, verdicts []*verdict) bool {
	p.head("The promises")
	all := true
	for _, v := range verdicts {
		word := p.in(green, "kept  ")
		if !v.kept() {
			word, all = p.in(red, "BROKEN"), false
		}
		p.line("  %s  %s", word, v.promise)
		p.line("          %s", p.in(dim, thousands(v.evidence)+" "+v.of))
		for i, b := range v.broken {
			if i == 10 {
				p.line("          and %d more", len(v.broken)-10)
				break
			}
			for _, l := range wrap(b, width-12) {
				p.line("          - %s", l)
			}
		}
	}
	return all
}
