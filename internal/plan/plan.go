package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// Limits of a plan.
const (
	// Horizon is how many days ahead visits stand: today and the 13 days after it.
	Horizon = 14
	// mostAtDoor is how many go to one door together.
	mostAtDoor = 2
	// longestWindow in minutes: a window that seems longer was typed the wrong way round.
	longestWindow = 12 * 60
	// shortest and longest visit, in minutes.
	shortest, longest = 5, longestWindow
)

// ClosedDays says what becomes of a visit whose day is one on which the team is closed.
type ClosedDays string

// The answers.
const (
	Skip   ClosedDays = "skip"   // nobody goes
	Before ClosedDays = "before" // on the last open day before it
	After  ClosedDays = "after"  // on the first open day after it
	Visit  ClosedDays = "visit"  // somebody goes all the same
)

// ClosedDaysAnswers lists them.
var ClosedDaysAnswers = []ClosedDays{Skip, Before, After, Visit}

// Content is what somebody writes down as a plan, as it travels and is stored. Times of the day are those of the
// clocks of London.
type Content struct {
	Purpose string `json:"purpose,omitempty"` // of visits; a check-in has none
	Rule    string `json:"rule"`              // RFC 5545: FREQ=WEEKLY;BYDAY=MO,TH
	Start   string `json:"start"`             // the first day it may fall on: 2026-12-01
	Until   string `json:"until,omitempty"`   // the last; "" = until further notice
	From    string `json:"from"`              // the window of the day: 08:00
	To      string `json:"to"`                // 10:00; earlier than From: on the next day
	Minutes int64  `json:"minutes"`           // how long somebody is there
	Staff   string `json:"staff,omitempty"`   // who goes; "" = nobody has been found yet
	Second  string `json:"second,omitempty"`  // who goes with them, of two at a door
	AtDoor  int64  `json:"at_door"`           // how many go together: 1 or 2
	Closed  string `json:"closed_days"`       // see ClosedDays
}

// Fault is what is wrong with a plan, in a sentence, and which field says it.
type Fault struct{ Field, Message string }

// Error implements error.
func (f *Fault) Error() string { return f.Message }

func fault(field, format string, args ...any) *Fault {
	return &Fault{field, fmt.Sprintf(format, args...)}
}

// Plan is a plan that can be worked out.
type Plan struct {
	ID string
	// Kind is the collection its contacts are of: care.Visits or care.Checkins.
	Kind string
	Content
	rule         *rule
	start, until worktime.Date // until: zero = no end
	from, to     int           // minutes after midnight
}

// Read checks what somebody wrote down as a plan; the error is a *Fault.
func Read(id, kind string, c Content) (*Plan, error) {
	p := &Plan{ID: id, Kind: kind, Content: c}
	for _, check := range []func() *Fault{p.readDays, p.readWindow, p.readVisit} {
		if no := check(); no != nil {
			return nil, no
		}
	}
	return p, nil
}

func (p *Plan) readDays() (no *Fault) {
	var err error
	if p.start, err = worktime.ParseDate(p.Start); err != nil || p.start.Year < 2000 || p.start.Year > 2100 {
		return fault("start", "Say on which day it starts, such as 2026-12-01.")
	}
	if p.Until != "" {
		if p.until, err = worktime.ParseDate(p.Until); err != nil {
			return fault("until", "Say until which day it goes on, such as 2026-12-24, or leave it empty.")
		}
		if before(p.until, p.start) {
			return fault("until", "It ends before it starts.")
		}
	}
	if p.rule, no = readRule(p.Rule, p.start); no != nil {
		return no
	}
	if last := p.rule.until; last != (worktime.Date{}) && (p.until == (worktime.Date{}) || before(last, p.until)) {
		p.until = last
	}
	if !p.everFalls() {
		return fault("rule", "By this rule no day is ever visited.")
	}
	if !slices.Contains(ClosedDaysAnswers, ClosedDays(p.Closed)) {
		return fault("closed_days", "Say what becomes of it on a day on which the team is closed: skip, before, after or visit.")
	}
	return nil
}

