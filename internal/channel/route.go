package channel

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/worktime"
)

// Hours are when a route is used, by the working time of its team's organisation.
type Hours string

// The hours of a route.
const (
	Always     Hours = "always"
	WhenOpen   Hours = "open"
	WhenClosed Hours = "closed"
)

// HoursOfRoutes lists them.
var HoursOfRoutes = []string{string(Always), string(WhenOpen), string(WhenClosed)}

// Route is one way to one team.
type Route struct {
	ID, Team string
	Channel  string // its name
	Address  string // as the channel understands it: a mailbox, the URL of a receiver
	Place    int    // among the routes of its team: the first is asked first
	Classes  []care.Class
	Hours    Hours
	// Digest are the times of day in London, as 08:30, at which what can wait goes together; none: at once.
	Digest []string
	// Secret counts the secrets that this route has had; until Overlap the one before still counts.
	Secret  int
	Overlap time.Time
	// Agreement is what its receiver agreed to.
	Agreement Agreement
}

// SecretOverlap is how long a receiver has to put a new secret in place of the old one.
const SecretOverlap = 7 * 24 * time.Hour

// Noted is what may be written down of its address: all of a mailbox, and of a URL whose it is. In its path and its query
// a receiver may have hidden a secret.
func (r Route) Noted() string {
	u, err := url.Parse(r.Address)
	if err != nil || u.Host == "" {
		return r.Address
	}
	return u.Scheme + "://" + u.Host
}

// takes says whether a route takes something of a class at all, fits whether it does while its team is open, or closed.
func (r Route) takes(class care.Class) bool { return slices.Contains(r.Classes, class) }

func (r Route) fits(class care.Class, open bool) bool {
	return r.takes(class) && (r.Hours == Always || (r.Hours == WhenOpen) == open)
}

// Everywhere says whether a class leaves by every route at once: whoever is in danger must not depend on one of them.
func Everywhere(class care.Class) bool { return class == care.Emergency || class == care.Urgent }

// Choose are the routes by which something of a class goes to a team first: of what is in a hurry all that take it, of
// anything else the first that fits at this hour, or where none does the first that takes it. One that does not fit now is
// used when its hours begin, if nobody has the handover by then. None: it waits in the inbox alone.
func Choose(routes []Route, class care.Class, open bool) []Route {
	taking := slices.DeleteFunc(slices.Clone(routes), func(r Route) bool { return !r.takes(class) })
	slices.SortFunc(taking, func(a, b Route) int { return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID)) })
	if Everywhere(class) || len(taking) == 0 {
		return taking
	}
	if now := slices.IndexFunc(taking, func(r Route) bool { return r.fits(class, open) }); now > 0 {
		return taking[now : now+1]
	}
	return taking[:1]
}

// Next is the route after one that did not work, of those that fit at this hour; false: there is none, and a person has to
// look.
func Next(routes []Route, failed string, class care.Class, open bool) (Route, bool) {
	if Everywhere(class) {
		return Route{}, false // they have all been asked
	}
	var place int
	for _, r := range routes {
		if r.ID == failed {
			place = r.Place
		}
	}
	later := slices.DeleteFunc(slices.Clone(routes), func(r Route) bool { return r.ID == failed || r.Place <= place || !r.fits(class, open) })
	if next := Choose(later, class, open); len(next) > 0 {
		return next[0], true
	}
	return Route{}, false
}

// Pressing says whether somebody has to look at something of a class now.
func Pressing(class care.Class) bool { return Everywhere(class) || class == care.Safeguarding }

// CanWait are the classes that a digest may gather.
var CanWait = []care.Class{care.Routine, care.Information}

// Doors say when a team works.
type Doors interface {
	// NextOpening is the first moment from one on at which it is open, NextClosing the first at which it is closed; false:
	// it never closes.
	NextOpening(time.Time) time.Time
	NextClosing(time.Time) (time.Time, bool)
}

// IsOpen says whether a team works at a moment.
func IsOpen(doors Doors, at time.Time) bool { return doors.NextOpening(at).Equal(at) }

// begins is when the hours of a route begin, from a moment on: that moment itself within them.
func (r Route) begins(at time.Time, doors Doors) time.Time {
	switch r.Hours {
	case WhenOpen:
		return doors.NextOpening(at)
	case WhenClosed:
		if closes, ok := doors.NextClosing(at); ok {
			return closes
		}
	}
	return at
}

// DueAt is when something that came at a moment leaves by a route: at once, when the hours of the route begin, or of what
// can wait with its next digest.
func DueAt(r Route, class care.Class, came time.Time, doors Doors) (due time.Time, digest bool) {
	at := r.begins(came, doors)
	if len(r.Digest) == 0 || !slices.Contains(CanWait, class) {
		return at, false
	}
	day := worktime.DateOf(at)
	for range 2 { // today's, else the first of tomorrow
		begins := worktime.InLondon(day.Begins())
		for _, clock := range slices.Sorted(slices.Values(r.Digest)) {
			t, err := time.Parse(clockLayout, clock)
			if err != nil { // none that was ever taken
				continue
			}
			due = time.Date(begins.Year(), begins.Month(), begins.Day(), t.Hour(), t.Minute(), 0, 0, begins.Location()).UTC()
			if due.After(at) {
				return due, true
			}
		}
		day = worktime.DateOf(day.Ends().Add(time.Hour))
	}
	return at, false
}

// clockLayout is how times of day are written.
const clockLayout = "15:04"

// patience is how long after it was due a delivery of a class is tried. It ends before the time for an acknowledgement
// does (handover.DefaultClocks), so that whoever is told can still ring within it. Product rules, as those are.
var patience = map[care.Class]time.Duration{
	care.Emergency: 2 * time.Minute, care.Urgent: 5 * time.Minute, care.Safeguarding: 15 * time.Minute,
	care.SameDay: time.Hour, care.Routine: 12 * time.Hour, care.Information: 24 * time.Hour,
}

// Until is when a delivery of a class that is due at a moment is given up.
func Until(class care.Class, due time.Time) time.Time {
	wait, known := patience[class]
	if !known {
		wait = patience[care.Urgent]
	}
	return due.Add(wait)
}
