package takein

import (
	"errors"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/lone"
)

// A stay at which somebody is alone is about them and about no person: who writes it needs nobody on a caseload, and
// nothing of it waits for a record that has not come. Nobody else writes it from a phone.

// permitOfStaff: the role may do that, and what is there is whoever asks's own.
func (in *input) permitOfStaff(p *planned, c *care.Collection, right care.Right, d *draft) error {
	return in.permit(p, func(who access.Rights) *refusal {
		if !who.MayWrite(right, c.Name) || d != nil && d.rec.Author != who.Staff {
			return in.noPermission()
		}
		return nil
	})
}

// deriveStay fills in what the server says of a stay, and who is to be told by now.
func (in *input) deriveStay(d *draft) {
	if d.rec.Collection.Name != care.LoneStays {
		return
	}
	s := care.AsLoneStay(d.rec)
	if d.old == nil {
		in.say(d, "staff", d.rec.Author)
		if s.Team() == "" && len(in.by.Teams) > 0 {
			in.say(d, "team", in.by.Teams[0])
		}
		if s.WentInAt().IsZero() {
			in.say(d, "went_in_at", care.Stamp(in.at))
		}
	} else if called := d.rec.When("panic_at"); !care.AsLoneStay(d.old).PanicAt().Equal(s.PanicAt()) && !called.IsZero() && called.After(d.rec.When("safe_at")) {
		// Who closed it did not know that they called for help.
		for _, field := range []string{"closed_at", "closed_by", "closed_why"} {
			in.say(d, field, nil)
		}
	}
	minutes, _ := s.Minutes()
	in.say(d, "due_out_at", stampOrNil(lone.DueOut(d.rec.When("went_in_at"), int(minutes))))
	stepStay(d.rec, in.Reference.Directory().LoneWorking(s.Team()), in.Moment.Now(), func(field string, v any) { in.say(d, field, v) })
	switch out := StayOf(d.rec).IsOut(); {
	case out && s.ClosedAt().IsZero():
		in.say(d, "closed_at", care.Stamp(in.Moment.Now()))
		in.say(d, "closed_by", d.rec.Author)
	case !out && s.ClosedBy() != "" && s.ClosedBy() == d.rec.Author: // they pressed for help after they were out
		in.say(d, "closed_at", nil)
		in.say(d, "closed_by", nil)
	}
}

// say gives a field the value that the server says.
func (in *input) say(d *draft, field string, v any) {
	if !care.Equal(d.rec.Get(field), v) {
		d.rec.SetAll(map[string]any{field: v})
		d.changed(field)
	}
}

func stampOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return care.Stamp(t)
}

// StayOf is what a record says of somebody who is alone. Closed is when somebody else than they closed it.
func StayOf(rec *care.Record) lone.Stay {
	s := lone.Stay{DueOut: rec.When("due_out_at"), Panic: rec.When("panic_at"), Safe: rec.When("safe_at"), Out: rec.When("out_at")}
	if care.AsLoneStay(rec).ClosedBy() != rec.Author {
		s.Closed = rec.When("closed_at")
	}
	return s
}

// stepStay tells whoever is to be told by now, and says when to look again; zero = never.
func stepStay(rec *care.Record, team care.LoneWorking, now time.Time, say func(field string, v any)) time.Time {
	s := care.AsLoneStay(rec)
	told, next := lone.Step(StayOf(rec), lone.Told{Alarm: s.Alarm(), From: rec.When("alarm_from"), Prompt: rec.When("prompted_at"),
		Coordinator: rec.When("coordinator_at"), Manager: rec.When("manager_at")}, team, now)
	var alarm any
	if told.Alarm != "" {
		alarm = told.Alarm
	}
	if told.Alarm != s.Alarm() || !told.From.Equal(rec.When("alarm_from")) { // nobody sees to it as yet
		say("taken_by", nil)
		say("taken_at", nil)
	}
	say("alarm", alarm)
	say("alarm_from", stampOrNil(told.From))
	say("prompted_at", stampOrNil(told.Prompt))
	say("coordinator_at", stampOrNil(told.Coordinator))
	say("manager_at", stampOrNil(told.Manager))
	return next
}

// noteStays makes the job look at the stays that this change is about when the next is to be told of them.
func (in *input) noteStays(o *outcome) (err error) {
	for _, d := range o.drafts {
		if d.rec.Collection.Name == care.LoneStays {
			err = errors.Join(err, in.noteStay(d.rec), in.alarm(d.old, d.rec))
		}
	}
	return err
}

// alarm lets it leave that somebody of the desk was told, or the manager, where they were not before.
func (r *Room) alarm(old, rec *care.Record) error {
	if r.Alarm == nil {
		return nil
	}
	for _, told := range []string{"coordinator_at", "manager_at"} {
		if at := rec.When(told); !at.IsZero() && (old == nil || !old.When(told).Equal(at)) {
			return r.Alarm(rec.ID)
		}
	}
	return nil
}

func (r *Room) noteStay(rec *care.Record) error {
	next := stepStay(rec.Clone(), r.Reference.Directory().LoneWorking(care.AsLoneStay(rec).Team()), r.Moment.Now(), func(string, any) {})
	if next.IsZero() {
		return nil
	}
	return r.Notes.DueAt(next, care.DueLone, rec.ID)
}

// StepStay tells whoever is to be told by now of somebody who is alone, once, and has the job look again. It is what is
// done when the time of a stay has come, and after somebody at a desk wrote about it.
func (r *Room) StepStay(id string) error {
	c, _ := care.ByName(care.LoneStays)
	rec, err := r.Store.Record(c, id)
	if err != nil || rec == nil || !rec.Retracted.IsZero() {
		return err
	}
	old := rec.Clone()
	var fields []string
	stepStay(rec, r.Reference.Directory().LoneWorking(care.AsLoneStay(rec).Team()), r.Moment.Now(), func(field string, v any) {
		if !care.Equal(rec.Get(field), v) && !slices.Contains(fields, field) {
			rec.SetAll(map[string]any{field: v})
			fields = append(fields, field)
		}
	})
	if len(fields) > 0 {
		if err := r.Store.Update(rec, old, fields); err != nil {
			return err
		}
	}
	return errors.Join(r.noteStay(rec), r.alarm(old, rec))
}
