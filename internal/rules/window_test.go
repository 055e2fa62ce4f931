package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// falls is a rule that looks back as many days as it is told.
func falls(days int) Rule {
	return Rule{ID: "falls", Code: "falls", Version: 1, Collection: care.Visits, Class: care.SameDay, Destination: care.ToPractice, State: Active, Days: days,
		Trigger: `record.purpose == "fall"`, Unless: `size(history.filter(h, h.collection == "visits" && h.record.purpose == "fall")) < 2`}
}

// fall is a visit after somebody fell, so long before now.
func fall(id string, ago time.Duration) Event {
	return Event{Collection: care.Visits, ID: id, Visit: id, Patient: person, At: caseAt.Add(-ago), ClockKnown: true, Verified: true, Values: map[string]any{"purpose": "fall"}}
}

const oneDay = 24 * time.Hour

func TestARuleLooksBackAsManyDaysAsItSays(t *testing.T) {
	for _, c := range []struct {
		days  int
		ago   []time.Duration // of the falls before the one of now
		holds bool
	}{
		{30, []time.Duration{30 * oneDay, oneDay}, true},
		{30, []time.Duration{30*oneDay + time.Second, oneDay}, false},
		{7, []time.Duration{30 * oneDay, oneDay}, false},
		{7, []time.Duration{7 * oneDay, oneDay}, true},
		{0, []time.Duration{48 * time.Hour, time.Hour}, true},
		{0, []time.Duration{48*time.Hour + time.Second, time.Hour}, false},
		{1, []time.Duration{25 * time.Hour, time.Hour}, false},
	} {
		set, broken := Compile([]Rule{falls(c.days)})
		if len(broken) > 0 {
			t.Fatal(broken[0].Reason)
		}
		events := []Event{fall("now", 0)}
		for i, ago := range c.ago {
			events = append(events, fall(fmt.Sprint("fall", i), ago))
		}
		holds := false
		for _, a := range set.Judge(Patient{ID: person}, events).Alarms {
			holds = holds || a.Event.ID == "now"
		}
		if holds != c.holds {
			t.Errorf("%d days, falls %v before: holds %t", c.days, c.ago, holds)
		}
	}
}

// Rules with different windows that trigger at one record see each its own history.
func TestEachRuleSeesItsOwnHistory(t *testing.T) {
	near, far := falls(7), falls(30)
	near.Code, near.ID = "near", "near"
	set, _ := Compile([]Rule{near, far})
	got := map[string]bool{}
	for _, a := range set.Judge(Patient{ID: person}, []Event{fall("a", 20*oneDay), fall("b", 10*oneDay), fall("now", 0)}).Alarms {
		got[a.Rule.Code+" "+a.Event.ID] = true
	}
	if len(got) != 1 || !got["falls now"] {
		t.Errorf("alarms %v", got)
	}
}

// Events are asked for as far back as a rule looks that triggers at what is judged, and no further.
func TestReachGoesByTheRulesThatTrigger(t *testing.T) {
	other := Event{Collection: care.Visits, ID: "o", Patient: person, At: caseAt, Verified: true, Values: map[string]any{"purpose": "bloods"}}
	for _, c := range []struct {
		name   string
		rules  []Rule
		events []Event
		want   time.Duration
	}{
		{"no rule looks further", []Rule{falls(0)}, []Event{fall("now", 0)}, Window},
		{"one does, and triggers", []Rule{falls(30)}, []Event{fall("now", 0)}, 30 * oneDay},
		{"one does, and does not trigger", []Rule{falls(30)}, []Event{other}, Window},
		{"one triggers at what was there before", []Rule{falls(30)}, []Event{fall("past", time.Hour), other}, Window},
		{"one looks less far than others", []Rule{falls(1)}, []Event{fall("now", 0)}, Window},
	} {
		set, _ := Compile(c.rules)
		if got := set.Reach(Patient{ID: person}, c.events, caseAt); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Where a person has more records than can be looked at, nobody can say that a rule that looks far back holds nothing: its
// alarm stands, and whoever owns the rule reads why.
func TestAHistoryThatIsNotWholeMutesNothing(t *testing.T) {
	set, _ := Compile([]Rule{falls(30)})
	events := []Event{fall("now", 0)}
	j := set.JudgePart(Patient{ID: person}, events, caseAt.Add(-Window))
	if len(j.Alarms) != 1 || len(j.Faults) != 1 || !strings.Contains(j.Faults[0].Last, "more records in its 30 days") {
		t.Errorf("alarms %v, faults %v", j.Alarms, j.Faults)
	}
	set, _ = Compile([]Rule{falls(0)})
	if j := set.JudgePart(Patient{ID: person}, events, caseAt.Add(-Window)); len(j.Alarms) != 0 || len(j.Faults) != 0 {
		t.Errorf("a rule of 48 hours: alarms %v, faults %v", j.Alarms, j.Faults)
	}
}

func TestAWindowOfMoreThan30DaysIsRefusedWithASentence(t *testing.T) {
	for _, days := range []int{-1, 31} {
		if _, broken := Compile([]Rule{falls(days)}); len(broken) != 1 || !strings.Contains(broken[0].Reason, "1 to 30") {
			t.Errorf("%d days: %v", days, broken)
		}
	}
}

func TestACaseThatCannotBeSaysWhy(t *testing.T) {
	for _, c := range []struct {
		c    Case
		want string
	}{
		{Case{Record: map[string]any{"reason": "fall"}}, `no field "reason"`},
		{Case{Record: map[string]any{"purpose": "flying"}}, "cannot be"},
		{Case{Record: map[string]any{}, History: []Earlier{{Collection: "patients"}}}, "earlier record 1"},
		{Case{Record: map[string]any{}, Patient: map[string]any{"date_of_birth": "yesterday"}}, "must be a date"},
	} {
		if _, err := falls(30).Holds(c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.c, err)
		}
	}
	wrong := falls(30)
	wrong.Trigger = "record.purpose =="
	if _, err := wrong.Holds(Case{}); err == nil || !strings.Contains(err.Error(), "cannot run") {
		t.Errorf("a rule that does not compile: %v", err)
	}
}
