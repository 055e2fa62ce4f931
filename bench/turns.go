package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// turnsCell is what a phone that sends without pause does to those that send one visit now and then.
type turnsCell struct {
	Phones int     `json:"phones"`
	Every  float64 `json:"every_seconds"`
	// P50 and P95 of a push of one visit, in ms: with nobody else about, and beside the heavy phone.
	QuietP50 float64 `json:"quiet_p50_ms"`
	QuietP95 float64 `json:"quiet_p95_ms"`
	HeavyP50 float64 `json:"beside_heavy_p50_ms"`
	HeavyP95 float64 `json:"beside_heavy_p95_ms"`
	// Heavy is how many visits a second the heavy phone got through meanwhile.
	Heavy    float64 `json:"heavy_visits_per_second"`
	Errors   int     `json:"errors"`
	FirstErr string  `json:"first_error,omitempty"`
}

// measureTurns lets phones send one visit each now and then, in rounds: alone, and beside one phone that pushes as
// many changes as one request may hold, again and again. Rounds alternate, so that a noisy minute is shared.
func (b *bench) measureTurns() error {
	if !b.wants("turns") {
		return nil
	}
	size := b.size.turns
	c, err := b.begin(peerOf("doorstep"), config{Devices: size.phones + 1, Patients: b.size.people, Fresh: true, Profile: b.profile("turns", size.phones, 0)})
	if err != nil {
		return err
	}
	defer b.discard(c)
	cell := turnsCell{Phones: size.phones, Every: size.every.Seconds()}
	t, err := newTurnTakers(c, b.seed, size)
	if err != nil {
		return err
	}
	defer t.hangUp()
	var quiet, beside, heavy outcome
	for round := range 2 * b.runs {
		b.say("turns: %d phones, round %d of %d", size.phones, round+1, 2*b.runs)
		t.round(nil, &quiet)
		t.round(&heavy, &beside)
	}
	for _, o := range []*outcome{&quiet, &beside, &heavy} {
		slices.Sort(o.turns)
		cell.Errors += o.errors
		if o.first != nil {
			cell.FirstErr = o.first.Error()
		}
	}
	cell.QuietP50, cell.QuietP95 = ms(quiet.percentile(0.50)), ms(quiet.percentile(0.95))
	cell.HeavyP50, cell.HeavyP95 = ms(beside.percentile(0.50)), ms(beside.percentile(0.95))
	cell.Heavy = float64(len(heavy.turns)*wire.MaxPushMutations) / (float64(2*b.runs) * size.round.Seconds())
	b.report.Turns = append(b.report.Turns, cell)
	return nil
}

// turnsSize is how much is measured of turns.
type turnsSize struct {
	phones       int
	every, round time.Duration
}

// turnTakers are phones with a visit to send now and then; the last one is the heavy one.
type turnTakers struct {
	size    turnsSize
	callers []*caller
	hangUp  func()
	packs   []func([]visit) turn
	diaries []*diary
	chance  *rand.Rand
}

func newTurnTakers(c *child, seed uint64, size turnsSize) (*turnTakers, error) {
	callers, hangUp, err := dialAll(c.URL, len(c.Devices))
	if err != nil {
		hangUp()
		return nil, err
	}
	t := &turnTakers{size: size, callers: callers, hangUp: hangUp, chance: rand.New(rand.NewPCG(seed, 9))}
	for i, dev := range c.Devices {
		log := newDiary(seed, i, dev, time.Now(), afternoon, 10_000)
		log.calm = true
		t.diaries, t.packs = append(t.diaries, log), append(t.packs, doorstepWriter(c.URL, dev))
	}
	return t, nil
}

// round lets everybody send for a while; heavy is nil in a quiet one.
func (t *turnTakers) round(heavy, light *outcome) {
	end := time.Now().Add(t.size.round)
	last := len(t.callers) - 1
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range last {
		wait := time.Duration(t.chance.Int64N(int64(t.size.every)))
		all.Go(func() {
			var own outcome
			for next := time.Now().Add(wait); next.Before(end); next = next.Add(t.size.every) {
				time.Sleep(time.Until(next))
				t.send(i, 1, &own)
			}
			mu.Lock()
			defer mu.Unlock()
			light.add(&own)
		})
	}
	if heavy != nil {
		all.Go(func() {
			for time.Now().Before(end) {
				t.send(last, wire.MaxPushMutations, heavy)
			}
		})
	}
	all.Wait()
}

// send pushes so many visits and times the answer.
func (t *turnTakers) send(phone, visits int, o *outcome) {
	requests := t.packs[phone](t.diaries[phone].visits(visits))
	began := time.Now()
	status, body, err := t.callers[phone].do(requests[0])
	if err == nil {
		err = statusOfAll(care.Applied, visits)(status, body)
	}
	if err != nil {
		o.fail(fmt.Errorf("phone %d: %w", phone, err))
		return
	}
	o.turns = append(o.turns, time.Since(began))
}

func (o *outcome) add(more *outcome) {
	o.turns = append(o.turns, more.turns...)
	if o.errors += more.errors; o.first == nil {
		o.first = more.first
	}
}

func (c *turnsCell) cells() []string {
	return []string{fmt.Sprint(c.Phones), one(c.QuietP50), one(c.QuietP95), one(c.HeavyP50), one(c.HeavyP95),
		fmt.Sprintf("%.2f", c.HeavyP95/max(c.QuietP95, 0.001)), whole(c.Heavy), fmt.Sprint(c.Errors)}
}
