package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// insulin is a plan that can be worked out, for tests to change.
func insulin(change func(*plan.Content)) plan.Content {
	c := plan.Content{Purpose: "insulin", Rule: "FREQ=DAILY", Start: "2026-12-01", From: "08:00", To: "10:00", Minutes: 30, AtDoor: 1, Closed: "visit"}
	if change != nil {
		change(&c)
	}
	return c
}

func read(t *testing.T, c plan.Content) *plan.Plan {
	t.Helper()
	p, err := plan.Read("01plan", care.Visits, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func date(t *testing.T, text string) worktime.Date {
	t.Helper()
	d, err := worktime.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func alwaysOpen(worktime.Date) (string, bool) { return "", false }

// closedOn is closed on these days.
func closedOn(days ...string) plan.Closed {
	return func(d worktime.Date) (string, bool) { return "closed", slices.Contains(days, d.String()) }
}

// times writes occurrences by the clocks of London.
func times(list []plan.Occurrence) string {
	var lines []string
	for _, o := range list {
		lines = append(lines, worktime.InLondon(o.Start).Format("Mon 2 Jan 15:04")+"-"+plan.Clock(o.End))
	}
	return strings.Join(lines, ", ")
}

func TestVisitsStandOnTheDaysOfTheRuleAtTheTimeOfLondon(t *testing.T) {
	for _, c := range []struct {
		name        string
		change      func(*plan.Content)
		first, last string
		closed      plan.Closed
		want        string
	}{
		{"insulin every morning", nil, "2026-12-01", "2026-12-03", alwaysOpen,
			"Tue 1 Dec 08:00-10:00, Wed 2 Dec 08:00-10:00, Thu 3 Dec 08:00-10:00"},
		{"a wound on Mondays and Thursdays", func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYDAY=MO,TH" }, "2026-12-01", "2026-12-14", alwaysOpen,
			"Thu 3 Dec 08:00-10:00, Mon 7 Dec 08:00-10:00, Thu 10 Dec 08:00-10:00, Mon 14 Dec 08:00-10:00"},
		{"a catheter every twelve weeks, from the week it was changed in", func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;INTERVAL=12;BYDAY=TU" }, "2026-12-01", "2027-03-31", alwaysOpen,
			"Tue 1 Dec 08:00-10:00, Tue 23 Feb 08:00-10:00"},
		{"bloods on the first Monday of the month", func(c *plan.Content) { c.Rule = "RRULE:FREQ=MONTHLY;BYDAY=1MO" }, "2026-12-01", "2027-02-28", alwaysOpen,
			"Mon 7 Dec 08:00-10:00, Mon 4 Jan 08:00-10:00, Mon 1 Feb 08:00-10:00"},
		{"the last working day of the month", func(c *plan.Content) { c.Rule = "freq=monthly;byday=mo,tu,we,th,fr;bysetpos=-1" }, "2026-12-01", "2027-01-31", alwaysOpen,
			"Thu 31 Dec 08:00-10:00, Fri 29 Jan 08:00-10:00"},
		{"five times and no more", func(c *plan.Content) { c.Rule = "FREQ=DAILY;COUNT=2" }, "2026-11-30", "2026-12-31", alwaysOpen,
			"Tue 1 Dec 08:00-10:00, Wed 2 Dec 08:00-10:00"},
		{"the day of UNTIL is the last", func(c *plan.Content) { c.Rule = "FREQ=DAILY;UNTIL=20261202" }, "2026-11-30", "2026-12-31", alwaysOpen,
			"Tue 1 Dec 08:00-10:00, Wed 2 Dec 08:00-10:00"},
		{"UNTIL just after midnight in London on a summer's day", func(c *plan.Content) { c.Start, c.Rule = "2026-06-01", "FREQ=DAILY;UNTIL=20260601T233000Z" }, "2026-06-01", "2026-06-30", alwaysOpen,
			"Mon 1 Jun 08:00-10:00, Tue 2 Jun 08:00-10:00"},
		{"until the day that was asked for", func(c *plan.Content) { c.Until = "2026-12-01" }, "2026-11-30", "2026-12-31", alwaysOpen, "Tue 1 Dec 08:00-10:00"},
		{"nine o'clock stays nine o'clock when summer time begins", func(c *plan.Content) { c.Start = "2026-03-28" }, "2026-03-28", "2026-03-30", alwaysOpen,
			"Sat 28 Mar 08:00-10:00, Sun 29 Mar 08:00-10:00, Mon 30 Mar 08:00-10:00"},
		{"and when it ends", func(c *plan.Content) { c.Start = "2026-10-24" }, "2026-10-24", "2026-10-26", alwaysOpen,
			"Sat 24 Oct 08:00-10:00, Sun 25 Oct 08:00-10:00, Mon 26 Oct 08:00-10:00"},
		{"half past one is left out when the clocks go forward: the visit is an hour later", func(c *plan.Content) { c.Start, c.From, c.To = "2026-03-29", "01:30", "02:30" }, "2026-03-29", "2026-03-29", alwaysOpen,
			"Sun 29 Mar 02:30-03:00"},
		{"half past one comes twice in October: the first", func(c *plan.Content) { c.Start, c.From, c.To = "2026-10-25", "01:30", "02:30" }, "2026-10-25", "2026-10-25", alwaysOpen,
			"Sun 25 Oct 01:30-02:30"},
		{"a night sitting ends on the next day", func(c *plan.Content) { c.From, c.To, c.Minutes = "22:00", "07:00", 480 }, "2026-12-01", "2026-12-01", alwaysOpen,
			"Tue 1 Dec 22:00-07:00"},
		{"closed on Christmas Day: nobody goes", func(c *plan.Content) { c.Closed = "skip" }, "2026-12-24", "2026-12-26", closedOn("2026-12-25"),
			"Thu 24 Dec 08:00-10:00, Sat 26 Dec 08:00-10:00"},
		{"insulin does not stop at Christmas", nil, "2026-12-25", "2026-12-25", closedOn("2026-12-25"), "Fri 25 Dec 08:00-10:00"},
		{"a weekly wound is seen on the open day before", func(c *plan.Content) { c.Rule, c.Closed = "FREQ=WEEKLY;BYDAY=FR", "before" }, "2026-12-20", "2026-12-31", closedOn("2026-12-25", "2026-12-24"),
			"Wed 23 Dec 08:00-10:00"},
		{"or on the one after it", func(c *plan.Content) { c.Rule, c.Closed = "FREQ=WEEKLY;BYDAY=FR", "after" }, "2026-12-20", "2026-12-31", closedOn("2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28"),
			"Tue 29 Dec 08:00-10:00"},
		{"nobody is seen twice on one day because another was closed", func(c *plan.Content) { c.Closed = "after" }, "2026-12-24", "2026-12-27", closedOn("2026-12-25"),
			"Thu 24 Dec 08:00-10:00, Sat 26 Dec 08:00-10:00, Sun 27 Dec 08:00-10:00"},
		{"Saturday and Sunday both closed make one visit on Monday", func(c *plan.Content) { c.Rule, c.Closed = "FREQ=WEEKLY;BYDAY=SA,SU", "after" }, "2026-12-05", "2026-12-07", closedOn("2026-12-05", "2026-12-06"),
			"Mon 7 Dec 08:00-10:00"},
		{"no visit before the plan starts", func(c *plan.Content) { c.Closed = "before" }, "2026-11-25", "2026-12-02", closedOn("2026-12-01"),
			"Wed 2 Dec 08:00-10:00"},
		{"closed for more than a week: nobody goes", func(c *plan.Content) { c.Rule, c.Closed = "FREQ=WEEKLY;BYDAY=TU", "after" }, "2026-12-01", "2026-12-20",
			func(worktime.Date) (string, bool) { return "moved house", true }, ""},
		{"two go together", func(c *plan.Content) { c.AtDoor, c.Staff, c.Second = 2, "ann", "bob" }, "2026-12-01", "2026-12-01", alwaysOpen,
			"Tue 1 Dec 08:00-10:00, Tue 1 Dec 08:00-10:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, insulin(c.change)).Between(date(t, c.first), date(t, c.last), "team", c.closed)
			if times(got) != c.want {
				t.Errorf("got  %s\nwant %s", times(got), c.want)
			}
		})
	}
}

func TestAPlanThatCannotBeIsRefusedWithASentence(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*plan.Content)
		field  string
		says   string
	}{
		{"no rule", func(c *plan.Content) { c.Rule = "" }, "rule", "by day, week or month"},
		{"every hour", func(c *plan.Content) { c.Rule = "FREQ=HOURLY" }, "rule", `FREQ cannot be "HOURLY"`},
		{"no frequency", func(c *plan.Content) { c.Rule = "BYDAY=MO" }, "rule", "(FREQ)"},
		{"every nought days", func(c *plan.Content) { c.Rule = "FREQ=DAILY;INTERVAL=0" }, "rule", "INTERVAL"},
		{"minus one time", func(c *plan.Content) { c.Rule = "FREQ=DAILY;COUNT=-1" }, "rule", "COUNT"},
		{"a start of its own", func(c *plan.Content) { c.Rule = "FREQ=DAILY;DTSTART=20200101" }, "rule", "DTSTART"},
		{"said twice", func(c *plan.Content) { c.Rule = "FREQ=DAILY;FREQ=WEEKLY" }, "rule", "FREQ twice"},
		{"two ends", func(c *plan.Content) { c.Rule = "FREQ=DAILY;COUNT=3;UNTIL=20261224" }, "rule", "leave one out"},
		{"the second Monday of a week", func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYDAY=2MO" }, "rule", "2MO"},
		{"a day of the month in a week", func(c *plan.Content) { c.Rule = "FREQ=WEEKLY;BYMONTHDAY=3" }, "rule", "BYMONTHDAY"},
		{"until a day that does not exist", func(c *plan.Content) { c.Rule = "FREQ=DAILY;UNTIL=20260230" }, "rule", "does not exist"},
		{"over before it starts", func(c *plan.Content) { c.Rule = "FREQ=DAILY;UNTIL=20261130" }, "rule", "no day"},
		{"a day that never comes", func(c *plan.Content) { c.Start, c.Rule = "2027-02-01", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31" }, "rule", "no day"},
		{"a lot of text", func(c *plan.Content) { c.Rule = strings.Repeat("FREQ=DAILY;", 50) }, "rule", "longer than"},
		{"no start", func(c *plan.Content) { c.Start = "tomorrow" }, "start", "on which day"},
		{"ends before it starts", func(c *plan.Content) { c.Until = "2026-11-30" }, "until", "ends before"},
		{"not a time", func(c *plan.Content) { c.From = "8:00" }, "from", "08:00"},
		{"not a time either", func(c *plan.Content) { c.To = "10:75" }, "to", "10:00"},
		{"typed the wrong way round", func(c *plan.Content) { c.From, c.To = "10:00", "08:00" }, "to", "longer than 12 hours"},
		{"longer than there is time", func(c *plan.Content) { c.Minutes = 121 }, "minutes", "121 minutes"},
		{"over in a moment", func(c *plan.Content) { c.Minutes = 0 }, "minutes", "from 5"},
		{"no purpose", func(c *plan.Content) { c.Purpose = "" }, "purpose", "what the visit is for"},
		{"three at a door", func(c *plan.Content) { c.AtDoor = 3 }, "at_door", "two go together"},
		{"one goes and two are named", func(c *plan.Content) { c.Staff, c.Second = "ann", "bob" }, "second", "one goes"},
		{"twice the same", func(c *plan.Content) { c.AtDoor, c.Staff, c.Second = 2, "ann", "ann" }, "second", "same person"},
		{"closed days not said", func(c *plan.Content) { c.Closed = "" }, "closed_days", "skip, before, after or visit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := plan.Read("p", care.Visits, insulin(c.change))
			var no *plan.Fault
			if !errors.As(err, &no) || no.Field != c.field || !strings.Contains(no.Message, c.says) {
				t.Errorf("got %v, want %s: …%s…", err, c.field, c.says)
			}
		})
	}
	if _, err := plan.Read("p", care.Checkins, insulin(nil)); err == nil {
		t.Error("a check-in has a purpose")
	}
}

func TestAPlanThatOnlyFallsOnClosedDaysSaysSo(t *testing.T) {
	sundays := func(d worktime.Date) (string, bool) {
		return "Sunday", time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday() == time.Sunday
	}
	for closed, refused := range map[string]bool{"skip": true, "before": false, "after": false, "visit": false} {
		p := read(t, insulin(func(c *plan.Content) { c.Rule, c.Closed = "FREQ=WEEKLY;BYDAY=SU", closed }))
		err := p.OnlyClosed(date(t, "2026-12-01"), sundays)
		if (err != nil) != refused || refused && !strings.Contains(err.Error(), "Sunday 6 December") {
			t.Errorf("%s: %v", closed, err)
		}
	}
	if err := read(t, insulin(func(c *plan.Content) { c.Closed = "skip" })).OnlyClosed(date(t, "2026-12-06"), sundays); err != nil {
		t.Errorf("a daily plan that begins on a closed day: %v", err)
	}
}

func TestTheIDOfAContactFollowsFromItsPlanAndDay(t *testing.T) {
	day := date(t, "2026-12-01")
	id := plan.ContactID("p", day, 0, 0)
	if !care.IsID(id) || id != plan.ContactID("p", day, 0, 0) {
		t.Errorf("id %q", id)
	}
	seen := map[string]bool{id: true}
	for _, other := range []string{plan.ContactID("q", day, 0, 0), plan.ContactID("p", date(t, "2026-12-02"), 0, 0), plan.ContactID("p", day, 1, 0), plan.ContactID("p", day, 0, 1)} {
		if seen[other] || !care.IsID(other) {
			t.Errorf("%q stands for two", other)
		}
		seen[other] = true
	}
	if plan.ContactID("p", date(t, "2026-12-02"), 0, 0) < id {
		t.Error("ids do not sort by day")
	}
	if golden := "01m8rqkqg0698hfrz4e39a89rz"; id != golden { // phones hold such ids: they must never come out otherwise
		t.Errorf("the id is %s", id)
	}
}

func TestTwoAtOnce(t *testing.T) {
	at := func(clock string) time.Time {
		got, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	task := func(id, from, to string, minutes int) plan.Task {
		return plan.Task{ID: id, From: at(from), To: at(to), Minutes: minutes}
	}
	for _, c := range []struct {
		name  string
		tasks []plan.Task
		of    string
		want  string // the stretch that is too short
	}{
		{"nothing to do", nil, "", ""},
		{"one after the other", []plan.Task{task("a", "09:00", "09:30", 30), task("b", "09:30", "10:00", 30)}, "", ""},
		{"two doors at nine", []plan.Task{task("a", "09:00", "09:30", 30), task("b", "09:00", "09:30", 30)}, "", "09:00-09:30 60"},
		{"the second begins before the first is over", []plan.Task{task("a", "09:00", "09:45", 45), task("b", "09:30", "10:00", 30)}, "", "09:00-10:00 75"},
		{"four in a window of two hours", []plan.Task{task("a", "08:00", "10:00", 30), task("b", "08:00", "10:00", 30), task("c", "08:00", "10:00", 30), task("d", "08:00", "10:00", 30)}, "", ""},
		{"and a fifth", []plan.Task{task("a", "08:00", "10:00", 30), task("b", "08:00", "10:00", 30), task("c", "08:00", "10:00", 30), task("d", "08:00", "10:00", 30), task("e", "08:00", "10:00", 30)}, "", "08:00-10:00 150"},
		{"a fixed visit in the middle of a full window", []plan.Task{task("a", "08:00", "10:00", 60), task("b", "09:00", "09:30", 30), task("c", "08:00", "10:00", 45)}, "", "08:00-10:00 135"},
		{"two that clash already do not keep a third from being moved", []plan.Task{task("a", "09:00", "09:30", 30), task("b", "09:00", "09:30", 30), task("c", "14:00", "15:00", 60)}, "c", ""},
		{"but the third may not join them", []plan.Task{task("a", "09:00", "09:30", 30), task("b", "09:00", "09:30", 30), task("c", "09:00", "09:30", 30)}, "c", "09:00-09:30 90"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if clash := plan.FirstClash(c.tasks, c.of); clash != nil {
				got = fmt.Sprintf("%s-%s %d", clash.From.Format("15:04"), clash.To.Format("15:04"), clash.Minutes)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
