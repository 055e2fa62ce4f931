package desk

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// When a phone in use counts as one that does not sync (product rules).
const (
	// UnsentTooLong is how old unsent work may be: half a round.
	UnsentTooLong = 4 * time.Hour
	// RefusedTooLong is how long a phone may be refused before somebody is told: what it puts right by itself takes a minute.
	RefusedTooLong = 10 * time.Minute
	// ClockMatters is how far its clock may be wrong before the order of what happened could be told wrongly.
	ClockMatters = 2 * time.Minute
)

// Why a phone does not sync.
const (
	ReasonRefused   = "refused"    // the server refuses what it asks for, each time
	ReasonSilent    = "silent"     // it was not heard of for a day
	ReasonNeverSeen = "never_seen" // it was not heard of since it was signed in
	ReasonUnsent    = "unsent"     // it holds work of more than four hours
	ReasonClock     = "clock"      // its clock is wrong
	ReasonOldApp    = "old_app"    // its app is too old to be brought news
)

// Reasons lists them, the worst first.
var Reasons = []string{ReasonRefused, ReasonNeverSeen, ReasonSilent, ReasonUnsent, ReasonOldApp, ReasonClock}

// Reason is why a phone does not sync, and since when.
type Reason struct {
	Code  string `json:"code"`
	Since string `json:"since,omitempty"`
	// Of a refusal: what the phone asks for (hello, push or pull), the code it is answered with, and how often.
	Asks   string `json:"asks,omitempty"`
	Answer string `json:"answer,omitempty"`
	Times  int64  `json:"times,omitempty"`
}

// Refusal is how a phone is refused: what it asks for, the last answer, since when without success, and how often.
type Refusal struct {
	Device, Kind, Answer string
	Since, Last          time.Time
	Times                int64
}

// reasons says why a phone in use does not sync; empty where it does.
func (d *Device) reasons(refusals []Refusal, now time.Time) []Reason {
	list := []Reason{}
	if d.State != active && d.State != draining {
		return list
	}
	for _, r := range refusals {
		if now.Sub(r.Since) >= RefusedTooLong {
			list = append(list, Reason{Code: ReasonRefused, Since: care.Stamp(r.Since), Asks: r.Kind, Answer: r.Answer, Times: r.Times})
		}
	}
	switch {
	case d.SeenAt.IsZero() && d.Silent:
		list = append(list, Reason{Code: ReasonNeverSeen})
	case d.Silent:
		list = append(list, Reason{Code: ReasonSilent, Since: d.LastSeen})
	}
	if oldest, ok := d.oldestUnsent(); ok && now.Sub(oldest) > UnsentTooLong {
		list = append(list, Reason{Code: ReasonUnsent, Since: care.Stamp(oldest)})
	}
	if d.Schema != nil && *d.Schema < wire.MinPullSchema {
		list = append(list, Reason{Code: ReasonOldApp})
	}
	if d.ClockOffsetMs != nil && (time.Duration(*d.ClockOffsetMs)*time.Millisecond).Abs() > ClockMatters {
		list = append(list, Reason{Code: ReasonClock})
	}
	return list
}

// oldestUnsent is since when its oldest unsent change waits: its own clock, put right.
func (d *Device) oldestUnsent() (time.Time, bool) {
	if d.Unsent.Count == 0 || d.Unsent.Oldest == "" {
		return time.Time{}, false
	}
	t, err := care.ParseStamp(d.Unsent.Oldest)
	if err != nil {
		return time.Time{}, false
	}
	if d.ClockOffsetMs != nil {
		t = t.Add(time.Duration(*d.ClockOffsetMs) * time.Millisecond)
	}
	return t, true
}
