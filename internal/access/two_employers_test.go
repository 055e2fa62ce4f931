package access

import (
	"testing"

	"doorstep/internal/care"
)

// X8: whom somebody has for two employers is for each lead only by what is the lead's own.
func TestSomebodyWhoWorksForTwoTeamsShowsEachLeadOnlyThatLeadsPeople(t *testing.T) {
	grace := care.Viewer{Staff: "grace", Role: care.DistrictNurse, Teams: []string{nurses, others}}
	katya := care.Viewer{Staff: "katya", Role: care.SupportWorker, Teams: []string{nurses}}
	for _, c := range []struct {
		name   string
		holder string
		near   bool
	}{
		{"whom the lead's team has", care.TeamScope(nurses), true},
		{"whom the other team has", care.TeamScope(others), false},
		{"whom she has by name, for one of the two", care.StaffScope("grace"), false},
		{"whom a colleague has by name who works for the lead alone", care.StaffScope("katya"), true},
		{"whom nobody has", "", false},
	} {
		me := who(care.TeamLead, trust, nurses)
		w := newTown(t, me, grace, katya)
		if c.holder != "" {
			w.give(ada, c.holder, now)
		}
		person := record(care.Patients, ada, map[string]any{"family_name": "Testpatient", "nhs_number": "9990000018"})
		if seen := w.Of(me).SeePersonNear(ada, person); (seen.FamilyName != "") != c.near || (seen.NHSNumber != "") != c.near || seen.ID != ada {
			t.Errorf("%s: %+v", c.name, seen)
		}
	}
	w := newTown(t, who(care.TeamLead, trust, nurses), grace, katya)
	own := w.Of(who(care.TeamLead, trust, nurses)).OwnStaff()
	if len(own) != 2 || own[0] == "grace" || own[1] == "grace" {
		t.Errorf("own are %v", own)
	}
}

// X8: who was discharged is known again to those who had them, and to nobody else.
func TestWhoHadAPersonBefore(t *testing.T) {
	for _, c := range []struct {
		name string
		role care.Role
		row  care.CaseloadRow
		ours bool
	}{
		{"a team of the lead's", care.TeamLead, care.CaseloadRow{Team: nurses}, true},
		{"another team of the same trust", care.TeamLead, care.CaseloadRow{Team: others}, true},
		{"a practice", care.TeamLead, care.CaseloadRow{Team: practice}, false},
		{"a charity's volunteer", care.TeamLead, care.CaseloadRow{Staff: "vera"}, false},
		{"a nurse of the trust, by name", care.TeamLead, care.CaseloadRow{Staff: "nora"}, true},
		{"a team that is no more", care.TeamLead, care.CaseloadRow{Team: "gone"}, false},
	} {
		me := who(c.role, trust, nurses)
		w := newTown(t, me, care.Viewer{Staff: "vera", Role: care.Volunteer, Organisation: charity, Teams: []string{friends}},
			care.Viewer{Staff: "nora", Role: care.DistrictNurse, Organisation: trust, Teams: []string{others}})
		if got := w.Of(me).FormerlyOurs([]care.CaseloadRow{c.row}); got != c.ours {
			t.Errorf("%s: %t, want %t", c.name, got, c.ours)
		}
	}
}
