package worktime

import (
	"testing"
	"time"
)

func TestOpenOnBothSidesOfEveryEdge(t *testing.T) {
	for _, c := range []struct {
		name, when string
		options    Options
		open       bool
	}{
		{"a minute before eight", "Mon 2026-03-02 07:59", Options{}, false},
		{"the last instant before eight", "Mon 2026-03-02 07:59:59.999999999", Options{}, false},
		{"eight", "Mon 2026-03-02 08:00", Options{}, true},
		{"the last minute", "Mon 2026-03-02 18:29", Options{}, true},
		{"the last instant", "Mon 2026-03-02 18:29:59.999999999", Options{}, true},
		{"half past six", "Mon 2026-03-02 18:30", Options{}, false},
		{"Friday afternoon", "Fri 2026-03-06 18:00", Options{}, true},
		{"Saturday", "Sat 2026-03-07 12:00", Options{}, false},
		{"Sunday", "Sun 2026-03-08 12:00", Options{}, false},
		{"Good Friday", "Fri 2026-04-03 12:00", Options{}, false},
		{"Christmas Eve", "Thu 2026-12-24 18:00", Options{}, true},
		{"Christmas Day", "Fri 2026-12-25 12:00", Options{}, false},
		{"before lunch", "Mon 2026-03-02 12:59", lunchPractice, true},
		{"lunch begins", "Mon 2026-03-02 13:00", lunchPractice, false},
		{"lunch ends", "Mon 2026-03-02 14:00", lunchPractice, true},
		{"early closing", "Thu 2026-03-05 12:30", lunchPractice, false},
		{"Saturday surgery", "Sat 2026-03-07 10:59", lunchPractice, true},
		{"urgent team on Christmas Day", "Fri 2026-12-25 19:59", urgentTeam, true},
		{"urgent team at night", "Fri 2026-12-25 20:00", urgentTeam, false},
		{"round the clock at midnight", "Mon 2026-03-02 00:00", nightAndDay, true},
		{"round the clock just before", "Sun 2026-03-01 23:59:59.999999999", nightAndDay, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, when := schedule(t, c.options), at(t, c.when)
			if s.IsOpen(when) != c.open || s.IsOpen(when.UTC()) != c.open {
				t.Errorf("open: %v, want %v", s.IsOpen(when), c.open)
			}
		})
	}
}

func TestNextOpening(t *testing.T) {
	for _, c := range []struct {
		name       string
		options    Options
		from, want string
	}{
		{"open already", Options{}, "Mon 2026-03-02 10:15", "Mon 2026-03-02 10:15"},
		{"early morning", Options{}, "Mon 2026-03-02 06:00", "Mon 2026-03-02 08:00"},
		{"at closing", Options{}, "Mon 2026-03-02 18:30", "Tue 2026-03-03 08:00"},
		{"Friday evening", Options{}, "Fri 2026-03-06 19:00", "Mon 2026-03-09 08:00"},
		{"Maundy Thursday evening, over Easter", Options{}, "Thu 2026-04-02 18:30", "Tue 2026-04-07 08:00"},
		{"Christmas Eve evening, over the substitute", Options{}, "Thu 2026-12-24 18:30", "Tue 2026-12-29 08:00"},
		{"New Year's Eve 2027, over the substitute", Options{}, "Fri 2027-12-31 18:30", "Tue 2028-01-04 08:00"},
		{"the night the clocks go forward", Options{}, "Sun 2026-03-29 00:30", "Mon 2026-03-30 08:00"},
		{"the night the clocks go back", Options{}, "Sun 2026-10-25 00:30", "Mon 2026-10-26 08:00"},
		{"in the lunch break", lunchPractice, "Mon 2026-03-02 13:30", "Mon 2026-03-02 14:00"},
		{"after early closing", lunchPractice, "Thu 2026-03-05 12:30", "Fri 2026-03-06 09:00"},
		{"urgent team at night before Christmas", urgentTeam, "Thu 2026-12-24 22:00", "Fri 2026-12-25 08:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := schedule(t, c.options)
			same(t, "next opening", s.NextOpening(at(t, c.from)), at(t, c.want))
			same(t, "asked in UTC", s.NextOpening(at(t, c.from).UTC()), at(t, c.want))
		})
	}
}

