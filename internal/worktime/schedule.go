package worktime

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

// Options says when an organisation or team works. The zero value is core hours with the
// bank holidays of England and Wales.
type Options struct {
	// Nation is whose bank holidays it keeps; "" = England's.
	Nation Nation
	// Hours are the openings of each weekday, as "08:00-18:30", or with a break as
	// "08:00-13:00, 14:00-18:30"; round the clock is "00:00-24:00". A weekday that is absent
	// or empty is closed. A nil map means [CoreWeek].
	Hours map[time.Weekday]string
	// Calendar holds the days people added or removed.
	Calendar Calendar
	// Days are days with hours of their own, whatever else is said of them.
	Days []Day
	// OpenOnBankHolidays is for teams that work them as any other day, such as urgent
	// community response. Extra days of the calendar stay closed.
	OpenOnBankHolidays bool
}

// Schedule reckons in the opening hours of one organisation or team. It never changes and
// is safe for concurrent use.
type Schedule struct {
	week     [7][]span // by time.Weekday
	calendar Calendar
	days     map[Date]dayOff
	nation   Nation
	bankOpen bool
	stated   bool
	loc      *time.Location
}

// dayOff is a day with hours of its own.
type dayOff struct {
	name  string
	spans []span
}

// New builds a schedule. It fails when hours cannot be read, when a day is both added and
// removed, or when the week has no opening at all: a deadline that never comes is a
// mistake someone must see.
func New(options Options) (*Schedule, error) {
	loc, err := London()
	if err != nil {
		return nil, err
	}
	hours := options.Hours
	if hours == nil {
		hours = CoreWeek()
	}
	if err := options.Calendar.validate(); err != nil {
		return nil, err
	}
	s := &Schedule{
		calendar: Calendar{Extra: maps.Clone(options.Calendar.Extra), Removed: maps.Clone(options.Calendar.Removed)},
		days:     map[Date]dayOff{},
		nation:   options.Nation,
		bankOpen: options.OpenOnBankHolidays,
		stated:   options.Hours != nil,
		loc:      loc,
	}
	for _, d := range options.Days {
		off := dayOff{name: d.Name}
		if off.spans, err = parseHours(d.Hours); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Day, err)
		}
		s.days[d.Day] = off
	}
	open := false
	for day, text := range hours {
		if day < time.Sunday || day > time.Saturday {
			return nil, fmt.Errorf("read opening hours: %d is not a weekday", int(day))
		}
		if s.week[day], err = parseHours(text); err != nil {
			return nil, fmt.Errorf("%s: %w", day, err)
		}
		open = open || len(s.week[day]) > 0
	}
	if !open {
		return nil, errors.New("read opening hours: never open")
	}
	return s, nil
}

// Holiday reports whether the day of t in London is off for this schedule, and its
// name. A weekend is no holiday.
func (s *Schedule) Holiday(t time.Time) (name string, ok bool) {
	return s.holiday(DateOf(t.In(s.loc)))
}

func (s *Schedule) holiday(d Date) (name string, ok bool) {
	if own, has := s.days[d]; has {
		return own.name, len(own.spans) == 0
	}
	if name, ok := s.calendar.Extra[d]; ok {
		return name, true
	}
	if _, removed := s.calendar.Removed[d]; removed || s.bankOpen {
		return "", false
	}
	return bankHoliday(s.nation, d)
}

// Stated says whether the hours of the week are an organisation's own; otherwise they are core hours.
func (s *Schedule) Stated() bool { return s.stated }

// ClosedOn says whether nobody works on a day, and why: the name of the holiday, or the day of the week.
func (s *Schedule) ClosedOn(d Date) (why string, closed bool) {
	if name, off := s.holiday(d); off {
		return name, true
	}
	return d.weekday().String(), len(s.spans(d)) == 0
}

// spans are the openings of a day of which no holiday is told.
func (s *Schedule) spans(d Date) []span {
	if own, has := s.days[d]; has {
		return own.spans
	}
	return s.week[d.weekday()]
}

// opening is one span of a real day, as two moments.
type opening struct{ opens, closes time.Time }

// day returns the openings of a day, in order; none when it is closed.
func (s *Schedule) day(d Date) []opening {
	spans := s.spans(d)
	if len(spans) == 0 {
		return nil
	}
	if _, off := s.holiday(d); off {
		return nil
	}
	openings := make([]opening, 0, len(spans))
	for _, sp := range spans {
		o := opening{d.at(sp.opens, s.loc), d.at(sp.closes, s.loc)}
		if o.closes.After(o.opens) { // not so for half an hour the clocks jumped over
			openings = append(openings, o)
		}
	}
	return openings
}

// IsOpen reports whether t is in opening hours: from the minute of opening, up to but not
// at closing.
func (s *Schedule) IsOpen(t time.Time) bool {
	for _, o := range s.day(DateOf(t.In(s.loc))) {
		if !t.Before(o.opens) && t.Before(o.closes) {
			return true
		}
	}
	return false
}

// NextOpening returns the first open moment from t on: t itself when open, otherwise the
// next time the doors open.
func (s *Schedule) NextOpening(t time.Time) time.Time {
	for d := DateOf(t.In(s.loc)); ; d = d.next() {
		for _, o := range s.day(d) {
			if t.Before(o.closes) {
				return later(t, o.opens).UTC()
			}
		}
	}
}

// NextClosing returns the first closed moment from t on: t itself when closed, otherwise when the doors close. False: they
// do not within a week.
func (s *Schedule) NextClosing(t time.Time) (at time.Time, ok bool) {
	for at = t; at.Sub(t) < 7*24*time.Hour; {
		closes := at
		for _, o := range s.day(DateOf(at.In(s.loc))) {
			if !at.Before(o.opens) && at.Before(o.closes) {
				closes = o.closes
			}
		}
		if closes.Equal(at) {
			return at.UTC(), true
		}
		at = closes // what opens at the moment at which another closes goes on
	}
	return time.Time{}, false
}

// later returns the later of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier returns the earlier of two moments.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
