package worktime

import (
	"testing"
	"time"
)

// at reads a moment by the clock on the wall in London, such as "Fri 2026-03-27 17:30".
// The weekday is checked, so that a reader can trust it.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	loc, err := London()
	if err != nil {
		t.Fatal(err)
	}
	for _, layout := range []string{"Mon 2006-01-02 15:04", "Mon 2006-01-02 15:04:05.999999999"} {
		if moment, err := time.ParseInLocation(layout, text, loc); err == nil {
			if moment.Format("Mon") != text[:3] {
				t.Fatalf("%s is a %s", text, moment.Weekday())
			}
			return moment
		}
	}
	t.Fatalf("cannot read %q", text)
	return time.Time{}
}

// schedule builds one that must be right.
func schedule(t testing.TB, o Options) *Schedule {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// same holds a moment to the expected one, and to being in UTC.
func same(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %s, want %s", what, got.In(want.Location()).Format("Mon 2006-01-02 15:04:05 MST"), want.Format("Mon 2006-01-02 15:04:05 MST"))
	}
	if got.Location() != time.UTC {
		t.Errorf("%s: came back in %s, want UTC", what, got.Location())
	}
}

// The teams these tests work for.
var (
	// lunchPractice shuts for lunch, closes early on Thursday and opens on Saturday morning.
	lunchPractice = Options{Hours: map[time.Weekday]string{
		time.Monday: "08:00-13:00, 14:00-18:30", time.Tuesday: "08:00-13:00, 14:00-18:30",
		time.Wednesday: "08:00-13:00, 14:00-18:30", time.Thursday: "08:00-12:30",
		time.Friday: "09:00-13:00, 14:00-18:30", time.Saturday: "09:00-11:00",
	}}
	// urgentTeam is urgent community response, 08:00 to 20:00 on every day of the year.
	urgentTeam = Options{OpenOnBankHolidays: true, Hours: everyDay("08:00-20:00")}
	// nightAndDay never closes.
	nightAndDay = Options{OpenOnBankHolidays: true, Hours: everyDay("00:00-24:00")}
)

// everyDay gives all seven days the same hours.
func everyDay(hours string) map[time.Weekday]string {
	week := map[time.Weekday]string{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		week[day] = hours
	}
	return week
}