// everFalls says whether the rule has any day at all.
func (p *Plan) everFalls() bool {
	for day := range p.rule.days(p.start) {
		return p.until == (worktime.Date{}) || !before(p.until, day)
	}
	return false
}

func (p *Plan) readWindow() *Fault {
	var ok bool
	if p.from, ok = ParseClock(p.From); !ok || p.from == dayMinutes {
		return fault("from", "Say from when somebody may come, such as 08:00.")
	}
	if p.to, ok = ParseClock(p.To); !ok {
		return fault("to", "Say until when somebody may come, such as 10:00.")
	}
	if p.to <= p.from {
		p.to += dayMinutes
	}
	if p.to-p.from > longestWindow {
		return fault("to", "The time to come begins at %s and ends at %s: that is longer than 12 hours.", p.From, p.To)
	}
	if p.Minutes < shortest || p.Minutes > longest {
		return fault("minutes", "Say how long it takes, from %d to %d minutes.", shortest, longest)
	}
	if int(p.Minutes) > p.to-p.from {
		return fault("minutes", "It takes %d minutes, and between %s and %s there are %d.", p.Minutes, p.From, p.To, p.to-p.from)
	}
	return nil
}

func (p *Plan) readVisit() *Fault {
	switch {
	case p.Kind == care.Visits && p.Purpose == "":
		return fault("purpose", "Say what the visit is for.")
	case p.Kind == care.Visits && !slices.Contains(care.VisitPurposes, p.Purpose):
		return fault("purpose", "Say what the visit is for by one of these: %s.", strings.Join(care.VisitPurposes, ", "))
	case p.Kind != care.Visits && p.Purpose != "":
		return fault("purpose", "A check-in has no purpose of its own.")
	case p.AtDoor < 1 || p.AtDoor > mostAtDoor:
		return fault("at_door", "One goes, or two go together.")
	case p.AtDoor == 1 && p.Second != "":
		return fault("second", "Two are named, and one goes.")
	case p.Second != "" && p.Second == p.Staff:
		return fault("second", "The two who go are the same person.")
	}
	return nil
}

// staffOf is who goes as the first, 0, or the second, 1.
func (p *Plan) staffOf(place int) string {
	if place == 0 {
		return p.Staff
	}
	return p.Second
}

const dayMinutes = 24 * 60

// ParseClock reads 08:00 as minutes after midnight; 24:00 is the midnight that ends the day.
func ParseClock(text string) (minutes int, ok bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	h, err := strconv.ParseUint(text[:2], 10, 8)
	m, err2 := strconv.ParseUint(text[3:], 10, 8)
	if err != nil || err2 != nil || m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, false
	}
	return int(h*60 + m), true
}

// Clock writes a moment as the clocks of London show it, the way the window of a plan is written.
func Clock(t time.Time) string { return worktime.InLondon(t).Format("15:04") }

// DayOf is the day of a moment in London.
func DayOf(t time.Time) worktime.Date { return worktime.DateOf(worktime.InLondon(t)) }

// At is the moment at which the clocks of London show a time, in minutes after the midnight with which a day begins.
// A time that the clocks leave out in March is the one an hour later; of the two that are alike in October it is the first.
func At(day worktime.Date, minutes int) time.Time {
	wall := time.Date(day.Year, day.Month, day.Day, 0, minutes, 0, 0, time.UTC)
	for _, ahead := range []time.Duration{time.Hour, 0} {
		at := wall.Add(-ahead)
		if _, offset := worktime.InLondon(at).Zone(); time.Duration(offset)*time.Second == ahead {
			return at
		}
	}
	return wall
}

// Later is the day so many days after another; fewer than none: before it.
func Later(d worktime.Date, days int) worktime.Date {
	return worktime.DateOf(time.Date(d.Year, d.Month, d.Day+days, 12, 0, 0, 0, time.UTC))
}

func before(a, b worktime.Date) bool {
	return slices.Compare([]int{a.Year, int(a.Month), a.Day}, []int{b.Year, int(b.Month), b.Day}) < 0
}
