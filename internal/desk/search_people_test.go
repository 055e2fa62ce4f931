package desk

import (
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/folding"
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
		terms      int
		parts      string // in which something is sought
		found      string
	}{
		{"everybody", "", clinical, 0, "", "ivy sid"},
		{"two words", "Ivy Testpatient", clinical, 2, "name preferred_name address", "ivy sid"},
		{"an NHS number in groups is one number", "999 000 0018", clinical, 3, "name preferred_name address date_of_birth nhs_number phone", "ivy sid"},
		{"eight words at most", "a b c d e f g h i", clinical, 8, "name preferred_name address", "ivy sid"},
		{"a voluntary service finds whom it has, and not by number or birthday", "999 000 0018", limited, 3, "name address phone", "ivy"},
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
			var parts []string
			for _, part := range folding.Parts {
				if slices.ContainsFunc(x.sought.Terms, func(t folding.Term) bool {
					return slices.ContainsFunc(t, func(p folding.Piece) bool { return slices.Contains(p.In, part) })
				}) {
					parts = append(parts, string(part))
				}
			}
			if len(x.sought.Terms) != c.terms || strings.Join(parts, " ") != c.parts || x.sought.Limited == c.lead.Clinical() || (x.only == nil) != c.lead.Clinical() {
				t.Errorf("sought %+v in %q, holders %+v", x.sought, parts, x.only)
			}
			if (len(x.sought.Grants) == 0) != c.lead.Clinical() {
				t.Errorf("by the grants of %q", x.sought.Grants)
			}
			if !slices.Equal(found[0].Teams, []string{north}) || !slices.Equal(found[0].Staff, []string{"ann"}) || found[0].Record == nil {
				t.Errorf("%+v", found[0])
			}
		})
	}
}
