package worktime

import (
	"testing"
	"time"
)

func TestAddCoreHours(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		from    string
		d       time.Duration
		want    string
	}{
		{"two hours in the morning", Options{}, "Mon 2026-03-02 09:00", 2 * time.Hour, "Mon 2026-03-02 11:00"},
		{"ends exactly at closing", Options{}, "Mon 2026-03-02 16:30", 2 * time.Hour, "Mon 2026-03-02 18:30"},
		{"ends a minute into tomorrow", Options{}, "Mon 2026-03-02 16:31", 2 * time.Hour, "Tue 2026-03-03 08:01"},
		{"raised at closing", Options{}, "Mon 2026-03-02 18:30", 2 * time.Hour, "Tue 2026-03-03 10:00"},
		{"raised at three in the morning", Options{}, "Tue 2026-03-03 03:00", 2 * time.Hour, "Tue 2026-03-03 10:00"},
		{"Friday afternoon into Monday", Options{}, "Fri 2026-03-06 17:30", 2 * time.Hour, "Mon 2026-03-09 09:00"},
		{"a whole day", Options{}, "Mon 2026-03-02 08:00", 10*time.Hour + 30*time.Minute, "Mon 2026-03-02 18:30"},
		{"a whole day and a second", Options{}, "Mon 2026-03-02 08:00", 10*time.Hour + 30*time.Minute + time.Second, "Tue 2026-03-03 08:00:01"},
		{"over Easter", Options{}, "Thu 2026-04-02 17:30", 2 * time.Hour, "Tue 2026-04-07 09:00"},
		{"over Christmas and its substitute", Options{}, "Thu 2026-12-24 17:30", 2 * time.Hour, "Tue 2026-12-29 09:00"},
		{"over the Friday before the clocks go forward", Options{}, "Fri 2026-03-27 17:30", 2 * time.Hour, "Mon 2026-03-30 09:00"},
		{"over the Friday before the clocks go back", Options{}, "Fri 2026-10-23 17:30", 2 * time.Hour, "Mon 2026-10-26 09:00"},
		{"round the clock, clocks go forward", nightAndDay, "Sat 2026-03-28 23:00", 3 * time.Hour, "Sun 2026-03-29 03:00"},
		{"round the clock, clocks go back", nightAndDay, "Sat 2026-10-24 23:00", 4 * time.Hour, "Sun 2026-10-25 02:00"},
		{"over lunch", lunchPractice, "Mon 2026-03-02 12:30", time.Hour, "Mon 2026-03-02 14:30"},
		{"until lunch", lunchPractice, "Mon 2026-03-02 12:30", 30 * time.Minute, "Mon 2026-03-02 13:00"},
		{"early closing into a late opening", lunchPractice, "Thu 2026-03-05 12:00", time.Hour, "Fri 2026-03-06 09:30"},
		{"urgent team overnight to Christmas Day", urgentTeam, "Thu 2026-12-24 19:30", time.Hour, "Fri 2026-12-25 08:30"},
		{"nothing to wait for, at night", Options{}, "Mon 2026-03-02 03:00", 0, "Mon 2026-03-02 03:00"},
		{"less than nothing", Options{}, "Mon 2026-03-02 12:00", -time.Hour, "Mon 2026-03-02 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, from, want := schedule(t, c.options), at(t, c.from), at(t, c.want)
			same(t, "due", s.Add(from, c.d), want)
			same(t, "asked in UTC", s.Add(from.UTC(), c.d), want)
			if got := s.Between(from, want); got != max(c.d, 0) {
				t.Errorf("between them lies %s, want %s", got, c.d)
			}
		})
	}
}

// TestCoreHoursMoveWithTheClocks pins the same due time by the wall to different moments.
func TestCoreHoursMoveWithTheClocks(t *testing.T) {
	s := schedule(t, Options{})
	for text, want := range map[string]time.Time{
		"Fri 2026-03-27 18:30": time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC),  // to summer time
		"Fri 2026-10-23 18:30": time.Date(2026, 10, 26, 8, 0, 0, 0, time.UTC), // back to winter time
		"Fri 2026-03-20 18:30": time.Date(2026, 3, 23, 8, 0, 0, 0, time.UTC),
		"Fri 2026-10-16 18:30": time.Date(2026, 10, 19, 7, 0, 0, 0, time.UTC),
	} {
		same(t, text, s.NextOpening(at(t, text)), want)
	}
}

