package measures

import (
	"time"

	"doorstep/internal/worktime"
)

// Week is a week from Monday to Sunday in London, counted from that of 5 January 1970. 0 stands for no week: what is so now.
type Week int

const daysOfWeek = 7

var firstMonday = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)

// WeekOf is the week of a moment.
func WeekOf(t time.Time) Week { return weekOfDate(worktime.DateOf(worktime.InLondon(t))) }

func weekOfDate(d worktime.Date) Week {
	days := int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Sub(firstMonday).Hours()) / 24
	return Week(days/daysOfWeek) + 1
}

// WeekOfDay is the week of a day such as 2026-03-02; 0 of what is none.
func WeekOfDay(day string) Week {
	d, err := worktime.ParseDate(day)
	if err != nil {
		return 0
	}
	return weekOfDate(d)
}

// Monday is the day with which it begins.
func (w Week) Monday() worktime.Date {
	return worktime.DateOf(firstMonday.AddDate(0, 0, (int(w)-1)*daysOfWeek))
}

// Begins is midnight of its Monday, Ends the moment before the next one.
func (w Week) Begins() time.Time { return w.Monday().Begins() }

// Ends is its last moment.
func (w Week) Ends() time.Time { return (w + 1).Begins().Add(-time.Millisecond) }

// WeeksOfPeriod are four weeks that are reported together; always the same four, whoever asks when, so that no two reports differ
// by a week that could be worked out.
const WeeksOfPeriod = 4

// PeriodOf is the first week of the four to which a week belongs.
func PeriodOf(w Week) Week { return w - (w-1)%WeeksOfPeriod }
