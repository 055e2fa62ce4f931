package town

import (
	"fmt"

	"doorstep/internal/care"
)

// Town is what was stored: ids by short name; people by family name.
type Town struct {
	Organisations, Teams, Staff, People map[string]string
}

// Settle stores Riverside as it is on the first day: its organisations, teams, staff, people and who has whom.
func Settle(s *Seeder) *Town {
	t := &Town{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	hood := s.Put(care.Neighbourhoods, map[string]any{"name": "Riverside"})
	for _, o := range Organisations {
		t.Organisations[o.Short] = s.Put(care.Organisations, map[string]any{"name": o.Name, "kind": o.Kind})
	}
	employer := map[string]string{}
	for _, x := range Teams {
		employer[x.Short] = t.Organisations[x.Organisation]
		t.Teams[x.Short] = s.Put(care.Teams, map[string]any{"name": x.Name, "organisation": employer[x.Short], "neighbourhood": hood, "kind": x.Kind,
			"phone": x.Phone, "route": "inbox"})
	}
	for _, m := range Staff {
		t.Staff[m.Short] = s.Put(care.StaffName, map[string]any{"email": m.Email(), "name": m.Name, "role": string(m.Role),
			"organisation": employer[m.Teams[0]], "teams": t.TeamsOf(m)})
	}
	for i, p := range People {
		t.Take(s, i, p)
	}
	return t
}

// Email is the address a member of staff signs in with.
func (m Member) Email() string { return m.Short + "@example.org" }

// TeamsOf are the ids of the teams of a member of staff.
func (t *Town) TeamsOf(m Member) []string {
	ids := make([]string, len(m.Teams))
	for i, short := range m.Teams {
		ids[i] = t.Teams[short]
	}
	return ids
}

// Take stores one person, the i-th, and puts them on the caseloads of their holders; it returns the id.
func (t *Town) Take(s *Seeder, i int, p Person) string {
	fields := map[string]any{"family_name": p.Family, "given_name": p.Given, "date_of_birth": fmt.Sprintf("19%d-0%d-1%d", 30+i%20, 1+i%9, i%10),
		"practice": t.Organisations[p.Practice], "address": fmt.Sprintf("%d Mill Lane", i+1), "phone": fmt.Sprintf("01632 96%04d", 200+i%800),
		"access_notes": "key safe by the side door"}
	if i%3 == 2 {
		fields["communication_needs"] = []string{"large_print"}
	}
	if p.Consents {
		fields["consent"] = []map[string]any{{"service": t.Organisations["friends"], "given": true}}
	}
	id := s.Put(care.Patients, fields)
	t.People[p.Family] = id
	for _, holder := range p.Holders {
		row := map[string]any{"patient": id, "reason": "first day"}
		if team, ok := t.Teams[holder]; ok {
			row["team"] = team
		} else {
			row["staff"] = t.Staff[holder]
		}
		s.Put(care.Caseload, row)
	}
	return id
}
