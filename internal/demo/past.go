package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// past is the work of the weeks before the story, told quickly: nurses record visits and hand over on phones, practices answer
// at their inboxes, a goal is reviewed, a target is set, all of it over HTTP as in the story and at the times at which it
// happened. Nothing of it is a figure: the server counts it as it counts everything.
type past struct {
	t     *town
	rng   *rand.Rand
	weeks int
	first time.Time // the Monday of the first week

	nurses   []*worker // three of each team
	regular  []*person // seen twice a week
	usual    map[*person]*worker
	listed   []*person // to be seen every fortnight
	called   []*person // by their volunteer, every week
	known    map[*team][]*person
	unmade   []plan // planned, and nobody recorded what became of them
	phones   map[*worker]*handset
	agenda   agenda
	days     []pastDay
	fates    map[string]fate // of handovers, by id
	goals    map[*person]string
	promised map[string]string // targets that were set, by measure
	turns    int
	declined int
	recorded int // entries on the tape when it was over
}

// pastDay is a day on which somebody works: the Tuesday or Thursday of a week.
type pastDay struct {
	week, of int
	day      time.Time
}

// fate is what becomes of a handover at the team to which it comes.
type fate int

const (
	answered  fate = iota // a clinician answers it the same morning
	received              // reception acknowledges it, a clinician answers in the afternoon
	late                  // nobody looks before its time runs out
	turnedOut             // it is declined
)

// How many there are.
const (
	nursesOfTeam  = 3
	regularOfTeam = 14
	listedOfTeam  = 10
	handoversADay = 10
)

// castPast chooses whom the weeks before are about: people who play in no scene and are on no round, so that the story is the same.
func castPast(t *town, weeks int, plans []plan) (*past, error) {
	h := t.hood
	y, m, d := t.second.Date()
	monday := time.Date(y, m, d-(int(t.second.Weekday())+6)%7-7*weeks, 0, 0, 0, 0, t.second.Location())
	p := &past{t: t, rng: stream(t.seed, 7), weeks: weeks, first: monday, usual: map[*person]*worker{}, known: map[*team][]*person{}, phones: map[*worker]*handset{},
		fates: map[string]fate{}, goals: map[*person]string{}, promised: map[string]string{}}
	busy := map[*person]bool{}
	for i := range plans {
		busy[plans[i].person] = true
	}
	some := func(most int, fits func(*person) bool) (list []*person) {
		for _, one := range h.people {
			if len(list) < most && !one.cast && !busy[one] && fits(one) {
				busy[one] = true
				list = append(list, one)
			}
		}
		return list
	}
	p.known[h.mental.team] = some(6, func(one *person) bool { return one.mental })
	p.known[h.social.team] = some(6, func(one *person) bool { return one.social })
	for _, s := range h.services {
		p.called = append(p.called, some(5, func(one *person) bool { return one.befriended == s.volunteers[0] })...)
	}
	for _, n := range []*nursing{h.north, h.south} {
		nurses := n.nurses[:nursesOfTeam]
		p.nurses = append(p.nurses, nurses...)
		regular := some(regularOfTeam, func(one *person) bool { return one.nursing == n.team && h.surgeryOf(one) != nil && !one.retains })
		for i, one := range regular {
			p.usual[one] = nurses[i%nursesOfTeam]
			one.lead = p.usual[one]
		}
		listed := some(listedOfTeam, func(one *person) bool { return one.nursing == n.team && !one.retains })
		if len(regular) < regularOfTeam || len(listed) < listedOfTeam {
			return nil, fmt.Errorf("invent the weeks before: %d and %d people of %s", len(regular), len(listed), n.team.name)
		}
		p.regular, p.listed = append(p.regular, regular...), append(p.listed, listed...)
	}
	if err := p.chooseDays(); err != nil {
		return nil, err
	}
	p.leaveUnmade()
	return p, nil
}

// chooseDays are the Tuesdays and Thursdays on which practices are open, until the story begins.
func (p *past) chooseDays() error {
	open, err := worktime.New(worktime.Options{})
	if err != nil {
		return err
	}
	for week := range p.weeks {
		for of, n := range []int{1, 3} {
			day := p.first.AddDate(0, 0, 7*week+n)
			if open.IsOpen(at(day, 12, 0)) && day.Before(at(p.t.first, 0, 0)) {
				p.days = append(p.days, pastDay{week, of, day})
			}
		}
	}
	return nil
}

