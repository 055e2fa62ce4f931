package rules

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

// rule is a valid rule to spoil.
func rule(change func(*Rule)) Rule {
	r := Rule{Code: "trial", Version: 1, Collection: care.Visits, Trigger: `record.status == "completed"`,
		Class: care.SameDay, Destination: care.ToPractice, State: Active, Owner: "lead1"}
	change(&r)
	return r
}

func TestABrokenRuleIsReportedWithItsOwnerAndTheOthersRun(t *testing.T) {
	cases := []struct {
		name, want string
		change     func(*Rule)
	}{
		{"a typing mistake", "Syntax error", func(r *Rule) { r.Trigger = `record.status ==` }},
		{"a misspelt field", `record has no field "statuss"`, func(r *Rule) { r.Trigger = `record.statuss == "x"` }},
		{"a field of another collection", `record has no field "pulse"`, func(r *Rule) { r.Trigger = `record.pulse > 3` }},
		{"a misspelt field of the person", `patient has no field "ages"`, func(r *Rule) { r.Trigger = `patient.ages > 3` }},
		{"a misspelt sub-score", `news2 has no field "rr"`, func(r *Rule) { r.Collection, r.Trigger = care.Observations, `news2.rr == 3` }},
		{"a misspelt field in history", `news2 has no field "rr"`, func(r *Rule) { r.Unless = `history.exists(h, h.news2.rr == 3)` }},
		{"a trigger that looks at history", "undeclared reference to 'history'", func(r *Rule) { r.Trigger = `size(history) > 0` }},
		{"a trigger that is not a question", "not true or false", func(r *Rule) { r.Trigger = `1 + 1` }},
		{"no trigger", "no trigger", func(r *Rule) { r.Trigger = " " }},
		{"no code", "no code", func(r *Rule) { r.Code = "" }},
		{"a class that does not exist", `no class "U1"`, func(r *Rule) { r.Class = "U1" }},
		{"a state that does not exist", `no state "on"`, func(r *Rule) { r.State = "on" }},
		{"a destination that does not exist", `no destination "gp"`, func(r *Rule) { r.Destination = "gp" }},
		{"a collection nobody judges", `cannot judge "patients"`, func(r *Rule) { r.Collection = care.Patients }},
		{"a pattern out of what somebody wrote", "a pattern that is written in the rule", func(r *Rule) { r.Trigger = `record.note.matches(record.note)` }},
		{"a pattern that is put together", "a pattern that is written in the rule", func(r *Rule) { r.Trigger = `matches(record.note, "fell" + record.status)` }},
		{"a pattern that no machine should read", "regex", func(r *Rule) { r.Trigger = `record.note.matches("((a{30}){10}){3}")` }},
		{"an exception that does not compile", "unless:", func(r *Rule) { r.Unless = `history.` }},
	}
	good := rule(func(r *Rule) { r.Code = "good" })
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set, broken := Compile([]Rule{rule(c.change), good})
			if len(broken) != 1 || !strings.Contains(broken[0].Reason, c.want) || broken[0].Rule.Owner != "lead1" {
				t.Fatalf("broken: %+v, want one with %q", broken, c.want)
			}
			if _, ok := set.Rule("good"); !ok {
				t.Error("the good rule does not run")
			}
		})
	}
}

func TestARuleForOneTeamCompiles(t *testing.T) {
	if _, broken := Compile([]Rule{rule(func(r *Rule) { r.Destination = "team:abc" })}); len(broken) > 0 {
		t.Error(broken[0].Reason)
	}
}

func TestOfTwoVersionsTheHigherRunsAndTheOtherIsReported(t *testing.T) {
	set, broken := Compile([]Rule{
		rule(func(r *Rule) { r.Version = 1 }), rule(func(r *Rule) { r.Version = 3 }), rule(func(r *Rule) { r.Version = 2; r.State = Retired }),
	})
	if r, _ := set.Rule("trial"); r == nil || r.Version != 3 {
		t.Errorf("running %+v, want version 3", r)
	}
	if len(broken) != 1 || broken[0].Rule.Version != 1 || !strings.Contains(broken[0].Reason, "version 3 of trial runs") {
		t.Errorf("broken %+v", broken)
	}
}

func TestANewVersionMayRunInShadowBesideTheActiveOne(t *testing.T) {
	set, broken := Compile([]Rule{rule(func(r *Rule) { r.Version = 2; r.State = Shadow }), rule(func(*Rule) {})})
	if len(broken) > 0 {
		t.Fatal(broken[0].Reason)
	}
	j := set.Judge(Patient{}, []Event{visit("v1", 0, "completed")})
	if len(j.Alarms) != 1 || j.Alarms[0].Rule.Version != 1 || len(j.Shadow) != 1 || j.Shadow[0].Rule.Version != 2 {
		t.Errorf("alarms %v, shadow %v", lines(j.Alarms, false), lines(j.Shadow, false))
	}
	if r, _ := set.Rule("trial"); r.State != Active {
		t.Error("the rule in shadow speaks for the code")
	}
}

