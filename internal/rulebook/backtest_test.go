package rulebook

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// What is said of a rule that breaks is true of a trigger and of an "unless", says why, and counts the days that were asked about.
func TestABacktestSaysWhereAndWhyARuleBroke(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	b := &Backtest{From: now.AddDate(0, 0, -30), To: now, Broke: map[string]Broke{}}
	set, broken := rules.Compile([]rules.Rule{
		{ID: "1", Code: "trigger", Version: 1, Collection: care.Visits, Class: care.Routine, Destination: care.ToPractice, State: rules.Active, Trigger: `int(record.note) > 1`},
		{ID: "2", Code: "unless", Version: 1, Collection: care.Visits, Class: care.Routine, Destination: care.ToPractice, State: rules.Active, Trigger: `record.note != ""`, Unless: `int(record.note) > 1`},
	})
	if len(broken) > 0 {
		t.Fatal(broken[0].Reason)
	}
	var events []rules.Event
	for id, days := range map[string]int{"before": 31, "first": 30, "last": 0} {
		events = append(events, rules.Event{Collection: care.Visits, ID: id, Patient: "ada", At: now.AddDate(0, 0, -days), ClockKnown: true, Verified: true, Values: map[string]any{"note": "fell"}})
	}
	j := set.Judge(rules.Patient{ID: "ada"}, events)
	if raised := b.within(j.Alarms); len(raised) != 2 || raised[0].Rule.Code != "unless" {
		t.Errorf("raised %v", raised)
	}
	b.note(j.Faults, events)
	var out bytes.Buffer
	b.Print(&out)
	for _, code := range []string{"trigger", "unless"} {
		if b.Broke[code].Records != 2 || !strings.Contains(out.String(), code+" broke at 2 records, the last time so: "+b.Broke[code].Last+". There a trigger that breaks raises nothing, and") || b.Broke[code].Last == "" {
			t.Errorf("%s: %+v\n%s", code, b.Broke[code], &out)
		}
	}
}

// No days, or days to come, would say that a rule raises nothing.
func TestABacktestOfNoDaysIsRefused(t *testing.T) {
	for _, days := range []string{"0", "-30"} {
		c := Command(func() string { return t.TempDir() }, func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }, nil)
		c.SetArgs([]string{"backtest", "testdata/rules.json", "--days", days})
		c.SetOut(io.Discard)
		c.SetErr(io.Discard)
		if err := c.Execute(); err == nil || !strings.Contains(err.Error(), "say 1 day or more") {
			t.Errorf("--days %s: %v", days, err)
		}
	}
}
