package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"doorstep/internal/care"
)

// options of one run.
type options struct {
	seed  int
	size  size
	today time.Time // the story's days are the last working days up to here
	house houseOptions
	page  *page
}

// compose invents the neighbourhood and casts the story. Nothing is stored yet. The plans are all
// that stands in the diaries.
func compose(o options) (*town, []plan, error) {
	first, second, err := storyDays(o.today)
	if err != nil {
		return nil, nil, err
	}
	h, err := invent(o.seed, second, o.size)
	if err != nil {
		return nil, nil, err
	}
	t := &town{seed: o.seed, hood: h, clock: newClock(at(first, 7, 30)), first: first, second: second,
		transport: &http.Transport{MaxIdleConnsPerHost: 8}, phones: map[*worker]*handset{}, skews: map[*worker]time.Duration{},
		left: map[*worker]bool{}, seeded: map[string]bool{}}
	if t.story, err = castOpening(h, first); err != nil {
		return nil, nil, err
	}
	t.story.t, t.story.page = t, o.page
	s := &script{t: t, h: h, day: second}
	for _, cast := range scenes {
		t.plays = append(t.plays, cast(s))
	}
	if s.err != nil {
		return nil, nil, s.err
	}
	t.plans = rounds(h, second, o.size.visits, o.seed)
	all := append(append([]plan{t.story.visit}, s.plans...), t.plans...)
	if o.size.weeks > 0 {
		if t.past, err = castPast(t, o.size.weeks, all); err != nil {
			return nil, nil, err
		}
		t.clock = newClock(at(t.past.first, 7, 30))
		for _, p := range t.past.unmade {
			t.seeded[p.collection+"/"+p.id] = true
		}
	}
	for _, p := range h.people {
		t.seeded[care.Patients+"/"+p.id] = true
	}
	for i := range all {
		for _, id := range all[i].stand() {
			t.seeded[all[i].collection+"/"+id] = true
		}
	}
	return t, all, nil
}

// build composes the neighbourhood, stores it, and opens the server. The caller closes the house.
func build(o options) (*town, error) {
	t, all, err := compose(o)
	if err != nil {
		return nil, err
	}
	if t.house, err = openApp(o.house, t.clock); err != nil {
		return nil, err
	}
	if err := t.open(context.Background(), o, all); err != nil {
		return nil, errors.Join(err, t.house.close())
	}
	return t, nil
}

// open stores the neighbourhood, serves it, and lives the weeks before the story, if there are any.
func (t *town) open(ctx context.Context, o options, all []plan) error {
	app := t.house.app
	if err := furnish(app, t.hood); err != nil {
		return err
	}
	diaries := all
	if t.past != nil {
		diaries = t.past.unmade
	}
	if err := fillDiaries(app, t.hood, diaries, t.clock.Now); err != nil {
		return err
	}
	if err := t.house.start(o.house); err != nil {
		return err
	}
	t.counter = newCounter(t.house.url, t.transport)
	if t.past != nil {
		if err := t.past.live(ctx); err != nil {
			return fmt.Errorf("live the weeks before: %w", err)
		}
		t.clock.set(at(t.first, 7, 30))
		if err := fillDiaries(app, t.hood, all, t.clock.Now); err != nil {
			return err
		}
		if err := t.house.workOff(ctx); err != nil {
			return err
		}
	}
	return t.setUpWays(ctx)
}

// The second day, in London.
const (
	opens  = 7*60 + 40
	closes = 17*60 + 45
)

// everybody lives the second day.
func (t *town) everybody(ctx context.Context, progress func(time.Time)) error {
	if err := t.pass(ctx, at(t.second, 0, opens)); err != nil {
		return err
	}
	if err := t.handOutPhones(ctx); err != nil {
		return err
	}
	t.furnishDesks()
	for _, play := range t.plays {
		play()
	}
	t.workTheRounds(t.plans)
	end := at(t.second, 0, closes)
	t.poll(at(t.second, 8, 0), end)
	t.openDesks(at(t.second, 8, 0), end.Add(-15*time.Minute)) // what comes after waits in the inboxes
	if err := t.live(ctx, end, progress); err != nil {
		return err
	}
	return t.healing(ctx)
}

// handOutPhones gives everybody who carries one a phone and syncs it for the first time.
func (t *town) handOutPhones(ctx context.Context) error {
	for _, w := range t.hood.workers {
		if !care.DutyOf(w.role).Device {
			continue
		}
		h := t.phones[w]
		if h == nil {
			var err error
			if h, err = t.newHandset(ctx, w, t.skews[w]); err != nil {
				return err
			}
		}
		if err := h.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// furnishDesks opens the inboxes: who looks, who decides, how fast they are.
func (t *town) furnishDesks() {
	m := time.Minute
	for i, s := range t.hood.surgeries {
		slow := time.Duration(i) * 2 * m
		t.addDesk(s.team, s.reception, s.gp, 2*m+slow, 6*m+slow, 14*m+2*slow)
	}
	for _, p := range []*partner{t.hood.mental, t.hood.social} {
		t.addDesk(p.team, p.workers[1], p.workers[1], 11*m, 10*m, 30*m)
	}
	for i, s := range t.hood.services {
		t.addDesk(s.team, s.coordinator, s.coordinator, time.Duration(9+6*i)*m, 4*m, 25*m)
	}
	t.addDesk(t.hood.guards, t.hood.guard, t.hood.guard, 8*m, 7*m, 40*m)
	t.addDesk(t.hood.chain, t.hood.cora, t.hood.cora, 4*m, 5*m, 20*m)
	for _, n := range []*nursing{t.hood.north, t.hood.south} {
		t.addDesk(n.team, n.lead, n.lead, 6*m, 8*m, 20*m)
	}
}

// healing is the end of the day: every network works, every phone gets through, and what the last
// of them brought reaches the others.
func (t *town) healing(ctx context.Context) error {
	for round := range 2 {
		for _, h := range t.handsets {
			h.link.dark = nil
			if err := h.settle(ctx); err != nil {
				return fmt.Errorf("at the end of the day, round %d: %w", round+1, err)
			}
			if err := t.house.workOff(ctx); err != nil {
				return err
			}
		}
		if err := t.pass(ctx, t.clock.Now().Add(step)); err != nil {
			return err
		}
	}
	// Nothing was pushed in a last round, so after it everybody has everything.
	for _, h := range t.handsets {
		if err := h.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// witness gathers what the promises are checked with: of the weeks before, too.
func (t *town) witness() (*witnesses, error) {
	b, err := readBooks(t.house.app.ConcurrentDB(), t.clock.Now())
	if err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	return &witnesses{tape: &t.tape, handsets: t.handsets, books: b, hood: t.hood, seeded: t.seeded, repeats: t.traffic.repeated}, nil
}
