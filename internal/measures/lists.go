package measures

import (
	"slices"
	"time"

	"doorstep/internal/worktime"
)

// Membership is a time in which somebody is on a list of people to keep in touch with.
type Membership struct {
	Team  string    `json:"t,omitzero"`
	Every int       `json:"d,omitzero"` // days
	From  time.Time `json:"f,omitzero"` // the day on which they came onto it
	To    time.Time `json:"u,omitzero"` // zero = they are on it
	// Own is the voluntary service that keeps the list: its own check-ins alone count, for it learns nothing of what others
	// do. "" = every visit and check-in counts.
	Own string `json:"o,omitzero"`
}

// countLists counts, at the end of each week and for each team that has the person on a list, whether they were seen as often
// as each of that team's lists asks for. How many are on lists is kept as who joined and who left. Somebody new counts once
// they were seen, or their first contact was due: as ProactiveOf says of today.
func (p Person) countLists(c Counts) {
	lists := map[string][]keptIn{}
	for _, m := range p.Lists {
		if m.Every > 0 {
			lists[m.Team] = append(lists[m.Team], p.keptIn(m))
		}
	}
	for team, kept := range lists {
		first, until := kept[0].since.week(), Week(0)
		for _, k := range kept {
			first, until = min(first, k.since.week()), max(until, k.settled())
		}
		on := false
		for w := max(1, first); w <= until; w++ {
			counted, seen := standing(kept, w)
			if counted != on {
				n := 1
				if on {
					n = -1
				}
				c.add(Key{Week: w, Measure: OnList, Team: team, Value: yes}, n)
				on = counted
			}
			if counted && seen {
				c.add(Key{Week: w, Measure: SeenInTime, Team: team, Value: yes}, 1)
			}
		}
	}
}

// keptIn is a membership with the days of the contacts that count for it, in order.
type keptIn struct {
	Membership
	since    Day
	contacts []Day
}

func (p Person) keptIn(m Membership) keptIn {
	k := keptIn{Membership: m, since: dayOf(dateOf(m.From))}
	for _, v := range p.Visits {
		if v.seen() && (m.Own == "" || v.Checkin && v.Service == m.Own) {
			k.contacts = append(k.contacts, dayOf(dateOf(v.At)))
		}
	}
	slices.Sort(k.contacts)
	return k
}

// settled is a week from which on nothing changes by itself: they have left, or the last contact that is known is overdue.
func (k keptIn) settled() Week {
	if !k.To.IsZero() {
		return WeekOf(k.To)
	}
	last := k.since
	if n := len(k.contacts); n > 0 {
		last = max(last, k.contacts[n-1])
	}
	return (last + Day(k.Every)).week() + 1
}

// standing says, at the end of a week, whether somebody counts as being on lists, and whether they were seen in time for all.
func standing(lists []keptIn, w Week) (counted, seen bool) {
	today := w.lastDay()
	overdue := false
	for _, k := range lists {
		if k.since > today || !k.To.IsZero() && !k.To.After(w.Ends()) {
			continue
		}
		from := k.since
		if i, _ := slices.BinarySearch(k.contacts, today+1); i > 0 { // the last contact that is not to come
			from, counted = k.contacts[i-1], true
		}
		if late := from+Day(k.Every) < today; late {
			overdue, counted = true, true
		}
	}
	return counted, counted && !overdue
}

// Day is a day in London, counted from the Monday on which weeks begin.
type Day int

func dateOf(t time.Time) worktime.Date { return worktime.DateOf(worktime.InLondon(t)) }

func dayOf(d worktime.Date) Day {
	return Day(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Sub(firstMonday) / (24 * time.Hour))
}

// week is that of a day.
func (d Day) week() Week { return Week(d/daysOfWeek) + 1 }

// lastDay is the Sunday of a week.
func (w Week) lastDay() Day { return Day(w)*daysOfWeek - 1 }
