// Package lone works out what follows from the time that somebody is alone somewhere: whether it is over, what there is
// an alarm about, who is told of it by when.
//
// Nothing here is ever "safe" because nobody was heard: a stay is over when whoever was alone says that they are out, or
// when somebody at the desk knows how they are and says so.
package lone

import (
	"cmp"
	"time"

	"doorstep/internal/care"
)

// Stay is what is known of somebody who is alone. Times are by the server's clock; zero is never.
type Stay struct {
	DueOut time.Time // when they wanted to be out
	Panic  time.Time // when they pressed for help
	Safe   time.Time // when they last said that they are safe
	Out    time.Time // when they went out
	Closed time.Time // when somebody at the desk closed it
}

// Told is what there is an alarm about, and when who was told of it; zero = not yet.
type Told struct {
	Alarm                        string // one of care.LoneAlarms; "" = nothing to tell anybody yet
	From                         time.Time
	Prompt, Coordinator, Manager time.Time
}

// Out says whether they are out: they said so, and pressed for nothing afterwards.
func (s Stay) IsOut() bool { return !s.Out.IsZero() && !s.Panic.After(s.Out) }

// Over says whether nobody has to look after it any more.
func (s Stay) Over() bool { return s.IsOut() || !s.Closed.IsZero() }

// Calls says whether they pressed for help and have not said since that they are safe.
func (s Stay) Calls() bool { return !s.Panic.IsZero() && s.Panic.After(s.Safe) && !s.IsOut() }

// alarm is what there would be an alarm about, and from when its steps count; "" for nothing. Whoever says that they are
// safe and stays is asked again from that moment.
func (s Stay) alarm() (kind string, from time.Time) {
	switch {
	case s.Calls():
		return care.LonePanic, s.Panic
	case s.DueOut.IsZero():
		return "", time.Time{}
	case s.Safe.After(s.DueOut):
		return care.LoneOverdue, s.Safe
	}
	return care.LoneOverdue, s.DueOut
}

// step is when somebody is to be told.
type step struct {
	at   time.Time
	told *time.Time
}

func (t *Told) steps(team care.LoneWorking, now time.Time) []step {
	after := func(minutes int) time.Time { return t.From.Add(time.Duration(minutes) * time.Minute) }
	if t.Alarm == care.LonePanic { // at once, also where a clock that is ahead says that it is still to come
		if heard := cmp.Or(t.Coordinator, now); t.From.After(heard) {
			return []step{{now, &t.Coordinator}, {heard.Add(time.Duration(team.Panic) * time.Minute), &t.Manager}}
		}
		return []step{{t.From, &t.Coordinator}, {after(team.Panic), &t.Manager}}
	}
	return []step{{after(team.Prompt), &t.Prompt}, {after(team.Coordinator), &t.Coordinator}, {after(team.Manager), &t.Manager}}
}

// Step tells whoever is to be told by now, each once, and says when to look again; zero = never, unless something is
// written. What was told stays told, whatever the clock says afterwards; only another alarm, or one that counts from
// another moment, begins anew. Of what is over nobody is told, and what was told of it stays.
func Step(s Stay, was Told, team care.LoneWorking, now time.Time) (told Told, next time.Time) {
	if s.Over() {
		return was, time.Time{}
	}
	told = was
	if kind, from := s.alarm(); kind != was.Alarm || !from.Equal(was.From) {
		told = Told{Alarm: kind, From: from}
	}
	if told.Alarm == "" {
		return told, time.Time{}
	}
	for _, x := range told.steps(team, now) {
		switch {
		case !x.told.IsZero():
		case !now.Before(x.at):
			*x.told = now
		case next.IsZero() || x.at.Before(next):
			next = x.at
		}
	}
	return told, next
}

// DueOut is when somebody who went in wants to be out; zero where they did not say.
func DueOut(wentIn time.Time, minutes int) time.Time {
	if minutes <= 0 || wentIn.IsZero() {
		return time.Time{}
	}
	return wentIn.Add(time.Duration(minutes) * time.Minute)
}
