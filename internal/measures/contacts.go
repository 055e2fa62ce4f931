package measures

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"doorstep/internal/plan"
)

// Visit is a visit, or a check-in, of one person.
type Visit struct {
	ID      string    `json:"i"`
	Team    string    `json:"t,omitzero"`
	Staff   string    `json:"s,omitzero"`
	Service string    `json:"o,omitzero"` // the organisation that makes it, "" = not known
	Checkin bool      `json:"c,omitzero"`
	Purpose string    `json:"p,omitzero"`
	Status  string    `json:"u,omitzero"`
	Outcome string    `json:"r,omitzero"`
	At      time.Time `json:"a,omitzero"` // when it was; of what was not made the zero time
	Start   time.Time `json:"b,omitzero"` // as planned; zero = it was not
	End     time.Time `json:"e,omitzero"`
}

// seen says whether the person was seen.
func (v Visit) seen() bool { return v.Status == "completed" && !v.At.IsZero() }

// home says whether somebody of a service came in: check-ins are mostly by telephone, and count for no continuity.
func (v Visit) home() bool { return v.seen() && !v.Checkin && v.Staff != "" }

// repeatsWithin is further back than any visit that is repeated.
const repeatsWithin = 48 * time.Hour

// manyFaces: more than this many different people within four weeks are many.
const manyFaces = 5

// countRepeats counts the visits that repeat one by another service, as it is said before anybody leaves. Of two visits one
// repeats the other, not each the other.
func (p Person) countRepeats(c Counts) {
	var made []plan.Repeatable
	for _, v := range p.Visits {
		if v.seen() && !v.Checkin {
			made = append(made, plan.Repeatable{ID: v.ID, Purpose: v.Purpose, Status: v.Status, Service: v.Service, Start: v.At})
		}
	}
	slices.SortFunc(made, func(a, b plan.Repeatable) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	teams := map[string]string{}
	for _, v := range p.Visits {
		teams[v.ID] = v.Team
	}
	first := 0
	for i, v := range made {
		for made[first].Start.Before(v.Start.Add(-repeatsWithin)) {
			first++
		}
		k := Key{Week: WeekOf(v.Start), Measure: Repeated, Team: teams[v.ID], Value: no}
		switch {
		case v.Purpose == "" || v.Service == "" || plan.Ordered(v.Purpose):
			k.Value = leftOut
		case len(plan.Duplicates(v, made[first:i])) > 0:
			k.Value = yes
		}
		c.add(k, 1)
	}
}

// countPlanned counts what was planned: whether anybody recorded what became of it.
func (p Person) countPlanned(c Counts) {
	for _, v := range p.Visits {
		if v.Start.IsZero() {
			continue
		}
		k := Key{Week: WeekOf(v.Start), Measure: Recorded, Team: v.Team}
		switch {
		case v.Status == "cancelled", p.Died && v.unmade():
			k.Value = leftOut
		case v.unmade():
			k.Value = noAfter(cmp.Or(v.End, v.Start))
		default:
			k.Value = yes
		}
		c.add(k, 1)
	}
}

// unmade says that nobody recorded what became of it.
func (v Visit) unmade() bool {
	return v.Status == "planned" || v.Status == "in_progress" || v.Status == ""
}

// countContinuity counts, at the end of each week in which the last 90 days know of a visit, how far the person saw the
// same people: once, for the team that came most often.
func (p Person) countContinuity(c Counts) {
	var contacts []Contact
	var at []Visit
	for _, v := range p.Visits {
		if v.home() {
			at = append(at, v)
		}
	}
	slices.SortFunc(at, func(a, b Visit) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	for _, v := range at {
		contacts = append(contacts, Contact{v.Staff, v.At})
	}
	if len(at) == 0 {
		return
	}
	first, last := 0, 0
	for w := WeekOf(at[0].At); w <= WeekOf(at[len(at)-1].At.Add(Window)); w++ {
		end := w.Ends()
		for first < len(at) && end.Sub(at[first].At) > Window {
			first++
		}
		for last < len(at) && !at[last].At.After(end) {
			last++
		}
		if first == last {
			continue
		}
		among := ContinuityOf(contacts[first:last], end)
		team := usualTeam(at[first:last])
		several := func(measure, value string, n int) { c.add(Key{Week: w, Measure: measure, Team: team, Value: value}, n) }
		put := func(measure, value string) { several(measure, value, 1) }
		n := among.Contacts
		if p.Lead == "" {
			several(NamedLead, leftOut, n)
		} else {
			several(NamedLead, yes, among.with[p.Lead])
			several(NamedLead, no, n-among.with[p.Lead])
		}
		put(UPC, orLeftOut(n >= leastForUPC, among.Times, n))
		put(COC, orLeftOut(n >= leastForCOC, among.same, n*(n-1)))
		if among.Faces == 0 {
			continue
		}
		put(Faces, fraction(among.Faces, 1))
		if among.Faces > manyFaces {
			put(ManyFaces, yes)
		} else {
			put(ManyFaces, no)
		}
	}
}

func orLeftOut(enough bool, n, of int) string {
	if !enough {
		return leftOut
	}
	return fraction(n, of)
}

// usualTeam came most often; of several the one who came last.
func usualTeam(visits []Visit) (team string) {
	times, last := map[string]int{}, map[string]int{}
	for i, v := range visits {
		times[v.Team]++
		last[v.Team] = i
	}
	for t, n := range times {
		if team == "" || n > times[team] || n == times[team] && last[t] > last[team] {
			team = t
		}
	}
	return team
}
