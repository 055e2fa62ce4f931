package handover

import (
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// Calendar reckons in the working time of the destination; *worktime.Schedule is one.
type Calendar interface {
	// Add returns the moment d of open time after from.
	Add(from time.Time, d time.Duration) time.Time
	// AddWorkingDays returns the moment n working days after from.
	AddWorkingDays(from time.Time, n int) time.Time
	// EndOfWorkingDay returns the end of the working day of t, or of the next one.
	EndOfWorkingDay(t time.Time) time.Time
}

var _ Calendar = (*worktime.Schedule)(nil)

// Span is how long something may take. Where several parts are given the latest counts; the
// zero span means that nothing is due.
type Span struct {
	Real        time.Duration `json:"real,omitempty"`         // by the clock on the wall
	Core        time.Duration `json:"core,omitempty"`         // open time of the destination
	WorkingDays int           `json:"working_days,omitempty"` //
	WorkingDay  bool          `json:"working_day,omitempty"`  // until the working day ends
	Day         bool          `json:"day,omitempty"`          // until the day ends in London
}

// Clock is what a class allows for a person to acknowledge, and for a clinician to act.
type Clock struct {
	Acknowledge Span `json:"acknowledge"`
	Act         Span `json:"act"`
}

// Clocks are the times of all classes. A class without a clock has nothing due.
type Clocks map[care.Class]Clock

// DefaultClocks are product rules after uk-domain §4.2 and need a clinical lead's sign-off.
// "Now" for an emergency is 5 minutes to acknowledge, because a machine must wait for
// something, and 30 minutes to act (one hospital study's time for NEWS2 of 7 and more); 999
// has been called before any of it.
func DefaultClocks() Clocks {
	return Clocks{
		care.Emergency:    {Span{Real: 5 * time.Minute}, Span{Real: 30 * time.Minute}},
		care.Urgent:       {Span{Real: 15 * time.Minute}, Span{Real: 2 * time.Hour}},
		care.SameDay:      {Span{Core: 2 * time.Hour}, Span{WorkingDay: true}},
		care.Routine:      {Span{WorkingDays: 1}, Span{WorkingDays: 5}},
		care.Information:  {},
		care.Safeguarding: {Span{Real: time.Hour}, Span{Real: time.Hour, Day: true}},
	}
}

// Validate finds a class that has no clock, or one whose times are negative.
func (c Clocks) Validate() error {
	for _, name := range care.Classes {
		clock, ok := c[care.Class(name)]
		if !ok {
			return fmt.Errorf("read clocks: class %s has none", name)
		}
		for _, s := range []Span{clock.Acknowledge, clock.Act} {
			if s.Real < 0 || s.Core < 0 || s.WorkingDays < 0 {
				return fmt.Errorf("read clocks: a time of class %s is negative", name)
			}
		}
	}
	return nil
}

// Deadlines say when a handover of a class is due, counted from a moment: the clinical time
// when it is raised, the present when it goes to somebody else. A zero time means never.
func (c Clocks) Deadlines(class care.Class, from time.Time, cal Calendar) (ack, act time.Time) {
	clock := c[class]
	return clock.Acknowledge.end(from, cal), clock.Act.end(from, cal)
}

// Within are the deadlines of a handover, none further off than its class allows from now, in the working time of
// any of the calendars. They are so unless the clock was ahead when they were set.
func (c Clocks) Within(h Handover, now time.Time, calendars ...Calendar) (ack, act time.Time) {
	if h.State.OffTheClock() {
		return h.AckDue, h.ActDue
	}
	var lastAck, lastAct time.Time
	for _, cal := range calendars {
		ack, act := c.Deadlines(h.Class, now, cal)
		lastAck, lastAct = later(lastAck, ack), later(lastAct, act)
	}
	return notAfter(h.AckDue, lastAck), notAfter(h.ActDue, lastAct)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// notAfter is a deadline, brought forward to a moment if it lies behind that; zero is no deadline and no moment.
func notAfter(due, last time.Time) time.Time {
	if !last.IsZero() && due.After(last) {
		return last
	}
	return due
}

func (s Span) end(from time.Time, cal Calendar) time.Time {
	var end time.Time
	until := func(t time.Time) {
		if t.After(end) {
			end = t
		}
	}
	if s.Real > 0 {
		until(from.Add(s.Real))
	}
	if s.Core > 0 {
		until(cal.Add(from, s.Core))
	}
	if s.WorkingDays > 0 {
		until(cal.AddWorkingDays(from, s.WorkingDays))
	}
	if s.WorkingDay {
		until(cal.EndOfWorkingDay(from))
	}
	if s.Day {
		until(endOfDay(from))
	}
	return end.UTC()
}

// endOfDay is the last minute of the day of t in London: midnight would be read as the day after.
func endOfDay(t time.Time) time.Time {
	local := worktime.InLondon(t)
	y, m, d := local.Date()
	return time.Date(y, m, d, 23, 59, 0, 0, local.Location())
}

// sooner returns the earlier of two deadlines, where zero means never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
