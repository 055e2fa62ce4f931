package demo

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"doorstep/internal/care"
)

// A visit as the diary of a visitor has it.
const (
	visitLasts = 20 * time.Minute
	sendAfter  = 3 * time.Minute  // from the note to the first try to send it
	driveAway  = 25 * time.Minute // from the door back to where there is a network
	pollEvery  = 25 * time.Minute // an app that is open looks by itself
)

// In a hundred visits of a nurse, so many find something.
const (
	urgentOf100 = 3
	singleOf100 = 2
	signsOf100  = 4
	missedOf100 = 2
)

// found is what a visitor records beside the usual.
type found struct {
	values   map[string]any // of the visit
	readings readings       // nil: none taken
	signs    []string
}

// schedule puts a planned visit on the agenda.
func (t *town) schedule(p plan, f found) {
	h := t.phones[p.worker]
	if p.person.noSignal {
		h.link.goDark(p.at.Add(-5*time.Minute), p.at.Add(driveAway-time.Minute))
	}
	t.agenda.add(p.at, func(ctx context.Context) error {
		if h.gone || t.left[p.worker] {
			return nil
		}
		if _, err := h.visit(p, f); err != nil {
			return err
		}
		t.trySoon(h)
		return nil
	})
}

// trySoon sends after a moment, and again from the road.
func (t *town) trySoon(h *handset) {
	for _, after := range []time.Duration{sendAfter, driveAway} {
		t.agenda.add(t.clock.Now().Add(after), func(ctx context.Context) error {
			_, err := h.sync(ctx)
			return err
		})
	}
}

// syncAt makes a phone sync at a moment.
func (t *town) syncAt(at time.Time, h *handset) {
	t.agenda.add(at, func(ctx context.Context) error {
		_, err := h.sync(ctx)
		return err
	})
}

// visit records a visit and its readings as one change and returns the id of the observation set,
// "" for none.
func (h *handset) visit(p plan, f found) (observation string, err error) {
	values := map[string]any{"status": "completed", "started_at": h.stamp(visitLasts), "ended_at": h.stamp(0), "outcome": "care_given"}
	maps.Copy(values, f.values)
	_, err = h.record(func(c *pen) {
		c.Edit(care.Visits, p.id, values)
		if len(f.signs) > 0 {
			c.AddTo(care.Visits, p.id, "soft_signs", f.signs...)
		}
		if f.readings != nil {
			set := map[string]any{"patient": p.person.id, "visit": p.id, "taken_at": h.stamp(2 * time.Minute)}
			maps.Copy(set, f.readings)
			observation = c.Create(care.Observations, set)
		}
	})
	return observation, err
}

// usual is what a nurse finds in a visit nobody planned a scene for.
func usual(r *rand.Rand, p plan) found {
	f := found{values: map[string]any{"note": quietNotes[r.IntN(len(quietNotes))]}}
	if p.kind == "insulin" || p.kind == "medication" {
		f.values["critical_medicine"] = "given"
	}
	if r.IntN(100) < 60 {
		f.readings = wellReadings(r, p.person)
	}
	switch n := r.IntN(100); {
	case n < urgentOf100:
		f.readings = illReadings(r, p.person, 5+r.IntN(2))
		f.values["note"] = "Hot and short of breath since yesterday. Family in the house."
	case n < urgentOf100+singleOf100:
		f.readings = wellReadings(r, p.person)
		f.readings["pulse"] = 39
		f.values["note"] = "Slow pulse, feels well. Has a new tablet."
	case n < urgentOf100+singleOf100+signsOf100:
		f.signs = []string{care.SoftSigns[r.IntN(len(care.SoftSigns)-1)]}
		f.values["note"] = "Not the usual self today. Could not say why."
	case n < urgentOf100+singleOf100+signsOf100+missedOf100:
		f.values["critical_medicine"], f.values["note"] = "missed", "The morning dose was still in the box."
	}
	return f
}

// workTheRounds puts every planned visit and check-in of the second day on the agenda.
func (t *town) workTheRounds(plans []plan) {
	r := stream(t.seed, 5)
	for _, p := range plans {
		switch {
		case p.collection == care.Checkins:
			t.call(p, map[string]any{"seen": true, "wellbeing": wellbeings[r.IntN(len(wellbeings))]})
		case p.worker.role == care.DistrictNurse:
			t.schedule(p, usual(r, p))
		default:
			f := found{values: map[string]any{"note": quietNotes[r.IntN(len(quietNotes))]}}
			if p.worker.role == care.SupportWorker {
				f.readings = wellReadings(r, p.person)
			}
			t.schedule(p, f)
		}
	}
}

// call puts a volunteer's check-in on the agenda.
func (t *town) call(p plan, values map[string]any) {
	h := t.phones[p.worker]
	t.agenda.add(p.at, func(ctx context.Context) error {
		values["happened_at"] = h.stamp(0)
		if _, err := h.record(func(c *pen) { c.Edit(care.Checkins, p.id, values) }); err != nil {
			return err
		}
		t.trySoon(h)
		return nil
	})
}

// poll makes every phone look by itself through the day, each at minutes of its own.
func (t *town) poll(from, to time.Time) {
	carried := slices.DeleteFunc(slices.Clone(t.handsets), func(h *handset) bool { return h.before })
	for i, h := range carried {
		for when := from.Add(time.Duration(i*47%25) * time.Minute); when.Before(to); when = when.Add(pollEvery) {
			t.syncAt(when, h)
		}
	}
}

// lookEvery is how often somebody at a desk looks at the inbox.
const lookEvery = 4 * time.Minute

// openDesks lets every desk look at its inbox from one moment to another.
func (t *town) openDesks(from, to time.Time) {
	for i, d := range t.desks {
		for when := from.Add(time.Duration(i*17%240) * time.Second); when.Before(to); when = when.Add(lookEvery) {
			t.agenda.add(when, d.look)
		}
	}
}
