package worktime

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestBankHolidaysOfEnglandAndWales has every one of three years, with its weekday. The
// substitutes are the point: 2026 Boxing Day, 2027 Christmas and Boxing Day, 2028 New Year.
func TestBankHolidaysOfEnglandAndWales(t *testing.T) {
	want := map[int]string{
		2026: `Thu 2026-01-01 New Year's Day, Fri 2026-04-03 Good Friday, Mon 2026-04-06 Easter Monday,
			Mon 2026-05-04 Early May, Mon 2026-05-25 Spring Bank Holiday, Mon 2026-08-31 Summer Bank Holiday,
			Fri 2026-12-25 Christmas Day, Mon 2026-12-28 Boxing Day`,
		2027: `Fri 2027-01-01 New Year's Day, Fri 2027-03-26 Good Friday, Mon 2027-03-29 Easter Monday,
			Mon 2027-05-03 Early May, Mon 2027-05-31 Spring Bank Holiday, Mon 2027-08-30 Summer Bank Holiday,
			Mon 2027-12-27 Christmas Day, Tue 2027-12-28 Boxing Day`,
		2028: `Mon 2028-01-03 New Year's Day, Fri 2028-04-14 Good Friday, Mon 2028-04-17 Easter Monday,
			Mon 2028-05-01 Early May, Mon 2028-05-29 Spring Bank Holiday, Mon 2028-08-28 Summer Bank Holiday,
			Mon 2028-12-25 Christmas Day, Tue 2028-12-26 Boxing Day`,
	}
	s := schedule(t, Options{})
	for year, list := range want {
		var got []string
		for _, h := range BankHolidays(year) {
			got = append(got, h.Date.at(0, time.UTC).Format("Mon 2006-01-02 ")+h.Name)
			noon := h.Date.at(12*60, s.loc)
			if name, off := s.Holiday(noon); !off || name != h.Name || s.IsOpen(noon) {
				t.Errorf("%s is worked", h.Date)
			}
		}
		days := strings.Split(list, ",")
		for i := range days {
			days[i] = strings.TrimSpace(days[i])
		}
		if strings.Join(got, "\n") != strings.Join(days, "\n") {
			t.Errorf("%d:\ngot\n%s\nwant\n%s", year, strings.Join(got, "\n"), strings.Join(days, "\n"))
		}
	}
}

// TestEveryWorkingDayOfThreeYears counts, so that no holiday can be missing or too many.
func TestEveryWorkingDayOfThreeYears(t *testing.T) {
	s := schedule(t, Options{})
	for year, want := range map[int]int{2026: 253, 2027: 253, 2028: 252} {
		open := 0
		for d := (Date{year, time.January, 1}); d.Year == year; d = d.next() {
			if s.IsOpen(d.at(12*60, s.loc)) {
				open++
			}
		}
		if open != want {
			t.Errorf("%d has %d working days, want %d", year, open, want)
		}
	}
}

// TestSubstituteDays: the actual date is a weekend, the day off is the substitute.
func TestSubstituteDays(t *testing.T) {
	s := schedule(t, urgentTeamClosingOnBankHolidays())
	for text, open := range map[string]bool{
		"Sat 2026-12-26 12:00": true, "Sun 2026-12-27 12:00": true, "Mon 2026-12-28 12:00": false, "Tue 2026-12-29 12:00": true,
		"Sat 2027-12-25 12:00": true, "Sun 2027-12-26 12:00": true, "Mon 2027-12-27 12:00": false, "Tue 2027-12-28 12:00": false,
		"Sat 2028-01-01 12:00": true, "Mon 2028-01-03 12:00": false, "Tue 2028-01-04 12:00": true,
		"Sat 2026-04-04 12:00": true, "Sun 2026-04-05 12:00": true, // Easter weekend days are ordinary
	} {
		if got := s.IsOpen(at(t, text)); got != open {
			t.Errorf("%s open: %v, want %v", text, got, open)
		}
	}
}

// urgentTeamClosingOnBankHolidays works seven days but not bank holidays, which shows
// whether an actual date or an observed one is off.
func urgentTeamClosingOnBankHolidays() Options {
	o := urgentTeam
	o.OpenOnBankHolidays = false
	return o
}

func TestDaysPeopleAddAndRemove(t *testing.T) {
	funeral, earlyMay := Date{2026, time.September, 21}, Date{2026, time.May, 4}
	calendar := Calendar{
		Extra:   map[Date]string{funeral: "State funeral"},
		Removed: map[Date]string{earlyMay: "Moved to Friday"},
	}
	practice := schedule(t, Options{Calendar: calendar})
	team := urgentTeam
	team.Calendar = calendar
	urgent := schedule(t, team)

	for _, c := range []struct {
		name, when string
		s          *Schedule
		open       bool
		holiday    string
	}{
		{"a practice on the added day", "Mon 2026-09-21 12:00", practice, false, "State funeral"},
		{"a practice the day after", "Tue 2026-09-22 12:00", practice, true, ""},
		{"a practice on the removed day", "Mon 2026-05-04 12:00", practice, true, ""},
		{"a practice on an ordinary bank holiday", "Mon 2026-05-25 12:00", practice, false, "Spring Bank Holiday"},
		{"an urgent team works bank holidays", "Fri 2026-12-25 12:00", urgent, true, ""},
		{"an urgent team keeps the added day", "Mon 2026-09-21 12:00", urgent, false, "State funeral"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, off := c.s.Holiday(at(t, c.when))
			if c.s.IsOpen(at(t, c.when)) != c.open || name != c.holiday || off != (c.holiday != "") {
				t.Errorf("open %v, holiday %q %v", c.s.IsOpen(at(t, c.when)), name, off)
			}
		})
	}

	delete(calendar.Extra, funeral)
	if practice.IsOpen(at(t, "Mon 2026-09-21 12:00")) {
		t.Error("a schedule changed after it was built")
	}
	calendar.Extra[earlyMay] = "both"
	if _, err := New(Options{Calendar: calendar}); err == nil {
		t.Error("a day was both added and removed")
	}
}

// TestHolidayIsTheDayInLondon: half past eleven at night in UTC is the next day in summer.
func TestHolidayIsTheDayInLondon(t *testing.T) {
	s := schedule(t, Options{})
	eve := time.Date(2026, 8, 30, 23, 30, 0, 0, time.UTC)
	if _, off := s.Holiday(eve); !off {
		t.Error("00:30 on the bank holiday in London is not off")
	}
	if _, off := s.Holiday(eve.Add(24 * time.Hour)); off {
		t.Error("00:30 on the day after is off")
	}
}

func TestCalendarIsStoredAsJSON(t *testing.T) {
	text := `{"extra":{"2026-09-21":"State funeral"},"removed":{"2026-05-04":"Moved"}}`
	var c Calendar
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(c); err != nil || string(again) != text {
		t.Errorf("got %s, %v", again, err)
	}
	for _, bad := range []string{"2026-02-29", "2026-13-01", "21/09/2026", "2026-9-21", "", "2026-09-21T00:00:00Z"} {
		if err := json.Unmarshal([]byte(`{"extra":{"`+bad+`":"?"}}`), &c); err == nil {
			t.Errorf("%q is a day", bad)
		}
	}
}
