package worktime

import "testing"

func TestWhatAnOrganisationSaysOfItsWorkingTime(t *testing.T) {
	const hours = `{"monday":"09:00-17:00"}`
	for _, c := range []struct {
		name, said string
		ok, stated bool
		open       string // a moment at which it is open, "" none to look at
		closed     string
		why        string // what the day of closed is called
	}{
		{"hours of a week", `{"hours":` + hours + `,"nation":"","days":null}`, true, true, "Mon 2026-11-30 12:00", "Tue 2026-12-01 12:00", "Tuesday"},
		{"as an earlier program kept them", hours, true, true, "Mon 2026-11-30 12:00", "Tue 2026-12-01 12:00", "Tuesday"},
		{"a nation alone", `{"hours":null,"nation":"scotland","days":null}`, true, false, "Mon 2026-04-06 12:00", "Mon 2026-11-30 12:00", "St Andrew's Day"},
		{"a nation and hours", `{"hours":` + hours + `,"nation":"scotland","days":null}`, true, true, "Mon 2026-04-06 12:00", "Mon 2026-11-30 12:00", "St Andrew's Day"},
		{"a training", `{"hours":null,"nation":"","days":[{"day":"2026-12-02","name":"Staff training"}]}`, true, false, "Thu 2026-12-03 12:00", "Wed 2026-12-02 12:00", "Staff training"},
		{"a day that is closed and has no name", `{"days":[{"day":"2026-12-02","hours":""}]}`, true, false, "Thu 2026-12-03 12:00", "Wed 2026-12-02 12:00", "Closed on this day"},
		{"half a day", `{"days":[{"day":"2026-12-24","hours":"08:00-12:00"}]}`, true, false, "Thu 2026-12-24 11:00", "Thu 2026-12-24 13:00", ""},
		{"a bank holiday that is worked", `{"days":[{"day":"2026-12-28","hours":"10:00-12:00"}]}`, true, false, "Mon 2026-12-28 11:00", "Mon 2026-12-28 13:00", ""},
		{"a Saturday that is worked", `{"days":[{"day":"2026-12-05","hours":"10:00-12:00"}]}`, true, false, "Sat 2026-12-05 11:00", "Sat 2026-12-12 11:00", "Saturday"},
		{"nothing", `{"hours":null,"nation":"","days":null}`, false, false, "Tue 2026-12-01 12:00", "Sat 2026-12-05 12:00", "Saturday"},
		{"no JSON", `late`, false, false, "", "", ""},
		{"hours that cannot be read", `{"hours":{"monday":"late"},"nation":"scotland"}`, true, false, "Tue 2026-12-01 12:00", "Mon 2026-11-30 12:00", "St Andrew's Day"},
		{"days that cannot be read", `{"hours":` + hours + `,"days":[{"day":"2026-12-07","hours":"late"},{"day":"2026-12-14"}]}`, true, true, "Mon 2026-12-07 12:00", "Mon 2026-12-14 12:00", "Closed on this day"},
		{"a week without hours", `{"hours":{},"nation":"wales"}`, true, false, "Tue 2026-12-01 12:00", "Sat 2026-12-05 12:00", "Saturday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, ok := ParseStatement(c.said, Calendar{})
			if ok != c.ok || s != nil && s.Stated() != c.stated {
				t.Fatalf("ok %t, %+v", ok, s)
			}
			if c.open == "" {
				return
			}
			if !s.IsOpen(at(t, c.open)) {
				t.Errorf("closed on %s", c.open)
			}
			if s.IsOpen(at(t, c.closed)) {
				t.Errorf("open on %s", c.closed)
			}
			if why, closed := s.ClosedOn(DateOf(at(t, c.closed).In(s.loc))); closed != (c.why != "") || closed && why != c.why {
				t.Errorf("%q %t", why, closed)
			}
		})
	}
}
