package desk

import (
	"time"

	"doorstep/internal/care"
)

// Kinds of what a desk does about somebody who is alone.
const (
	LoneTook  = "took"   // somebody sees to it
	LoneRang  = "rang"   // they were rung and answered
	LoneNoOne = "no_one" // they were rung and did not answer
	LoneStays = "stays"  // somebody spoke to them: they are safe and stay longer
	LoneSafe  = "safe"   // it is over: they are known to be safe
	LoneOther = "other"  // whatever else was done, in words: a colleague went, 999 was rung
)

// mostLoneSteps is how much is written down about one stay.
const mostLoneSteps = 200

// LoneStep is something that a desk did about somebody who is alone.
type LoneStep struct {
	Stay string
	At   time.Time
	By   string // a member of staff
	Kind string
	Text string
}

// LoneStore is what a desk needs to see to somebody who is alone.
type LoneStore interface {
	SayStore
	AddLoneStep(LoneStep) error
	// LoneSteps counts what is written down about a stay.
	LoneSteps(stay string) (int, error)
	// StepStay tells whoever is to be told by now, and plans who is next.
	StepStay(id string) error
}

// LoneAct is what somebody at a desk did.
type LoneAct struct {
	Stay, Kind string
	Text       string
	Minutes    int // LoneStays: from now
}

// SeeToLone writes down what somebody at a desk did about somebody of their teams who is alone, and does what follows:
// who took it sees to it, who spoke to them lets them stay longer, who knows that they are safe closes it. To ring and
// reach nobody closes nothing.
func SeeToLone(store LoneStore, lead Lead, act LoneAct) error {
	c, _ := care.ByName(care.LoneStays)
	old, err := store.Record(c, act.Stay)
	if err != nil {
		return err
	}
	if old == nil || !lead.owns(care.AsLoneStay(old).Team(), "") && (care.AsLoneStay(old).Team() != "" || !lead.Duty.Chain) {
		return refuse(CodeNotFound, "There is nobody here who is alone, or they are looked after by another team.")
	}
	s := care.AsLoneStay(old)
	if old.Author == lead.Staff && act.Kind != LoneOther {
		return refuse(CodeYourself, "Somebody else looks after you. Say on your phone that you are safe, or out.")
	}
	if !s.ClosedAt().IsZero() && act.Kind != LoneOther {
		no := refuse(CodeAlready, "This is over already.")
		no.By, no.At = s.ClosedBy(), s.ClosedAt()
		return no
	}
	if n, err := store.LoneSteps(act.Stay); err != nil || n >= mostLoneSteps {
		if err == nil {
			err = refuse(CodeInvalid, "%d lines are written down about this already. Close it, or go on by telephone.", n)
		}
		return err
	}
	now := store.Now()
	if err := store.AddLoneStep(LoneStep{Stay: act.Stay, At: now, By: lead.Staff, Kind: act.Kind, Text: act.Text}); err != nil {
		return err
	}
	set := map[string]any{}
	switch act.Kind {
	case LoneTook:
		set["taken_by"], set["taken_at"] = lead.Staff, care.Stamp(now)
	case LoneStays:
		// A stay counts from when they went in.
		in := old.When("went_in_at")
		minutes := int64(now.Sub(in).Round(time.Minute)/time.Minute) + int64(act.Minutes)
		if minutes > care.LongestStay {
			return refuse(CodeInvalid, "That would be longer than a day. Close this one; they go in anew on their phone.").about("minutes")
		}
		set["minutes"], set["due_out_at"], set["safe_at"] = minutes, care.Stamp(in.Add(time.Duration(minutes)*time.Minute)), care.Stamp(now)
		set[care.CorrectedField] = old.CorrectedBut("safe_at")
	case LoneSafe:
		set["closed_at"], set["closed_by"], set["closed_why"] = care.Stamp(now), lead.Staff, act.Text
	}
	if len(set) > 0 {
		rec := old.Clone()
		rec.SetAll(set)
		fields := make([]string, 0, len(set))
		for field := range set {
			rec.Stamped(field, care.Change{Seq: store.Seq(), Author: lead.Staff, At: now})
			fields = append(fields, field)
		}
		if err := store.Update(rec, old, fields); err != nil {
			return err
		}
	}
	return store.StepStay(act.Stay)
}