func TestNextClosing(t *testing.T) {
	always := Options{Hours: everyDay("00:00-24:00"), OpenOnBankHolidays: true}
	for _, c := range []struct {
		name       string
		options    Options
		from, want string // "" = never
	}{
		{"closed already", Options{}, "Mon 2026-03-02 06:00", "Mon 2026-03-02 06:00"},
		{"in the morning", Options{}, "Mon 2026-03-02 10:15", "Mon 2026-03-02 18:30"},
		{"at opening", Options{}, "Mon 2026-03-02 08:00", "Mon 2026-03-02 18:30"},
		{"at closing", Options{}, "Mon 2026-03-02 18:30", "Mon 2026-03-02 18:30"},
		{"before the lunch break", lunchPractice, "Mon 2026-03-02 12:00", "Mon 2026-03-02 13:00"},
		{"over midnight", Options{Hours: map[time.Weekday]string{time.Monday: "20:00-24:00", time.Tuesday: "00:00-06:00"}}, "Mon 2026-03-02 22:00", "Tue 2026-03-03 06:00"},
		{"round the clock", always, "Mon 2026-03-02 22:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := schedule(t, c.options).NextClosing(at(t, c.from))
			if ok != (c.want != "") {
				t.Fatalf("it closes: %v, at %s", ok, got)
			}
			if ok {
				same(t, "next closing", got, at(t, c.want))
			}
		})
	}
}

func TestHoursThatAreRefused(t *testing.T) {
	for name, hours := range map[string]string{
		"words": "nine to five", "one end": "08:00", "dots": "08.00-18.30", "no leading zero": "8:00-18:30",
		"seconds": "08:00:00-18:30:00", "backwards": "18:30-08:00", "empty span": "08:00-08:00",
		"minute 60": "08:60-18:30", "after midnight": "08:00-24:01", "hour 25": "08:00-25:00",
		"overlap": "08:00-13:00,12:59-18:30", "out of order": "14:00-18:30,08:00-13:00",
		"trailing comma": "08:00-13:00,", "a sign": "+8:00-18:30", "full-width": "０８:00-18:30",
	} {
		if _, err := New(Options{Hours: map[time.Weekday]string{time.Monday: hours}}); err == nil {
			t.Errorf("%s: %q was read", name, hours)
		}
	}
	for name, week := range map[string]map[time.Weekday]string{
		"never open": {time.Monday: " "}, "no day at all": {}, "an eighth day": {7: CoreHours},
	} {
		if _, err := New(Options{Hours: week}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestHoursThatAreRead(t *testing.T) {
	for hours, want := range map[string][]span{
		"08:00-18:30":                 {{480, 1110}},
		" 08:00-13:00 , 14:00-18:30 ": {{480, 780}, {840, 1110}}, //nolint:gocritic // spaces people type
		"08:00-13:00,13:00-18:30":     {{480, 1110}},
		"00:00-24:00":                 {{0, 1440}},
		"00:00-00:01":                 {{0, 1}},
		"23:59-24:00":                 {{1439, 1440}},
		"":                            nil,
	} {
		got, err := parseHours(hours)
		if err != nil || len(got) != len(want) {
			t.Errorf("%q: %v, %v", hours, got, err)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %v, want %v", hours, got, want)
			}
		}
	}
}

func TestStoredWeek(t *testing.T) {
	week, err := ParseWeek(map[string]string{"monday": CoreHours, "sunday": "10:00-12:00"})
	if err != nil || week[time.Monday] != CoreHours || week[time.Sunday] != "10:00-12:00" || len(week) != 2 {
		t.Errorf("%v, %v", week, err)
	}
	for _, name := range []string{"Monday", "mon", "", "1", "someday"} {
		if _, err := ParseWeek(map[string]string{name: CoreHours}); err == nil {
			t.Errorf("%q is a weekday", name)
		}
	}
}

// FuzzParseHours: whatever is read is in order, inside one day and makes a schedule that
// opens.
func FuzzParseHours(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		spans, err := parseHours(text)
		if err != nil {
			return
		}
		end := -1
		for _, s := range spans {
			if s.opens <= end || s.closes <= s.opens || s.closes > dayMinutes {
				t.Fatalf("%q: %v", text, spans)
			}
			end = s.closes
		}
		if len(spans) == 0 {
			return
		}
		s, err := New(Options{Hours: map[time.Weekday]string{time.Monday: text}})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if opening := s.NextOpening(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)); !s.IsOpen(opening) {
			t.Fatalf("%q is not open at %s", text, opening)
		}
	})
}