// leaveUnmade plans visits of the first weeks that nobody records.
func (p *past) leaveUnmade() {
	for _, d := range p.days {
		for i := range 3 {
			if d.week > p.weeks/2 {
				continue
			}
			one := p.regular[(6*d.week+3*d.of+i)%len(p.regular)]
			p.unmade = append(p.unmade, p.t.hood.planVisit(p.usual[one], one, "continence", at(d.day, 16, 10*i)))
		}
	}
}

// live lives the weeks, and brings the figures up to date.
func (p *past) live(ctx context.Context) error {
	if err := p.begin(ctx); err != nil {
		return err
	}
	for i := range p.days {
		p.plan(&p.days[i])
	}
	p.planPromises()
	until := at(p.t.first, 7, 20)
	p.agenda.add(until.Add(-10*time.Minute), func(ctx context.Context) error { return p.answerAll(ctx, true) })
	for {
		thing, ok := p.agenda.next(until)
		if !ok {
			break
		}
		p.t.clock.set(thing.at)
		if err := thing.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", inLondon(thing.at).Format("2 January 15:04"), err)
		}
	}
	p.recorded = len(p.t.tape.entries)
	return p.t.house.srv.Figures.Keep(ctx)
}

// begin hands out phones, and puts people on the lists of those to keep in touch with.
func (p *past) begin(ctx context.Context) error {
	h := p.t.hood
	owners := append([]*worker{h.mental.workers[0], h.social.workers[0]}, p.nurses...)
	for _, s := range h.services {
		owners = append(owners, s.volunteers[0])
	}
	for i, w := range owners {
		phone, err := p.t.givePhone(ctx, w, 0, uint64(1000+i))
		if err != nil {
			return err
		}
		phone.link.counts = &traffic{} // the table counts what happened in the story
		phone.before = true
		p.phones[w] = phone
		if err := phone.settle(ctx); err != nil {
			return err
		}
	}
	for i, n := range []*nursing{h.north, h.south} {
		var made struct{ List struct{ ID string } }
		if err := p.t.counter.call(ctx, n.lead, http.MethodPost, carePath+"/contact-lists", map[string]any{"team": n.team.id, "name": "Frailty: seen every fortnight", "every_days": 14,
			"review_days": 365, "shown": "clinical"}, &made); err != nil {
			return err
		}
		for _, one := range p.listed[i*listedOfTeam : (i+1)*listedOfTeam] {
			if err := p.t.counter.call(ctx, n.lead, http.MethodPost, carePath+"/contact-lists/"+made.List.ID+"/people",
				map[string]any{"patient": one.id, "reason": "Frailty review in spring"}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// pastCounts are what was recorded in the weeks before.
type pastCounts struct{ visits, checkins, observations, handovers, goals int }

// counts counts what is on the tape.
func (p *past) counts() (c pastCounts) {
	for _, e := range p.t.tape.entries[:p.recorded] {
		for _, n := range e.notes {
			if n.kind != care.OpCreate {
				continue
			}
			switch n.collection {
			case care.Visits:
				c.visits++
			case care.Checkins:
				c.checkins++
			case care.Observations:
				c.observations++
			case care.Handovers:
				c.handovers++
			case care.Goals:
				c.goals++
			}
		}
	}
	return c
}

// print says what the weeks before were.
func (p *past) print(out *page) {
	c := p.counts()
	out.head(fmt.Sprintf("The %d weeks before", p.weeks))
	out.para(fmt.Sprintf("Told quickly, through the same doors: %s visits and %s on phones, %s of readings, %s, %s by hand and what practices did with them, "+
		"and three targets: one was met, one was missed and discussed, one is new. The board shows them as charts. The numbers further down are those of the story.",
		thousands(c.visits), counted(c.checkins, "check-in"), counted(c.observations, "set"), counted(c.goals, "goal"), counted(c.handovers, "handover")))
}
