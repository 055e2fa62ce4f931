package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// desk is a team that works its inbox: one at the front who acknowledges, one who decides.
type desk struct {
	t         *town
	team      *team
	front     *worker
	clinician *worker
	// ack, accept and answer are how long each takes, from the first sight on.
	ack, accept, answer time.Duration
	shut                []span // nobody looks
	first               map[string]time.Time
	// parts are what a scene wants done about a person instead of the usual.
	parts  map[*person]part
	passed map[string]bool // declined or handed on from here
	did    map[string]int  // actions, by verb
}

// part is a scene's say about a handover. Done means that the desk leaves it alone this time.
type part func(ctx context.Context, d *desk, i *item) (done bool, err error)

func (t *town) addDesk(tm *team, front, clinician *worker, ack, accept, answer time.Duration) *desk {
	d := &desk{t: t, team: tm, front: front, clinician: clinician, ack: ack, accept: accept, answer: answer,
		first: map[string]time.Time{}, parts: map[*person]part{}, passed: map[string]bool{}, did: map[string]int{}}
	t.desks = append(t.desks, d)
	return d
}

// deskOf finds the desk of a team.
func (t *town) deskOf(tm *team) *desk {
	i := slices.IndexFunc(t.desks, func(d *desk) bool { return d.team == tm })
	return t.desks[i]
}

// look works the inbox once.
func (d *desk) look(ctx context.Context) error {
	now := d.t.clock.Now()
	for _, s := range d.shut {
		if !now.Before(s.from) && now.Before(s.to) {
			return nil
		}
	}
	items, err := d.t.counter.Inbox(ctx, d.front, "open")
	if err != nil {
		return fmt.Errorf("read the inbox of %s: %w", d.team.name, err)
	}
	for i := range items {
		if err := d.handle(ctx, &items[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) handle(ctx context.Context, i *item) error {
	if care.State(i.State).Closed() {
		return nil
	}
	now := d.t.clock.Now()
	since, seen := d.first[i.ID]
	if !seen {
		d.first[i.ID] = now
		if err := d.do(ctx, d.front, i, act{verb: "see"}); err != nil {
			return err
		}
		since = now
	}
	if p := d.parts[d.t.hood.byID[i.Patient.ID]]; p != nil {
		if done, err := p(ctx, d, i); done || err != nil {
			return err
		}
	}
	if d.passed[i.ID] {
		return nil // somebody else's now; what went on only by the clock may still be answered
	}
	age := now.Sub(since)
	slow := time.Duration(d.t.hood.index[i.Patient.ID]%5) * time.Minute
	if care.Class(i.Class).Urgency() >= care.Urgent.Urgency() {
		slow /= 4 // what is urgent does not wait for the kettle
	}
	switch {
	case i.State == string(care.Accepted):
		if age >= d.ack+d.accept+d.answer+2*slow {
			return d.do(ctx, d.clinician, i, answerTo(i))
		}
	case i.State == string(care.Acknowledged):
		if age >= d.ack+d.accept+slow {
			return d.do(ctx, d.clinician, i, act{verb: "accept"})
		}
	case age >= d.ack+slow:
		return d.do(ctx, d.front, i, act{verb: "acknowledge"})
	}
	return nil
}

// do acts over HTTP. That somebody was faster is no fault of anybody.
func (d *desk) do(ctx context.Context, w *worker, i *item, a act) error {
	err := d.t.counter.Act(ctx, w, i, a)
	var refused *wire.Error
	if errors.As(err, &refused) && refused.Code == "already" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %s a handover in state %s: %w", d.team.name, a.verb, i.State, err)
	}
	d.did[a.verb]++
	d.passed[i.ID] = a.verb == "decline" || a.verb == "hand-on"
	return nil
}

// answers are what clinicians write, by the rule behind the handover.
var answers = map[string]act{
	"news2_7":            {Outcome: "admitted", Text: "Rang the crew: taken to hospital. Keep the visits open, please; we will tell you the plan."},
	"news2_5_6":          {Outcome: "home_visit", Text: "Seen at home this afternoon. Chest infection, antibiotics started. Please repeat the readings tomorrow."},
	"news2_single_three": {Outcome: "call_patient", Text: "Rang and spoke to the family. Settled. Please repeat tomorrow and ring if it stays."},
	"soft_signs":         {Outcome: "appointment", Text: "Booked with the duty doctor tomorrow at 9. Urine sample, please."},
	"critical_medicine":  {Outcome: "advice_given", Text: "Give the usual dose this evening. We have checked the chart and rung the family."},
	"no_reply":           {Outcome: "no_action_needed", Text: "At the daughter's since Sunday, well. Key holder's number put right."},
	"volunteer_concern":  {Outcome: "advice_given", Text: "Rang the volunteer and the person. No change for now; we look again on Thursday."},
	"safeguarding":       {Outcome: "referred", Text: "Spoken to; a concern is raised with the council. Please keep visiting as planned."},
	"by_hand":            {Outcome: "advice_given", Text: "Thank you. Seen and noted; we take it from here."},
}

func answerTo(i *item) act {
	a := answers[i.rule()]
	if a.Outcome == "" {
		a = answers["by_hand"]
	}
	a.verb = "answer"
	return a
}