func visit(id string, minutes int, status string) Event {
	at := time.Date(2026, 3, 2, 10, minutes, 0, 0, time.UTC)
	return Event{Collection: care.Visits, ID: id, Visit: id, Patient: person, At: at, ClockKnown: true, Verified: true,
		Values: map[string]any{"status": status, "note": "private words"}}
}

func TestARuleThatBreaksAtTheDoorIsCountedAndStopsNothing(t *testing.T) {
	nested := `"abc".contains(record.status) || [1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c,` +
		`[1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, a+b+c+d+e > 0)))))`
	set, broken := Compile([]Rule{
		rule(func(r *Rule) { r.Code, r.Trigger = "a_type", `record.status > 3` }),
		rule(func(r *Rule) {
			r.Code, r.Trigger = "b_content", `timestamp(record.note) > timestamp("2026-01-01T00:00:00Z")`
		}),
		rule(func(r *Rule) { r.Code, r.Trigger = "c_cost", nested }),
		rule(func(r *Rule) { r.Code, r.Trigger = "d_result", `record.status` }),
		rule(func(r *Rule) { r.Code, r.Unless = "e_unless", `history[5].verified` }),
		rule(func(r *Rule) { r.Code = "f_good" }),
	})
	if len(broken) > 0 {
		t.Fatal(broken[0].Rule.Code, broken[0].Reason)
	}
	if n := len(set.Triggers(Patient{}, visit("v1", 0, "completed"))); n != 6 {
		t.Errorf("%d triggers, want all 6: one that breaks must come to be judged, to be counted", n)
	}
	j := set.Judge(Patient{}, []Event{visit("v1", 0, "completed"), visit("v2", 5, "completed")})
	same(t, "alarms: an exception that breaks mutes nothing", lines(j.Alarms, false), []string{"e_unless v1", "f_good v1", "e_unless v2", "f_good v2"})
	var faults []string
	for _, f := range j.Faults {
		if f.Count != 2 {
			t.Errorf("%s broke %d times, want 2", f.Rule.Code, f.Count)
		}
		if strings.Contains(f.Last, "private") {
			t.Errorf("the reason repeats a note: %s", f.Last)
		}
		faults = append(faults, f.Rule.Code+": "+f.Last)
	}
	same(t, "faults", faults, []string{
		"a_type: line 1, column 15: a value of a kind it cannot use",
		"b_content: line 1, column 10: a value of a kind it cannot use",
		"c_cost: it took more than 100000 steps",
		"d_result: it gave string, not true or false",
		"e_unless: line 1, column 11: a value of a kind it cannot use",
	})
}

// A note may be as long as a change. A rule that looks for a few words in it runs; one that reads it for ever is stopped after as many steps
// as any other, and so is one that writes it out again and again.
func TestALongNoteStopsTheRuleThatReadsItTooOftenAndNoOther(t *testing.T) {
	var many []string
	for i := range 90 {
		many = append(many, fmt.Sprintf(`record.note.matches("(?i)p[a-z]*%dn")`, i))
	}
	list := []Rule{
		rule(func(r *Rule) { r.Code, r.Trigger = "a_word", `record.note.matches("(?i)chest pain")` }),
		rule(func(r *Rule) { r.Code, r.Trigger = "b_many_words", strings.Join(many, " || ") }),
		rule(func(r *Rule) {
			r.Code, r.Trigger = "c_copies", `[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, record.note + record.note)).size() > 0`
		}),
		rule(func(r *Rule) {
			r.Code, r.Trigger = "d_doubled", `[record.note].map(a, a+a).map(a, a+a).map(a, a+a).map(a, a+a).map(a, a+a).map(a, a+a).size() > 0`
		}),
	}
	set, broken := Compile(list)
	if len(broken) > 0 {
		t.Fatal(broken[0].Rule.Code, broken[0].Reason)
	}
	long := visit("v1", 0, "completed")
	long.Values["note"] = strings.Repeat("breathless on the stairs, ", 800) + "Chest pain"
	j := set.Judge(Patient{}, []Event{long, visit("v2", 5, "completed")})
	same(t, "alarms", lines(j.Alarms, false), []string{"a_word v1", "c_copies v2", "d_doubled v2"})
	var faults []string
	for _, f := range j.Faults {
		faults = append(faults, fmt.Sprint(f.Rule.Code, " at ", f.Records, ": ", f.Last))
	}
	same(t, "faults", faults, []string{"b_many_words at [v1]: it took more than 100000 steps", "c_copies at [v1]: it took more than 100000 steps",
		"d_doubled at [v1]: it took more than 100000 steps"})
}

