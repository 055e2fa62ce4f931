package care

import (
	"strings"
	"testing"
)

// Whoever reads that a value was refused, or that a visit was changed, reads what it is called and never the name of a column.
func TestEveryFieldThatPeopleWriteHasANameInASentence(t *testing.T) {
	for _, name := range []string{Patients, Visits, Observations, Checkins, Goals, GoalSteps} {
		c, _ := ByName(name)
		for i := range c.Fields {
			if f := &c.Fields[i]; f.Policy != Server {
				if label := FieldLabel(f.Name); strings.ContainsAny(label, "_“") {
					t.Errorf("%s of %s is called %s: give it a name in fieldLabels", f.Name, name, label)
				}
			}
		}
	}
	if got := FieldLabel(""); got != "a value" {
		t.Errorf("no field is %q", got)
	}
}
