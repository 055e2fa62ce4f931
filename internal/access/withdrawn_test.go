package access

import (
	"testing"

	"doorstep/internal/care"
)

// Whom a service has needs the person's consent to that service. Where it is retracted, or its row is gone, there is
// nothing to have consented to: it fails closed, and is never taken for direct care.
func TestAServiceThatIsNoMoreIsNeverTakenForDirectCare(t *testing.T) {
	const withNobody = "a volunteer of no team and no organisation"
	everybody := map[string]care.Viewer{
		"a volunteer":               {Role: care.Volunteer, Organisation: charity, Teams: []string{friends}},
		"a volunteer of no team":    {Role: care.Volunteer, Organisation: charity},
		"a volunteer by team alone": {Role: care.Volunteer, Teams: []string{friends}},
		withNobody:                  {Role: care.Volunteer},
		"a nurse":                   {Role: care.DistrictNurse, Organisation: trust, Teams: []string{nurses}},
		"a nurse of a deleted team": {Role: care.DistrictNurse, Organisation: trust, Teams: []string{"deleted"}},
	}
	inForce := func() ([]*Team, []*Organisation) {
		return []*Team{{ID: nurses, Organisation: trust, Kind: "nursing"}, {ID: friends, Organisation: charity, Kind: care.VoluntaryKind}},
			[]*Organisation{{ID: trust, Kind: "community_trust"}, {ID: charity, Kind: care.VoluntaryKind}}
	}
	for _, c := range []struct {
		name          string
		change        func(teams []*Team, orgs []*Organisation) ([]*Team, []*Organisation)
		team          string            // the service of the charity's team
		staff         map[string]string // and of those who are not as in force
		nurses, takes bool              // whether the nurses' team is direct care; whether the charity's is given anything
	}{
		{"all is in force", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) { return t, o }, charity, nil, true, true},
		{"the charity is retracted", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) {
			o[1].Retracted = true
			return t, o
		}, Withdrawn, map[string]string{"a volunteer": Withdrawn, "a volunteer of no team": Withdrawn, "a volunteer by team alone": Withdrawn}, true, false},
		{"its team is retracted", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) {
			t[1].Retracted = true
			return t, o
		}, Withdrawn, map[string]string{"a volunteer by team alone": Withdrawn}, true, false},
		{"the charity's row is gone", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) { return t, o[:1] },
			Withdrawn, map[string]string{"a volunteer": Withdrawn, "a volunteer of no team": Withdrawn, "a volunteer by team alone": Withdrawn}, true, false},
		{"the team's row is gone", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) { return t[:1], o },
			Withdrawn, map[string]string{"a volunteer by team alone": Withdrawn}, true, false},
		{"the trust is retracted", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) {
			o[0].Retracted = true
			return t, o
		}, charity, nil, true, true},
		{"the nurses' team is retracted", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) {
			t[0].Retracted = true
			return t, o
		}, charity, nil, true, true},
		{"the nurses' team is gone", func(t []*Team, o []*Organisation) ([]*Team, []*Organisation) { return t[1:], o }, charity, nil, false, true},
	} {
		d := NewDirectory(c.change(inForce()))
		if got := d.Service(friends); got != c.team {
			t.Errorf("%s: its team is of %q, want %q", c.name, got, c.team)
		}
		if got := d.Service(nurses) == ""; got != c.nurses {
			t.Errorf("%s: the nurses' team gives direct care: %t, want %t", c.name, got, c.nurses)
		}
		if got := d.TakesAt(friends, now); got != c.takes {
			t.Errorf("%s: its team takes something: %t, want %t", c.name, got, c.takes)
		}
		for who, v := range everybody {
			want, changed := c.staff[who]
			if !changed {
				want = map[bool]string{true: charity, false: ""}[v.Role == care.Volunteer]
			}
			if who == withNobody {
				want = Withdrawn
			}
			if got := d.ServiceOf(v); got != want {
				t.Errorf("%s: %s is of %q, want %q", c.name, who, got, want)
			}
		}
	}
	person := record(care.Patients, ada, map[string]any{"consent": []map[string]any{{"service": Withdrawn, "given": true}}})
	if agreed, _ := Consented(person, Withdrawn, now); agreed {
		t.Error("a consent to a service of that name counts")
	}
}
