package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

func TestWhoIsOnAListFollowsFromARuleOverTheirRecord(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	patients, _ := care.ByName(care.Patients)
	visit := func(id string, days int, set map[string]any) Event {
		return Event{Collection: care.Visits, ID: id, At: now.AddDate(0, 0, -days), Verified: true, Values: set}
	}
	rose := Subject{Person: &care.Record{Collection: patients, ID: "rose", Values: map[string]any{"date_of_birth": "1941-03-03", "communication_needs": []string{"hearing"}}},
		Groups: []string{"frailty"}, Events: []Event{
			visit("b", 10, map[string]any{"purpose": "fall", "status": "completed"}), visit("a", 60, map[string]any{"purpose": "fall", "status": "completed"}),
			visit("long ago", 91, map[string]any{"purpose": "fall", "status": "completed"}), visit("withdrawn", 5, map[string]any{"purpose": "fall", "status": "retracted"})}}
	young := Subject{Person: &care.Record{Collection: patients, ID: "young", Values: map[string]any{"date_of_birth": "1990-01-01"}}}
	unknown := Subject{Person: &care.Record{Collection: patients, ID: "unknown"}}
	for _, c := range []struct {
		rule string
		who  Subject
		on   bool
	}{
		{`"frailty" in groups`, rose, true},
		{`"frailty" in groups`, young, false},
		{`age != null && age >= 84`, rose, true},
		{`age != null && age >= 85`, rose, false}, // tomorrow
		{`age != null && age >= 18`, young, true},
		{`age != null && age >= 18`, unknown, false},
		{`patient.communication_needs != null && patient.communication_needs.size() > 0`, rose, true},
		{`history.filter(h, h.collection == "visits" && h.record.purpose == "fall").size() >= 2`, rose, true},
		{`history.filter(h, h.record.purpose == "fall").size() >= 3`, rose, false},
		{`history.filter(h, h.record.purpose == "fall").size() >= 1`, young, false},
		{`history.exists(h, h.at > today - duration("240h") && h.record.purpose == "fall")`, rose, false},
		{`history.exists(h, h.at >= today - duration("240h") && h.record.purpose == "fall")`, rose, true},
	} {
		m, reason := CompileMembership(c.rule)
		if reason != "" {
			t.Errorf("%s: %s", c.rule, reason)
			continue
		}
		if on, broke := m.Holds(c.who, now); on != c.on || broke != "" {
			t.Errorf("%s, of %s: %t %s", c.rule, c.who.Person.ID, on, broke)
		}
	}
}

func TestARuleOfAListThatCannotRunIsRefusedWithASentence(t *testing.T) {
	for source, says := range map[string]string{
		`patient.colour == "blue"`:                     `patient has no field "colour"`,
		`history.exists(h, h.record.colour == "blue")`: `record has no field "colour"`,
		`age`:               "",
		`groups`:            "not true or false",
		`age >`:             "Syntax error",
		`record.note == ""`: "undeclared reference to 'record'",
		`patient.family_name.matches(patient.given_name)`: "matches looks for a pattern that is written in the rule",
		strings.Repeat("a", 5000):                         "expression code point size exceeds limit",
	} {
		if _, reason := CompileMembership(source); !strings.Contains(reason, says) || (says == "") != (reason == "") {
			t.Errorf("%.60s: %q", source, reason)
		}
	}
}

// What only comes to light at a record is said in words that hold nothing of it, and what costs too much ends.
func TestARuleOfAListThatBreaksSaysWhyAndNothingOfWhatItRead(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	patients, _ := care.ByName(care.Patients)
	who := Subject{Person: &care.Record{Collection: patients, ID: "rose", Values: map[string]any{"family_name": "Inventedname"}}}
	for i := range MembershipRecords + 50 {
		who.Events = append(who.Events, Event{Collection: care.Visits, ID: fmt.Sprintf("v%03d", i), At: now.Add(-time.Duration(i) * time.Minute), Verified: true, Values: map[string]any{"note": strings.Repeat("long ", 100)}})
	}
	for source, says := range map[string]string{
		`int(patient.family_name) > 1`: "a value of a kind it cannot use",
		`age > 80`:                     "a value of a kind it cannot use",
		`patient.family_name`:          "it gave string, not true or false",
		`history.all(a, history.all(b, a.id != "" && b.id != ""))`: "it took more than 100000 steps",
		`history.exists(h, h.record.note.matches("(a+)+$"))`:       "it took more than 100000 steps",
	} {
		m, reason := CompileMembership(source)
		if reason != "" {
			t.Errorf("%s: %s", source, reason)
			continue
		}
		if holds, broke := m.Holds(who, now); holds || !strings.Contains(broke, says) || strings.Contains(broke, "Invented") {
			t.Errorf("%s: %t %q", source, holds, broke)
		}
	}
	m, _ := CompileMembership(`history.size() == 300`)
	if holds, broke := m.Holds(who, now); !holds || broke != "" {
		t.Errorf("it looked at another number of records: %q", broke)
	}
}

// A list tells who is on it, so that a rule may not find out what is sealed.
func TestARuleOfAListLearnsNothingOfASafeguardingConcern(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	patients, _ := care.ByName(care.Patients)
	who := Subject{Person: &care.Record{Collection: patients, ID: "rose"}, Events: []Event{{Collection: care.Checkins, ID: "c", At: now, Verified: true,
		Values: map[string]any{"safeguarding": "bruises", "concern": "tired"}}}}
	for source, want := range map[string]bool{`history.exists(h, h.record["safeguarding"] != null)`: false, `history.exists(h, h["record"]["safeguarding"] == "bruises")`: false,
		`history.exists(h, h.record.concern == "tired")`: true} {
		m, reason := CompileMembership(source)
		if reason != "" {
			t.Fatal(reason)
		}
		if holds, broke := m.Holds(who, now); holds != want || broke != "" {
			t.Errorf("%s: %t %q", source, holds, broke)
		}
	}
}
