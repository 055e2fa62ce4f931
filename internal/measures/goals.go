package measures

import (
	"cmp"
	"slices"

	"doorstep/internal/worktime"
)

// Goal is what somebody wants, and how far it is. Days such as 2026-03-02; "" = none.
type Goal struct {
	Team       string `json:"t,omitzero"`
	AgreedOn   string `json:"a,omitzero"`
	ReviewOn   string `json:"w,omitzero"`
	ReviewedOn string `json:"d,omitzero"`
	Outcome    string `json:"o,omitzero"` // as the person says; "" = it is worked towards
	// Reviews say, from the agreement on and in order, until when it was to be reviewed next. The last is what stands.
	Reviews []GoalReview `json:"r,omitempty"`
}

// GoalReview is what a review left: until when the goal is to be reviewed again.
type GoalReview struct {
	On   string `json:"d,omitzero"` // "" = when it was agreed
	Next string `json:"w,omitzero"` // "" = no day was set
}

func (p Person) countGoals(c Counts) {
	p.countGoalsNow(c)
	p.countGoalPeople(c)
	for _, g := range p.Goals {
		from, ends := g.weeks()
		if g.Outcome != "" && ends > 0 {
			c.add(Key{Week: ends, Measure: GoalEnds, Team: g.Team, Value: g.Outcome}, 1)
		}
		if from > 0 {
			g.countReviews(c, from, ends)
		}
	}
}

// weeks are that in which it was agreed and, of one that has ended, that in which it did; 0: that is not known, or not so.
func (g Goal) weeks() (from, ends Week) {
	from = WeekOfDay(g.AgreedOn)
	if g.Outcome != "" {
		ends = WeekOfDay(cmp.Or(g.ReviewedOn, g.AgreedOn))
	}
	return from, ends
}

// firstOpen is the one that was agreed first of those that are open at the end of a week, of 0 of those that are open now: a
// person with several goals counts once, for the team of that one.
func (p Person) firstOpen(w Week) *Goal {
	var first *Goal
	for i := range p.Goals {
		g := &p.Goals[i]
		from, ends := g.weeks()
		if w == 0 && g.Outcome != "" || w > 0 && (from == 0 || from > w || ends > 0 && ends <= w) {
			continue
		}
		if first == nil || cmp.Or(cmp.Compare(g.AgreedOn, first.AgreedOn), cmp.Compare(g.Team, first.Team)) < 0 {
			first = g
		}
	}
	return first
}

// countGoalsNow counts the goals that are open now; a review that has a day is not overdue until that day ends.
func (p Person) countGoalsNow(c Counts) {
	if g := p.firstOpen(0); g != nil {
		c.add(Key{Measure: GoalPeople, Team: g.Team, Value: yes}, 1)
	}
	for _, g := range p.Goals {
		if g.Outcome != "" {
			continue
		}
		d, err := worktime.ParseDate(g.ReviewOn)
		if err != nil {
			c.add(Key{Measure: GoalReviews, Team: g.Team, Value: leftOut}, 1)
			continue
		}
		c.add(Key{Measure: GoalReviews, Team: g.Team, Value: yesUntil(d.Ends())}, 1)
		c.add(Key{Measure: GoalsWithDay, Team: g.Team, Value: yes}, 1)
	}
}

// countGoalPeople counts, by who begins and who ends, people with an open goal at the end of each week.
func (p Person) countGoalPeople(c Counts) {
	var turns []Week
	for _, g := range p.Goals {
		from, ends := g.weeks()
		turns = append(turns, from, ends)
	}
	slices.Sort(turns)
	var was *Goal
	for _, w := range slices.Compact(turns) {
		if w <= 0 {
			continue
		}
		is := p.firstOpen(w)
		if was != nil {
			c.add(Key{Week: w, Measure: GoalPeople, Team: was.Team, Value: yes}, -1)
		}
		if is != nil {
			c.add(Key{Week: w, Measure: GoalPeople, Team: is.Team, Value: yes}, 1)
		}
		was = is
	}
}

// countReviews counts, from when on a goal had a day for its next review, and until when that was not overdue.
func (g Goal) countReviews(c Counts, from, ends Week) {
	turn := func(measure, value string, in, out Week) {
		if ends > 0 && (out == 0 || out > ends) {
			out = ends
		}
		if out > 0 && out <= in {
			return
		}
		c.add(Key{Week: in, Measure: measure, Team: g.Team, Value: value}, 1)
		if out > 0 {
			c.add(Key{Week: out, Measure: measure, Team: g.Team, Value: value}, -1)
		}
	}
	for i, r := range g.Reviews {
		in := max(from, WeekOfDay(r.On))
		var next Week // in which the next review was
		if i+1 < len(g.Reviews) {
			next = max(in, WeekOfDay(g.Reviews[i+1].On))
		}
		d, err := worktime.ParseDate(r.Next)
		if err != nil {
			turn(GoalReviews, leftOut, in, next)
			continue
		}
		turn(GoalsWithDay, yes, in, next)
		overdue := weekOfDate(d) // the first at whose end the day is past
		if overdue.lastDay() == dayOf(d) {
			overdue++
		}
		if next > 0 && next < overdue {
			overdue = next
		}
		turn(GoalReviews, yes, in, overdue)
	}
}
