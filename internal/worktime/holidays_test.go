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
		for _, h := range BankHolidays(England, year) {
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

// The other nations by gov.uk/bank-holidays. Days that differ from England's, and one that they share.
func TestBankHolidaysByNation(t *testing.T) {
	for _, c := range []struct {
		nation Nation
		year   int
		off    string
		works  string
	}{
		{Wales, 2026, "2026-04-06 Easter Monday, 2026-08-31 Summer Bank Holiday", "2026-01-02, 2026-03-17, 2026-11-30"},
		{Scotland, 2026, "2026-01-01 New Year's Day, 2026-01-02 2nd January, 2026-04-03 Good Friday, 2026-05-04 Early May, 2026-05-25 Spring Bank Holiday, 2026-08-03 Summer Bank Holiday, 2026-11-30 St Andrew's Day, 2026-12-25 Christmas Day, 2026-12-28 Boxing Day", "2026-04-06, 2026-08-31, 2026-03-17, 2026-07-13"},
		{Scotland, 2027, "2027-01-01 New Year's Day, 2027-01-04 2nd January, 2027-11-30 St Andrew's Day, 2027-12-27 Christmas Day, 2027-12-28 Boxing Day", "2027-01-05"},
		{Scotland, 2028, "2028-01-03 New Year's Day, 2028-01-04 2nd January, 2028-08-07 Summer Bank Holiday", "2028-01-05"},
		{Scotland, 2034, "2034-01-02 New Year's Day, 2034-01-03 2nd January", "2034-01-04"}, // the first is a Sunday
		{Scotland, 2030, "2030-12-02 St Andrew's Day", "2030-11-29"},                        // the 30th is a Saturday
		{NorthernIreland, 2026, "2026-03-17 St Patrick's Day, 2026-04-06 Easter Monday, 2026-07-13 Battle of the Boyne (Orangemen's Day), 2026-08-31 Summer Bank Holiday, 2026-12-28 Boxing Day", "2026-01-02, 2026-07-14, 2026-08-03, 2026-11-30"},
		{NorthernIreland, 2027, "2027-03-17 St Patrick's Day, 2027-07-12 Battle of the Boyne (Orangemen's Day)", "2027-03-18"},
		{NorthernIreland, 2029, "2029-03-19 St Patrick's Day, 2029-07-12 Battle of the Boyne (Orangemen's Day)", "2029-03-16"}, // the 17th is a Saturday
		{"", 2026, "2026-04-06 Easter Monday", "2026-11-30"},
		{"cornwall", 2026, "2026-04-06 Easter Monday", "2026-11-30"},
	} {
		got := map[string]string{}
		for _, h := range BankHolidays(c.nation, c.year) {
			got[h.Date.String()] = h.Name
		}
		s := schedule(t, Options{Nation: c.nation})
		for day := range strings.SplitSeq(c.off, ", ") {
			date, name, _ := strings.Cut(day, " ")
			if got[date] != name {
				t.Errorf("%s, %s: %q, want %q", c.nation, date, got[date], name)
			}
			d, err := ParseDate(date)
			if why, closed := s.ClosedOn(d); err != nil || !closed || why != name {
				t.Errorf("%s works on %s", c.nation, day)
			}
		}
		for day := range strings.SplitSeq(c.works, ", ") {
			d, err := ParseDate(day)
			if why, closed := s.ClosedOn(d); err != nil || closed {
				t.Errorf("%s does not work on %s: %s", c.nation, day, why)
			}
		}
	}
	for nation, want := range map[Nation]int{England: 8, Wales: 8, Scotland: 9, NorthernIreland: 10} {
		for year := 2024; year < 2040; year++ {
			days := BankHolidays(nation, year)
			for i := range days[1:] {
				if days[i].Date == days[i+1].Date {
					t.Errorf("%s has two holidays on %s", nation, days[i].Date)
				}
			}
			if len(days) != want {
				t.Errorf("%s has %d holidays in %d, want %d", nation, len(days), year, want)
			}
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