func TestWhileARuleOnScoresIsBrokenNothingClears(t *testing.T) {
	well := stories(t)[0]
	set, broken := Compile(append(Defaults(), rule(func(r *Rule) { r.Collection, r.Trigger = care.Observations, `news2.oops` })))
	if len(broken) != 1 {
		t.Fatal("the rule is not broken")
	}
	if j := set.Judge(Patient{ID: person}, well.events); len(j.Clearing) > 0 {
		t.Error("a set cleared although a rule on scores could not judge it")
	}
}

func TestWithoutRulesOnScoresNothingClears(t *testing.T) {
	set, _ := Compile([]Rule{rule(func(r *Rule) { r.Collection, r.Trigger = care.Observations, `record.pulse == 300` })})
	if j := set.Judge(Patient{ID: person}, stories(t)[0].events); len(j.Clearing) > 0 {
		t.Error("a set cleared a trigger that does not exist")
	}
}

func TestARuleSeesThePersonAndWholeRecords(t *testing.T) {
	set, broken := Compile([]Rule{
		rule(func(r *Rule) { r.Code, r.Trigger = "a", `patient.objection == true && patient.spo2_scale.scale == 2` }),
		rule(func(r *Rule) { r.Code, r.Trigger = "b", `has(record.note) && "status" in record && size(record) > 10` }),
		rule(func(r *Rule) { r.Code, r.Trigger = "c", `record.exists(k, k == "team") && record == record` }),
		rule(func(r *Rule) { r.Code, r.Trigger = "d", `record.started_at == null && record["outcome"] == null` }),
		rule(func(r *Rule) {
			r.Code, r.Unless = "e", `!history.exists(h, h.record.status == "completed" && h.at < at && h.visit == "v0" && h.collection == "visits")`
		}),
	})
	if len(broken) > 0 {
		t.Fatal(broken[0].Rule.Code, broken[0].Reason)
	}
	p := Patient{ID: person, Values: map[string]any{"objection": true, "spo2_scale": rawScale}}
	j := set.Judge(p, []Event{visit("v1", 5, "completed"), visit("v0", 0, "completed")})
	for _, f := range j.Faults {
		t.Errorf("%s: %s", f.Rule.Code, f.Last)
	}
	same(t, "alarms", lines(j.Alarms, false), []string{"a v0", "b v0", "c v0", "d v0", "a v1", "b v1", "c v1", "d v1", "e v1"})
}

func TestADisputedRecordIsNoHistoryToItself(t *testing.T) {
	set, _ := Compile([]Rule{rule(func(r *Rule) { r.Unless = `size(history) > 0` })})
	one, other := visit("v1", 0, "planned"), visit("v1", 5, "completed")
	one.Verified, other.Verified = false, false
	if j := set.Judge(Patient{}, []Event{one, other}); len(j.Alarms) != 1 || !j.Alarms[0].Event.At.Equal(other.At) {
		t.Errorf("%v", lines(j.Alarms, false))
	}
}

func TestAVerifiedReadingSpeaksForItsRecordBeforeAnEarlierDoubtfulOne(t *testing.T) {
	set, _ := Compile([]Rule{rule(func(*Rule) {})})
	doubtful, sure := visit("v1", 0, "completed"), visit("v1", 5, "completed")
	doubtful.Verified = false
	if j := set.Judge(Patient{}, []Event{doubtful, sure}); len(j.Alarms) != 1 || !j.Alarms[0].Event.Verified {
		t.Errorf("%+v", j.Alarms)
	}
}

func TestReadingsOfOneRecordAtOneTimeHaveAnOrderOfTheirOwn(t *testing.T) {
	set, _ := Compile([]Rule{rule(func(r *Rule) { r.Unless = `size(history) > 0 && history[0].record.status == "cancelled"` })})
	a, b, now := visit("v1", 0, "cancelled"), visit("v1", 0, "planned"), visit("v2", 5, "completed")
	a.Verified, b.Verified = false, false
	one, other := set.Judge(Patient{}, []Event{a, b, now}), set.Judge(Patient{}, []Event{b, a, now})
	same(t, "alarms", lines(one.Alarms, false), lines(other.Alarms, false))
}

func TestIdsFollowFromTheirPartsAndLookLikeRecordIds(t *testing.T) {
	form := regexp.MustCompile(`^[0-7][a-z0-9]{25}$`)
	a, b := AlarmID("news2_7", "p1", "s1"), AlarmID("news2_7", "p1", "s2")
	if !form.MatchString(a) || a == b || a != AlarmID("news2_7", "p1", "s1") {
		t.Errorf("ids %s and %s", a, b)
	}
	if ID("a", "bc") == ID("ab", "c") {
		t.Error("parts run into each other")
	}
	// Written down: these ids are stored, and a restored server must find them again.
	if a != "6dz9yjr11e9fjbdcw0jvtqsa58" {
		t.Errorf("the id of an alarm became %s: stored alarms would be raised again", a)
	}
}
