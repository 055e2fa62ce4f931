package desk

import (
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/folding"
)

// townsfolk finds people as the index does.
type townsfolk map[string]map[string]any

func (x townsfolk) FindPeople(s Sought) (keys []PersonKey, more bool, err error) {
	for id, values := range x {
		if _, ok := s.Terms.Find(documentOf(record(care.Patients, id, values), s.Limited)); ok {
			keys = append(keys, PersonKey{ID: id})
		}
	}
	return keys, false, nil
}

func (x townsfolk) People(ids []string) (map[string]*care.Record, error) {
	people := map[string]*care.Record{}
	for _, id := range ids {
		people[id] = record(care.Patients, id, x[id])
	}
	return people, nil
}

func (townsfolk) HoldersNow(ids []string, _ *Holders) (rows []care.CaseloadRow, err error) {
	for _, id := range ids {
		rows = append(rows, care.CaseloadRow{Patient: id, Team: north})
	}
	return rows, nil
}

func TestWhomAPersonAtTheDeskMightBe(t *testing.T) {
	people := townsfolk{
		"ivy": {"family_name": "O’Birch", "given_name": "Ívy", "date_of_birth": "1944-02-03", "nhs_number": "9990000018", "postcode": "M41 5BU"},
		"sid": {"family_name": "Birch", "given_name": "Sid", "date_of_birth": "1940-05-06"},
		"una": {"family_name": "Hidden", "given_name": "Una", "postcode": "M1 1AA", "address_hidden": true},
	}
	who := func(values map[string]any) *care.Record { return record(care.Patients, "new", values) }
	for _, c := range []struct {
		name string
		role care.Role
		who  map[string]any
		but  string
		want string
	}{
		{"the same name and birthday, in another spelling", care.TeamLead, map[string]any{"family_name": "obirch", "given_name": "IVY", "date_of_birth": "1944-02-03"}, "", "ivy: name date_of_birth"},
		{"the same number", care.TeamLead, map[string]any{"family_name": "Other", "nhs_number": "9990000018"}, "", "ivy: nhs_number"},
		{"day and month exchanged", care.TeamLead, map[string]any{"family_name": "Birch", "given_name": "Sid", "date_of_birth": "1940-06-05"}, "", "sid: name date_of_birth"},
		{"somebody else", care.TeamLead, map[string]any{"family_name": "Ames", "given_name": "Harold", "date_of_birth": "1944-02-03"}, "", ""},
		{"the person who is asked about is not told of", care.TeamLead, map[string]any{"family_name": "O’Birch", "given_name": "Ívy", "date_of_birth": "1944-02-03"}, "ivy", ""},
		{"by an address that is not theirs to know nobody is found out", care.TeamLead, map[string]any{"family_name": "Hidden", "given_name": "Una", "postcode": "M1 1AA"}, "", ""},
		{"who learns no birthdays compares none", care.VolunteerCoordinator, map[string]any{"family_name": "O’Birch", "given_name": "Ívy", "date_of_birth": "1944-02-03"}, "", ""},
		{"nothing is known yet", care.TeamLead, nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := MightBe(people, leaOf(c.role, reach{}), who(c.who), c.but)
			refusedWith(t, err, "")
			var told []string
			for _, f := range found {
				var by []string
				for _, part := range f.By {
					by = append(by, string(part))
				}
				told = append(told, f.ID+": "+strings.Join(by, " "))
				if len(f.Teams) != 1 {
					t.Errorf("who has %s is not told", f.ID)
				}
			}
			if got := strings.Join(told, "; "); got != c.want {
				t.Errorf("might be %q, not %q", got, c.want)
			}
		})
	}
}

// Of many who are alike those who are most alike come first, and so many are told and no more.
func TestThoseMostAlikeAreToldFirst(t *testing.T) {
	people := townsfolk{}
	for i := range mostAlike + 5 {
		people[string(rune('a'+i))] = map[string]any{"family_name": "Birch", "given_name": "Ivy", "date_of_birth": "1944-02-03"}
	}
	people["best"] = map[string]any{"family_name": "Birch", "given_name": "Ivy", "date_of_birth": "1944-02-03", "nhs_number": "9990000018"}
	asked := record(care.Patients, "new", people["best"])
	found, err := MightBe(people, leaOf(care.TeamLead, reach{}), asked, "")
	refusedWith(t, err, "")
	if len(found) != mostAlike || found[0].ID != "best" || len(found[0].By) != 3 || found[0].By[2] != folding.Number {
		t.Errorf("%d told, the first %+v", len(found), found[0])
	}
}
