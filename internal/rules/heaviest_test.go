package rules

import (
	"strings"
	"testing"

	"doorstep/internal/care"
)

func TestARuleThatTakesTooMuchAtAFullRecordIsFoundBeforeItRuns(t *testing.T) {
	of := func(trigger, unless string) Rule {
		return Rule{ID: "r", Code: "r", Version: 1, Collection: care.Visits, Trigger: trigger, Unless: unless, Class: care.Routine, Destination: care.ToPractice, State: Shadow}
	}
	for _, c := range []struct{ trigger, unless, says string }{
		{`record.status == "no_access"`, "", ""},
		{`record.note.contains("fell")`, "", ""},
		{`record.note.matches("fell|fall")`, "", ""},
		{`record.note.matches("(a+)+$") && record.note.matches("(b+)+$") || record.note.matches("c$")`, "", "trigger: it took more than"},
		{`record.note != ""`, `history.exists(h, h.record.note.matches("f.*l"))`, "unless: it took more than"},
		{`record.note != ""`, `history.filter(h, h.record.purpose == "fall").size() < 2`, ""},
		{`record.note != ""`, `history.all(a, history.all(b, history.all(c, a.id != "" && b.id != "" && c.id != "")))`, "unless: it took more than"},
		{`record.`, "", ""}, // it cannot run, which is said elsewhere
	} {
		if got := of(c.trigger, c.unless).TooHeavy(); !strings.Contains(got, c.says) || (c.says == "") != (got == "") {
			t.Errorf("%s unless %s: %q", c.trigger, c.unless, got)
		}
	}
	for _, r := range Defaults() {
		if why := r.TooHeavy(); why != "" {
			t.Errorf("%s, which ships: %s", r.Code, why)
		}
	}
}
