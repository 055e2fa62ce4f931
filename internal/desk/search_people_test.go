package desk

import (
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
)

// index finds everybody and remembers what it was asked.
type index struct {
	people []PersonKey
	sought Sought
	only   *Holders
}

func (x *index) FindPeople(s Sought) ([]PersonKey, bool, error) {
	x.sought = s
	return slices.Clone(x.people), true, nil
}

func (x *index) People(ids []string) (map[string]*care.Record, error) {
	return map[string]*care.Record{"ivy": record(care.Patients, "ivy", nil)}, nil
}

func (x *index) HoldersNow(_ []string, only *Holders) ([]care.CaseloadRow, error) {
	x.only = only
	return []care.CaseloadRow{{Patient: "ivy", Team: north}, {Patient: "ivy", Staff: "ann"}}, nil
}

func TestWhatALeadMaySearchBy(t *testing.T) {
	clinical, limited := leaOf(care.TeamLead, reach{}), leaOf(care.VolunteerCoordinator, reach{holds: []string{"ivy"}})
	for _, c := range []struct {
		name, text string
		lead       Lead
		words      string
		number     string
		found      string
	}{
		{"everybody", "", clinical, "", "", "ivy sid"},
		{"two words", "Ivy Testpatient", clinical, "Ivy Testpatient", "", "ivy sid"},
		{"an NHS number in groups is one number", "999 000 0018", clinical, "", "9990000018", "ivy sid"},
		{"an NHS number in one group is a word", "9990000018", clinical, "9990000018", "", "ivy sid"},
		{"a part of a number in groups", "999 000", clinical, "", "999000", "ivy sid"},
		{"six words at most", "a b c d e f g", clinical, "a b c d e f", "", "ivy sid"},
		{"a voluntary service finds whom it has, and not by number", "999 000 0018", limited, "999 000 0018", "", "ivy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := &index{people: []PersonKey{{"Ivy", "ivy"}, {"Sid", "sid"}}}
			found, last, more, err := SearchPeople(x, c.lead, PeopleQuery{Text: c.text, Limit: 2})
			refusedWith(t, err, "")
			var ids []string
			for _, f := range found {
				ids = append(ids, f.ID)
			}
			if strings.Join(ids, " ") != c.found || last.ID != "sid" || !more {
				t.Errorf("found %v, last %+v, more %v", ids, last, more)
			}
			if strings.Join(x.sought.Words, " ") != c.words || x.sought.Number != c.number || x.sought.Limited == c.lead.Clinical() || (x.only == nil) != c.lead.Clinical() {
				t.Errorf("sought %+v, holders %+v", x.sought, x.only)
			}
			if !slices.Equal(found[0].Teams, []string{north}) || !slices.Equal(found[0].Staff, []string{"ann"}) || found[0].Record == nil {
				t.Errorf("%+v", found[0])
			}
		})
	}
}
