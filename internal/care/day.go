package care

import (
	"time"

	"doorstep/internal/worktime"
)

// Days of care are days in London: who is born, registered, let in or closed on a day is so from midnight to midnight
// there, which in summer is an hour earlier than in UTC.

// Today is the day of a moment, as a field of the kind Date holds it.
func Today(t time.Time) string { return worktime.InLondon(t).Format(time.DateOnly) }

// DayBegins is the beginning of a day; not ok where it is no day.
func DayBegins(day string) (begin time.Time, ok bool) {
	d, err := worktime.ParseDate(day)
	if err != nil {
		return time.Time{}, false
	}
	return d.Begins(), true
}

// DayEnds is the end of a day, which is the midnight after it; not ok where it is no day.
func DayEnds(day string) (end time.Time, ok bool) {
	d, err := worktime.ParseDate(day)
	if err != nil {
		return time.Time{}, false
	}
	return d.Ends(), true
}

// Born is the birth date of a person and the day of a moment, as news2.AgeAt reads them; the zero time where none is known.
func Born(person *Record, at time.Time) (born, day time.Time) {
	born, err := time.Parse(time.DateOnly, AsPatient(person).DateOfBirth())
	if err != nil {
		return time.Time{}, worktime.InLondon(at)
	}
	return born, worktime.InLondon(at)
}
