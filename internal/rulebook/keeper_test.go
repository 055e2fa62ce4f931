package rulebook

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// shelf keeps versions in memory.
type shelf []Entry

func (s *shelf) Version(id string) (*Entry, error) {
	for _, e := range *s {
		if e.ID == id {
			return &e, nil
		}
	}
	return nil, nil
}

func (s *shelf) Versions(code string) (list []Entry, err error) {
	for _, e := range *s {
		if e.Code == code && e.State != rules.Retired {
			list = append(list, e)
		}
	}
	return list, nil
}

func (s *shelf) Last(code string) (last int, err error) {
	for _, e := range *s {
		if e.Code == code {
			last = max(last, e.Version)
		}
	}
	return last, nil
}

func (s *shelf) Add(e Entry) error { *s = append(*s, e); return nil }

func (s *shelf) SetState(id, state, by string) error {
	for i := range *s {
		if (*s)[i].ID == id {
			(*s)[i].State, (*s)[i].ApprovedBy = state, by
		}
	}
	return nil
}

func (s *shelf) states() string {
	var all []string
	for _, e := range *s {
		all = append(all, e.ID+" "+e.State)
	}
	return strings.Join(all, ", ")
}

var today = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func proposal(id string) Entry {
	return Entry{Rule: rules.Rule{ID: id, Code: "not_in", Title: "Nobody opened", Collection: care.Visits, Trigger: `record.status == "no_access"`, Class: care.Routine, Destination: care.ToPractice,
		Ask: "Please ring them", ReviewOn: "2027-03-02"}, Cases: []rules.Case{
		{Name: "nobody opened", Holds: true, Record: map[string]any{"status": "no_access"}}, {Name: "somebody did", Record: map[string]any{"status": "completed"}}}}
}

func code(err error) (string, string) {
	var no *Refusal
	if errors.As(err, &no) {
		return no.Code, no.Field
	}
	return "", ""
}

func TestAVersionIsInShadowUntilSomebodyElseApprovesIt(t *testing.T) {
	s := &shelf{}
	team := func(string) bool { return false }
	for _, id := range []string{"one", "two"} {
		if e, err := Propose(s, proposal(id), "Olga", today, team); err != nil || e.State != rules.Shadow || e.Owner != "Olga" {
			t.Fatalf("%s: %+v %v", id, e, err)
		}
	}
	if got := s.states(); got != "one retired, two shadow" || (*s)[1].Version != 2 {
		t.Errorf("%s, version %d", got, (*s)[1].Version)
	}
	if _, err := Approve(s, "two", "Olga"); err == nil {
		t.Error("she approved her own")
	} else if c, _ := code(err); c != Yourself {
		t.Error(err)
	}
	if e, err := Approve(s, "two", "Paul"); err != nil || e.State != rules.Active || e.ApprovedBy != "Paul" {
		t.Errorf("%+v %v", e, err)
	}
	if _, err := Propose(s, proposal("three"), "Paul", today, team); err != nil {
		t.Fatal(err)
	}
	if got := s.states(); got != "one retired, two active, three shadow" {
		t.Error(got)
	}
	if _, err := Approve(s, "three", "Olga"); err != nil {
		t.Error(err)
	}
	if got := s.states(); got != "one retired, two retired, three active" {
		t.Error(got)
	}
	for _, act := range []func() error{func() error { _, err := Approve(s, "three", "Olga"); return err }, func() error { _, err := Withdraw(s, "three"); return err }} {
		if c, _ := code(act()); c != Already {
			t.Errorf("one in force: %s", c)
		}
	}
	if c, _ := code(func() error { _, err := Withdraw(s, "four"); return err }()); c != NotFound {
		t.Error(c)
	}
}

func TestARuleThatCannotBeInForceIsRefusedWithASentence(t *testing.T) {
	for _, c := range []struct {
		name, field, says string
		change            func(*Entry)
	}{
		{"no code", "code", "short name", func(e *Entry) { e.Code = "Not in!" }},
		{"no title", "title", "a few words", func(e *Entry) { e.Title = " " }},
		{"nothing asked", "ask", "asked to do", func(e *Entry) { e.Ask = "" }},
		{"reviewed in the past", "review_on", "reviewed", func(e *Entry) { e.ReviewOn = "2026-03-02" }},
		{"a field there is not", "trigger", `record has no field "colour"`, func(e *Entry) { e.Trigger = `record.colour == "blue"` }},
		{"an exception that is none", "unless", "not true or false", func(e *Entry) { e.Unless = `history.size()` }},
		{"too much work", "trigger", "it took more than 100000 steps at a record", func(e *Entry) { e.Trigger = `record.note.matches("(a+)+$") && record.note.matches("(b+)+$")` }},
		{"no such team", "destination", "no such team", func(e *Entry) { e.Destination = "team:nobody" }},
		{"no cases", "cases", "two golden cases", func(e *Entry) { e.Cases = nil }},
		{"no case at which it does not hold", "cases", "two golden cases", func(e *Entry) { e.Cases = e.Cases[:1] }},
		{"a case that comes out otherwise", "cases", "“somebody did” comes out otherwise", func(e *Entry) { e.Cases[1].Holds = true }},
		{"a case that no record can be", "cases", "“somebody did” comes out otherwise", func(e *Entry) { e.Cases[1].Record = map[string]any{"status": "blue"} }},
	} {
		e := proposal("one")
		c.change(&e)
		s := &shelf{}
		_, err := Propose(s, e, "Olga", today, func(string) bool { return false })
		if is, field := code(err); is != Invalid || field != c.field || !strings.Contains(err.Error(), c.says) || len(*s) > 0 {
			t.Errorf("%s: %v about %q", c.name, err, field)
		}
	}
}