// TestDaysOf23And25Hours: round the clock, the two odd Sundays are as long as they are.
func TestDaysOf23And25Hours(t *testing.T) {
	s := schedule(t, nightAndDay)
	for text, want := range map[string]time.Duration{
		"Sun 2026-03-29 00:00": 23 * time.Hour, "Sun 2026-10-25 00:00": 25 * time.Hour, "Sun 2026-11-01 00:00": 24 * time.Hour,
	} {
		from := at(t, text)
		if got := s.Between(from, from.AddDate(0, 0, 1)); got != want {
			t.Errorf("%s has %s", text, got)
		}
	}
	// Half an hour that the clocks jump over is neither negative nor endless.
	odd := everyDay("00:30-01:15,01:20-01:40,01:50-02:10")
	night := schedule(t, Options{Hours: odd})
	from := at(t, "Sat 2026-03-28 12:00")
	for d := 5 * time.Minute; d < 5*time.Hour; d += 5 * time.Minute {
		if due := night.Add(from, d); night.Between(from, due) != d {
			t.Errorf("%s after %s is %s, which is %s", d, from, due, night.Between(from, due))
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		from    string
		n       int
		want    string
	}{
		{"tomorrow, same time", Options{}, "Mon 2026-03-02 10:15", 1, "Tue 2026-03-03 10:15"},
		{"five days is a week", Options{}, "Mon 2026-03-02 10:15", 5, "Mon 2026-03-09 10:15"},
		{"over the weekend", Options{}, "Fri 2026-03-06 10:15", 1, "Mon 2026-03-09 10:15"},
		{"seconds are kept", Options{}, "Mon 2026-03-02 10:15:20.5", 1, "Tue 2026-03-03 10:15:20.5"},
		{"Friday evening counts as Monday morning", Options{}, "Fri 2026-03-06 20:00", 1, "Tue 2026-03-10 08:00"},
		{"Saturday counts as Monday morning", Options{}, "Sat 2026-03-07 12:00", 1, "Tue 2026-03-10 08:00"},
		{"before opening counts as opening", Options{}, "Mon 2026-03-02 05:00", 1, "Tue 2026-03-03 08:00"},
		{"over Easter", Options{}, "Thu 2026-04-02 10:00", 1, "Tue 2026-04-07 10:00"},
		{"five over Easter", Options{}, "Wed 2026-04-01 10:00", 5, "Fri 2026-04-10 10:00"},
		{"over Christmas 2027", Options{}, "Fri 2027-12-24 10:00", 1, "Wed 2027-12-29 10:00"},
		{"into a year that begins with a substitute", Options{}, "Fri 2027-12-31 10:00", 1, "Tue 2028-01-04 10:00"},
		{"same time by the wall, clocks forward", Options{}, "Fri 2026-03-27 10:00", 1, "Mon 2026-03-30 10:00"},
		{"same time by the wall, clocks back", Options{}, "Fri 2026-10-23 10:00", 1, "Mon 2026-10-26 10:00"},
		{"to a day that closed by then", lunchPractice, "Wed 2026-03-04 17:00", 1, "Thu 2026-03-05 12:30"},
		{"to a day that opens later", lunchPractice, "Thu 2026-03-05 08:30", 1, "Fri 2026-03-06 09:00"},
		{"to a Saturday surgery", lunchPractice, "Fri 2026-03-06 10:00", 1, "Sat 2026-03-07 10:00"},
		{"from a Saturday surgery", lunchPractice, "Sat 2026-03-07 10:30", 1, "Mon 2026-03-09 10:30"},
		{"none", Options{}, "Sat 2026-03-07 12:00", 0, "Sat 2026-03-07 12:00"},
		{"fewer than none", Options{}, "Sat 2026-03-07 12:00", -3, "Sat 2026-03-07 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := schedule(t, c.options)
			same(t, "due", s.AddWorkingDays(at(t, c.from), c.n), at(t, c.want))
			same(t, "asked in UTC", s.AddWorkingDays(at(t, c.from).UTC(), c.n), at(t, c.want))
		})
	}
	lunch := Options{Hours: map[time.Weekday]string{time.Monday: CoreHours, time.Tuesday: "08:00-13:00,14:00-18:30"}}
	same(t, "into a lunch break", schedule(t, lunch).AddWorkingDays(at(t, "Mon 2026-03-02 13:20"), 1), at(t, "Tue 2026-03-03 14:00"))
}

func TestEndOfWorkingDay(t *testing.T) {
	for _, c := range []struct {
		name       string
		options    Options
		from, want string
	}{
		{"in the morning", Options{}, "Mon 2026-03-02 09:00", "Mon 2026-03-02 18:30"},
		{"before opening", Options{}, "Mon 2026-03-02 05:00", "Mon 2026-03-02 18:30"},
		{"just after midnight", Options{}, "Tue 2026-03-03 00:00", "Tue 2026-03-03 18:30"},
		{"the last minute", Options{}, "Mon 2026-03-02 18:29", "Mon 2026-03-02 18:30"},
		{"at closing the day is just ending", Options{}, "Mon 2026-03-02 18:30", "Mon 2026-03-02 18:30"},
		{"an instant later it is over", Options{}, "Mon 2026-03-02 18:30:00.000000001", "Tue 2026-03-03 18:30"},
		{"Friday evening", Options{}, "Fri 2026-03-06 19:00", "Mon 2026-03-09 18:30"},
		{"Good Friday", Options{}, "Fri 2026-04-03 10:00", "Tue 2026-04-07 18:30"},
		{"Boxing Day of 2026", Options{}, "Sat 2026-12-26 10:00", "Tue 2026-12-29 18:30"},
		{"the Sunday the clocks go forward", Options{}, "Sun 2026-03-29 12:00", "Mon 2026-03-30 18:30"},
		{"the Sunday the clocks go back", Options{}, "Sun 2026-10-25 12:00", "Mon 2026-10-26 18:30"},
		{"during lunch", lunchPractice, "Mon 2026-03-02 13:30", "Mon 2026-03-02 18:30"},
		{"early closing", lunchPractice, "Thu 2026-03-05 09:00", "Thu 2026-03-05 12:30"},
		{"round the clock", nightAndDay, "Mon 2026-03-02 09:00", "Tue 2026-03-03 00:00"},
		{"round the clock, clocks go forward", nightAndDay, "Sun 2026-03-29 00:30", "Mon 2026-03-30 00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := schedule(t, c.options)
			end := s.EndOfWorkingDay(at(t, c.from))
			same(t, "end", end, at(t, c.want))
			same(t, "end of the end", s.EndOfWorkingDay(end), at(t, c.want))
			same(t, "asked in UTC", s.EndOfWorkingDay(at(t, c.from).UTC()), at(t, c.want))
		})
	}
}
