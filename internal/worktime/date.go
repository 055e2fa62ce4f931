package worktime

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // so that Europe/London exists in an empty container
)

// zone is where every opening hour is meant.
const zone = "Europe/London"

// London returns the location all reckoning is done in, read once. The error can only be a broken
// time zone database on the machine.
var London = sync.OnceValues(func() (*time.Location, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("load time zone %s: %w", zone, err)
	}
	return loc, nil
})

// InLondon is a moment by the clocks of London, where days begin and end. The time zone database is compiled in; were
// it broken, UTC is an hour out at most, which is better than no day at all.
func InLondon(t time.Time) time.Time {
	loc, err := London()
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc)
}

// Date is a day of the calendar, without a time or a place. As text, and as a key of a
// JSON object, it is 2026-12-25.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of a moment in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-12-25. It refuses days that do not exist.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("read date %q: %w", text, err)
	}
	return DateOf(t), nil
}

// String writes 2026-12-25.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes the date as [Date.String] does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the date as [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// at returns the moment so many minutes after midnight by the clock on the wall, in a
// location. 1440 is the next midnight. Where the clocks go forward over it, the moment is
// an hour off by the wall, as time.Date says.
func (d Date) at(minutes int, loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, loc)
}

// Begins returns the midnight in London with which the day begins.
func (d Date) Begins() time.Time { return d.at(0, InLondon(time.Time{}).Location()).UTC() }

// Ends returns the midnight in London with which the day ends.
func (d Date) Ends() time.Time { return d.at(24*60, InLondon(time.Time{}).Location()).UTC() }

// next returns the following day.
func (d Date) next() Date { return DateOf(time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC)) }

// previous returns the day before.
func (d Date) previous() Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day-1, 0, 0, 0, 0, time.UTC))
}

// weekday returns the day of the week.
func (d Date) weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}
