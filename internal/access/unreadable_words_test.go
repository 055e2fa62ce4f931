package access_test

import (
	"os"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// Pages say of what is stored and cannot be read that it cannot be read, by the field's name.
func TestEveryFieldThatMayBeUnreadableHasANameOnThePages(t *testing.T) {
	source, err := os.ReadFile("../../pb_public/shared/words/en-GB.js")
	if err != nil {
		t.Fatal(err)
	}
	words := string(source)
	_, names, found := strings.Cut(words, "cannotRead: {")
	names, _, ended := strings.Cut(names, "bands: {")
	_, readings, known := strings.Cut(words, "readings: {")
	readings, _, closed := strings.Cut(readings, "pairs: {")
	if !found || !ended || !known || !closed {
		t.Fatal("the words of what cannot be read, or of readings, are not where they were")
	}
	looked := 0
	for _, name := range []string{care.Neighbourhoods, care.Organisations, care.Teams, care.Patients, care.Visits, care.Observations, care.Checkins,
		care.Goals, care.GoalSteps, care.Handovers, care.HandoverEvents} {
		c, _ := care.ByName(name)
		for i := range c.Fields {
			f := &c.Fields[i]
			switch f.Kind {
			case care.Int, care.Decimal, care.Bool, care.List, care.Object:
			default:
				continue
			}
			if access.OnPhones(care.Clinical, c, f) == access.Hidden {
				continue
			}
			looked++
			if !strings.Contains(names, f.Name+":") && !strings.Contains(readings, f.Name+":") {
				t.Errorf("%s.%s has no name under common.cannotRead.fields of pb_public/shared/words/en-GB.js", name, f.Name)
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d fields were looked at", looked)
	}
}
