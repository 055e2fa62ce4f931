package demo

import (
	"context"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// matters are what nurses hand over by hand in the weeks before: what is so, and what is asked.
var matters = [][2]string{
	{"Dressing soaked through twice this week; edges red, no fever.", "Please look at the wound or say which dressing to use."},
	{"Out of breath on the stairs for three days. Readings as usual at rest.", "Please review the water tablet."},
	{"Blood sugar 14 to 18 before breakfast all week.", "Please say whether the evening dose is to change."},
	{"Catheter blocked again, changed today.", "Please send a sample form, and say when it is to be changed next."},
	{"Eats little since the funeral. Weight down two kilos in a month.", "Please ring, and say whether bloods are wanted."},
	{"Two falls in the bathroom this week, no injury.", "Please look through the tablets."},
}

// replies are what clinicians answer, in turn.
var replies = []act{
	{verb: "answer", Outcome: "advice_given", Text: "Carry on as planned. Ring if it gets worse."},
	{verb: "answer", Outcome: "appointment", Text: "Booked for Monday at 11."},
	{verb: "answer", Outcome: "advice_given", Text: "Dose changed as discussed; the chart is in the house."},
	{verb: "answer", Outcome: "prescribed", Text: "Sent to the pharmacy; they deliver tomorrow."},
	{verb: "answer", Outcome: "home_visit", Text: "I look in this week."},
}

// turnedAway are why a practice declines, in turn.
var turnedAway = []act{
	{verb: "decline", Cause: "not_ours", Reason: "Registered with another practice since last month.", Text: "The practice on the record."},
	{verb: "decline", Cause: "no_capacity", Reason: "No clinician is in today.", Text: "Care coordination."},
}

// lateOf is how many handovers of a week nobody looks at in time: fewer, from the fifth week on.
func (p *past) lateOf(week int) int {
	list := []int{8, 8, 8, 8, 8, 7, 6, 6, 5, 5, 5, 5, 5}
	return list[min(week, len(list)-1)]
}

// plan puts a day on the agenda.
func (p *past) plan(d *pastDay) {
	visits := map[*worker]int{}
	visit := func(w *worker, one *person, why purpose, then func(*pen)) time.Time {
		when := at(d.day, 7, 30+12*visits[w])
		visits[w]++
		p.agenda.add(when, func(context.Context) error { return p.visit(w, one, why, then) })
		return when
	}
	for i, one := range p.regular {
		w := p.usual[one]
		if n := p.nursesOf(one.nursing); p.rng.IntN(100) >= p.faithful(one) {
			w = n[p.rng.IntN(len(n))]
		}
		visit(w, one, nursingPurposes[i%len(nursingPurposes)], p.goalOf(d, i))
	}
	for i, one := range p.listed {
		if p.isSeen(d, i) {
			n := p.nursesOf(one.nursing)
			visit(n[p.rng.IntN(len(n))], one, "wellbeing", nil)
		}
	}
	if d.of == 0 {
		for i, one := range p.called {
			p.agenda.add(at(d.day, 9, 5*i), func(context.Context) error { return p.call(one) })
		}
	}
	p.planAlarm(d)
	p.planHandovers(d)
	p.agenda.add(at(d.day, 10, 0), func(ctx context.Context) error { return p.syncAll(ctx) })
	p.agenda.add(at(d.day, 10, 12), func(ctx context.Context) error { return p.answerMorning(ctx) })
	p.agenda.add(at(d.day, 12, 45), func(ctx context.Context) error { return p.t.house.escalate(ctx) })
	p.agenda.add(at(d.day, 15, 0), func(ctx context.Context) error { return p.answerAll(ctx, d.week >= p.weeks/2) })
	if d.week < p.weeks/2 {
		p.agenda.add(at(d.day.AddDate(0, 0, 1), 9, 30), func(ctx context.Context) error { return p.answerAll(ctx, true) })
	}
}

func (p *past) nursesOf(t *team) []*worker {
	if t == p.t.hood.north.team {
		return p.nurses[:nursesOfTeam]
	}
	return p.nurses[nursesOfTeam:]
}

// faithful is of how many visits in a hundred the usual nurse makes sure.
func (p *past) faithful(one *person) int {
	if one.nursing == p.t.hood.north.team {
		return 40
	}
	return 20
}

// isSeen: people on the list are seen every fortnight, a third of them every three weeks at first.
func (p *past) isSeen(d *pastDay, i int) bool {
	if d.of != i%2 {
		return false
	}
	if i%3 == 0 && d.week < 8 {
		return d.week%3 == 0
	}
	return d.week%2 == 0
}

// visit records a visit that was made as it was planned, and what else its author writes.
func (p *past) visit(w *worker, one *person, why purpose, then func(*pen)) error {
	h := p.phones[w]
	readings := readings(nil)
	if p.rng.IntN(4) == 0 {
		readings = wellReadings(p.rng, one)
	}
	_, err := h.record(func(c *pen) {
		id := h.writeVisit(c, one, why, quietNotes[p.rng.IntN(len(quietNotes))])
		if readings != nil {
			h.writeReadings(c, one, id, readings)
		}
		if then != nil {
			then(c)
		}
	})
	return err
}

func (h *handset) writeVisit(c *pen, one *person, why purpose, note string) string {
	values := map[string]any{"patient": one.id, "team": h.owner.team.id, "staff": h.owner.id, "purpose": string(why), "status": "completed", "planned_start": h.stamp(10 * time.Minute),
		"planned_end": h.stamp(0), "started_at": h.stamp(10 * time.Minute), "ended_at": h.stamp(0), "outcome": "care_given", "note": note}
	if why == "insulin" || why == "medication" {
		values["critical_medicine"] = "given"
	}
	return c.Create(care.Visits, values)
}

func (h *handset) writeReadings(c *pen, one *person, visit string, r readings) {
	set := map[string]any{"patient": one.id, "visit": visit, "taken_at": h.stamp(2 * time.Minute)}
	for name, value := range r {
		set[name] = value
	}
	c.Create(care.Observations, set)
}

// call records that a volunteer spoke to somebody.
func (p *past) call(one *person) error {
	h := p.phones[one.befriended]
	_, err := h.record(func(c *pen) {
		c.Create(care.Checkins, map[string]any{"patient": one.id, "team": h.owner.team.id, "staff": h.owner.id, "happened_at": h.stamp(0), "seen": true,
			"wellbeing": wellbeings[p.rng.IntN(len(wellbeings))]})
	})
	return err
}

// goalOf is what a nurse writes of a goal at a visit; nil: nothing. Goals are agreed in the first three weeks, for four weeks
// each; for a month hardly any is reviewed, and then all are.
func (p *past) goalOf(d *pastDay, i int) func(*pen) {
	one := p.regular[i]
	agreed := i % 3
	day := func(n int) string { return d.day.AddDate(0, 0, n).Format(time.DateOnly) }
	switch {
	case i%3 == 2 && i%2 == 0 || d.of != 0: // a third has no goal
		return nil
	case d.week == agreed:
		return func(c *pen) {
			p.goals[one] = c.Create(care.Goals, map[string]any{"patient": one.id, "words": aims[i%len(aims)], "team": one.nursing.id, "agreed_on": day(0), "review_on": day(28)})
		}
	case d.week == 4 && agreed == 0, d.week == 8 && i >= regularOfTeam, d.week == 9 && i < regularOfTeam:
		return func(c *pen) {
			set := map[string]any{"reviewed_on": day(0), "review_on": day(28), "said": "Getting there."}
			if d.week >= 8 && i%5 == 0 {
				set["review_on"], set["outcome"], set["said"] = nil, care.GoalOutcomes[i/5%2], "That is enough for me."
			}
			if id := p.goals[one]; id != "" { // practices were closed in the week in which it was to be agreed
				c.Edit(care.Goals, id, set)
			}
		}
	}
	return nil
}

// aims are goals as people say them.
var aims = []string{"Walk to the corner shop again.", "Have a bath without somebody waiting outside.", "Sit in the garden when the weather is good.", "Cook for my daughter on Sundays.",
	"Sleep in my own bed, not in the chair.", "Get to the lunch club on Wednesdays."}

// planAlarm lets a nurse find somebody ill, once on each day; the phone has a network, and the practice rings back.
func (p *past) planAlarm(d *pastDay) {
	one := p.regular[(5*d.week+2*d.of)%len(p.regular)]
	w := p.usual[one]
	p.agenda.add(at(d.day, 13, 30), func(ctx context.Context) error {
		h := p.phones[w]
		r := illReadings(p.rng, one, 5)
		if _, err := h.record(func(c *pen) {
			h.writeReadings(c, one, h.writeVisit(c, one, "observation", "Hot and short of breath since yesterday. Family in the house."), r)
		}); err != nil {
			return err
		}
		return p.send(ctx, h)
	})
	p.agenda.add(at(d.day, 13, 38), func(ctx context.Context) error { return p.answerInTime(ctx, p.t.hood.surgeryOf(one)) })
}

// planHandovers lets nurses hand over to practices, and mental health and social care to others.
func (p *past) planHandovers(d *pastDay) {
	out, lates := 0, (p.lateOf(d.week)+1-d.of)/2
	for j := range handoversADay {
		one := p.regular[((2*d.week+d.of)*handoversADay+j)%len(p.regular)]
		what := answered
		switch {
		case j < lates:
			what = late
		case j == handoversADay-1 || d.of == 0 && j == handoversADay-2:
			what = turnedOut
		case j%3 == 0:
			what = received
		}
		out++
		p.handOver(at(d.day, 9, 50), p.usual[one], one, p.t.hood.surgeryOf(one).team, matters[(d.week+out)%len(matters)], what)
	}
	for _, way := range []struct{ from, to *partner }{{p.t.hood.social, p.t.hood.mental}, {p.t.hood.mental, nil}} {
		people := p.known[way.from.team]
		if len(people) == 0 {
			continue
		}
		one := people[(2*d.week+d.of)%len(people)]
		to := p.t.hood.surgeries[0].team
		if way.to != nil {
			to = way.to.team
		}
		p.handOver(at(d.day, 9, 55), way.from.workers[0], one, to, [2]string{"Missed two appointments, and the post is not opened.", "Please say who can look in with us."}, answered)
	}
}

func (p *past) handOver(when time.Time, w *worker, one *person, to *team, matter [2]string, what fate) {
	p.agenda.add(when, func(context.Context) error {
		id, err := p.phones[w].handOver(one, to, care.SameDay, matter[0], matter[1])
		p.fates[id] = what
		return err
	})
}

// send brings a phone through, and what it raised before those to whom it goes.
func (p *past) send(ctx context.Context, h *handset) error {
	if err := h.settle(ctx); err != nil {
		return err
	}
	return p.t.house.workOff(ctx)
}

func (p *past) syncAll(ctx context.Context) error {
	for _, h := range p.t.handsets {
		if n, _ := h.Unsent(); !h.before || n == 0 {
			continue
		}
		if err := h.settle(ctx); err != nil {
			return err
		}
	}
	return p.t.house.workOff(ctx)
}

// answerMorning lets practices and mental health do what they do in time.
func (p *past) answerMorning(ctx context.Context) error {
	for _, s := range p.t.hood.surgeries {
		if err := p.answerInTime(ctx, s); err != nil {
			return err
		}
	}
	m := p.t.hood.mental
	return p.work(ctx, m.workers[1], m.team, func(_ *item, n int) (*worker, act) { return m.workers[1], replies[n%len(replies)] })
}

// answerInTime lets a practice do what it does in time.
func (p *past) answerInTime(ctx context.Context, s *surgery) error {
	return p.work(ctx, s.reception, s.team, func(i *item, n int) (*worker, act) {
		switch f := p.fates[i.ID]; {
		case f == late, i.State == string(care.Acknowledged), i.Side == "escalated":
			return nil, act{} // in the afternoon
		case f == received:
			return s.reception, act{verb: "acknowledge"}
		case f == turnedOut:
			p.declined++
			return s.gp, turnedAway[p.declined%len(turnedAway)]
		}
		return s.gp, replies[n%len(replies)]
	})
}

// answerAll lets everybody answer what is open, but for what was left lying, until somebody looks at that too.
func (p *past) answerAll(ctx context.Context, lying bool) error {
	if err := p.t.house.escalate(ctx); err != nil {
		return err
	}
	h := p.t.hood
	for _, s := range h.surgeries {
		if err := p.work(ctx, s.reception, s.team, func(i *item, n int) (*worker, act) {
			switch f := p.fates[i.ID]; {
			case f == turnedOut, f == late && !lying:
				return nil, act{}
			}
			return s.gp, replies[n%len(replies)]
		}); err != nil {
			return err
		}
	}
	return p.work(ctx, h.cora, h.chain, func(i *item, n int) (*worker, act) {
		if p.fates[i.ID] == late {
			return nil, act{} // the practice answers it
		}
		return h.cora, replies[n%len(replies)]
	})
}

// work does what somebody decides about each handover that an inbox shows.
func (p *past) work(ctx context.Context, front *worker, tm *team, decide func(i *item, n int) (*worker, act)) error {
	items, err := p.t.counter.Inbox(ctx, front, "open")
	if err != nil {
		return err
	}
	for n := range items {
		i := &items[n]
		if !i.isWith(tm) && i.Side != "escalated" {
			continue
		}
		w, a := decide(i, p.turn())
		if w == nil {
			continue
		}
		err := p.t.counter.Act(ctx, w, i, a)
		var refused *wire.Error
		if errors.As(err, &refused) && refused.Code == "already" {
			continue // somebody was faster
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// turn counts what was done, so that answers take turns.
func (p *past) turn() int {
	p.turns++
	return p.turns
}
