package measures

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/worktime"
)

// Goal is what somebody wants, and how far it is. Days such as 2026-03-02; "" = none.
type Goal struct {
	Team       string `json:"t,omitzero"`
	AgreedOn   string `json:"a,omitzero"`
	ReviewOn   string `json:"w,omitzero"`
	ReviewedOn string `json:"d,omitzero"`
	Outcome    string `json:"o,omitzero"` // as the person says; "" = it is worked towards
}

func (p Person) countGoals(c Counts) {
	open := map[string]bool{}
	for _, g := range p.Goals {
		if g.Outcome != "" {
			if w := WeekOfDay(cmp.Or(g.ReviewedOn, g.AgreedOn)); w > 0 {
				c.add(Key{Week: w, Measure: GoalEnds, Team: g.Team, Value: g.Outcome}, 1)
			}
			continue
		}
		if !open[g.Team] {
			open[g.Team] = true
			c.add(Key{Measure: GoalPeople, Team: g.Team, Value: yes}, 1)
		}
		k := Key{Measure: GoalReviews, Team: g.Team, Value: leftOut}
		if d, err := worktime.ParseDate(g.ReviewOn); err == nil {
			k.Value = yesUntil(d.Ends())
		}
		c.add(k, 1)
	}
}

// Membership is a time in which somebody is on a list of people who are contacted every so many days.
type Membership struct {
	Team  string    `json:"t,omitzero"`
	Every int       `json:"d,omitzero"` // days
	From  time.Time `json:"f,omitzero"` // zero = since ever
	To    time.Time `json:"u,omitzero"` // zero = without end
}

// countLists counts, at the end of each week, who was on such a list, and who of them had been seen in time. How many are on
// one is kept as who joined and who left, so that nothing is written when a week goes by.
func (p Person) countLists(c Counts) {
	if len(p.Lists) == 0 {
		return
	}
	var seen []time.Time
	for _, v := range p.Visits {
		if v.seen() {
			seen = append(seen, v.At)
		}
	}
	slices.SortFunc(seen, time.Time.Compare)
	for _, m := range p.Lists {
		if m.Every <= 0 {
			continue
		}
		from := max(1, WeekOf(m.From))
		if m.From.IsZero() {
			from = 1
		}
		ends := Week(1 << 30)
		if !m.To.IsZero() {
			ends = WeekOf(m.To)
		}
		if ends <= from {
			continue
		}
		c.add(Key{Week: from, Measure: OnList, Team: m.Team, Value: yes}, 1)
		if !m.To.IsZero() {
			c.add(Key{Week: ends, Measure: OnList, Team: m.Team, Value: yes}, -1)
		}
		every := time.Duration(m.Every) * 24 * time.Hour
		counted := from - 1
		for _, at := range seen {
			for w := max(counted+1, from, WeekOf(at)); w < ends && w.Ends().Sub(at) <= every; w++ {
				c.add(Key{Week: w, Measure: SeenInTime, Team: m.Team, Value: yes}, 1)
				counted = w
			}
		}
	}
}
