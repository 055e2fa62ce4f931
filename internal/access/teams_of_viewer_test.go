package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

func TestWhichTeamsAreTheirs(t *testing.T) {
	for _, c := range []struct {
		role              care.Role
		inbox, sent, desk string
	}{
		{care.DistrictNurse, "nurses", "nurses", ""},
		{care.SupportWorker, "", "", ""},
		{care.Volunteer, "", "", ""},
		{care.LinkWorker, "", "", ""},
		{care.MentalHealth, "nurses", "nurses", ""},
		{care.VolunteerCoordinator, "nurses", "nurses", "nurses"},
		{care.TeamLead, "nurses", "nurses", "nurses"},
		{care.CareCoordinator, "nurses nobody", "nurses", "nurses desk friends practice safe nobody"},
		{care.DutyGP, "nurses", "nurses", ""},
		{care.Reception, "nurses", "nurses", ""},
		{care.SafeguardingLead, "nurses", "nurses", ""},
		{care.Administrator, "", "", ""},
		{care.ServerAdministrator, "", "", ""},
		{"", "", "", ""},
	} {
		me := who(c.role, trust, nurses)
		a := newTown(t, me).Of(me)
		for name, teams := range map[string]struct {
			got  []string
			want string
		}{"inbox": {a.InboxTeams(), c.inbox}, "sent": {a.SentTeams(), c.sent}, "desk": {a.DeskTeams(), c.desk}} {
			got := strings.Join(teams.got, " ")
			if i := slices.Index(teams.got, ""); i >= 0 {
				list := slices.Clone(teams.got)
				list[i] = "nobody"
				got = strings.Join(list, " ")
			}
			if got != teams.want {
				t.Errorf("%s, %s: %q, want %q", c.role, name, got, teams.want)
			}
		}
	}
}

func TestWhomALeadLooksAfter(t *testing.T) {
	colleagues := []care.Viewer{{Staff: "nora", Role: care.DistrictNurse, Organisation: trust, Teams: []string{nurses}},
		{Staff: "olga", Role: care.DistrictNurse, Organisation: trust, Teams: []string{others}}, {Staff: "adam", Role: care.Administrator, Organisation: trust, Teams: []string{nurses}},
		{Staff: "root", Role: care.ServerAdministrator, Organisation: trust, Teams: []string{nurses}}, {Staff: "vera", Role: care.Volunteer, Organisation: charity, Teams: []string{friends}}}
	for _, c := range []struct {
		role care.Role
		want string
	}{
		{care.TeamLead, "me nora"},
		{care.CareCoordinator, "me nora vera"},    // friends are in no neighbourhood
		{care.Administrator, "adam me nora olga"}, // of the organisation, and nobody who administers more
		{care.ServerAdministrator, "adam me nora olga root vera"},
		{care.DistrictNurse, ""},
		{care.DutyGP, ""},
	} {
		me := who(c.role, trust, nurses)
		a := newTown(t, append(colleagues, me)...).Of(me)
		if got := strings.Join(a.MemberIDs(), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.role, got, c.want)
		}
		for _, staff := range []string{"nora", "olga", "vera", "adam", "root", "gone"} {
			if got, want := a.LooksAfter(staff), slices.Contains(strings.Fields(c.want), staff); got != want {
				t.Errorf("%s looks after %s: %t, want %t", c.role, staff, got, want)
			}
		}
	}
}

func TestTheEndOfTheChainOverseesTheNeighbourhood(t *testing.T) {
	for role, want := range map[care.Role]bool{care.CareCoordinator: true, care.TeamLead: false, care.DistrictNurse: false} {
		me := who(role, trust, desk)
		w := newTown(t, me)
		g := w.give(ada, care.TeamScope(nurses), now)
		if got := w.Of(me).Oversees(ada); got != want {
			t.Errorf("%s oversees somebody of the nurses: %t, want %t", role, got, want)
		}
		w.take(g, now)
		w.give(ada, care.TeamScope(others), now)
		if w.Of(me).Oversees(ada) {
			t.Errorf("%s oversees somebody in the south", role)
		}
	}
}

func TestWhomAPhoneMayKnowByName(t *testing.T) {
	staff := []care.Viewer{{Staff: "nora", Role: care.DistrictNurse, Organisation: trust, Teams: []string{nurses}}, {Staff: "sue", Role: care.SupportWorker, Organisation: trust},
		{Staff: "vera", Role: care.Volunteer, Organisation: charity, Teams: []string{friends}, InactiveSince: now.Add(-time.Hour)}, {Staff: "val", Role: care.Volunteer, Organisation: charity}}
	w := newTown(t, staff...)
	for me, want := range map[string]string{"nora": "nora sue val vera", "val": "val vera"} {
		d, ok := w.PhoneDirectory(me)
		names := make([]string, len(d.Staff))
		for i, s := range d.Staff {
			names[i] = s.ID
			if s.Registrant != (s.ID == "nora") || s.Left != (s.ID == "vera") {
				t.Errorf("%s is told of %+v", me, s)
			}
		}
		if got := strings.Join(names, " "); !ok || got != want {
			t.Errorf("%s knows %q, want %q", me, got, want)
		}
	}
	if d, _ := w.PhoneDirectory("nora"); d.Me.View != "clinical" || !d.Me.RaisesUrgent {
		t.Errorf("nora is told of herself: %+v", d.Me)
	}
	if d, _ := w.PhoneDirectory("val"); d.Me.View != "limited" || d.Me.RaisesUrgent {
		t.Errorf("val is told of himself: %+v", d.Me)
	}
	if _, ok := w.PhoneDirectory("gone"); ok {
		t.Error("somebody who is not there is told names")
	}
}

func TestWhatALeadMayGiveACodeFor(t *testing.T) {
	for _, c := range []struct {
		lead, other care.Role
		may         bool
	}{
		{care.TeamLead, care.DistrictNurse, true}, {care.TeamLead, care.Volunteer, true}, {care.TeamLead, care.CareCoordinator, false},
		{care.CareCoordinator, care.TeamLead, true}, {care.CareCoordinator, care.CareCoordinator, true},
		{care.VolunteerCoordinator, care.Volunteer, true}, {care.VolunteerCoordinator, care.DistrictNurse, false},
	} {
		if got := RightsOf(who(c.lead, trust)).MaySignIn(RightsOf(who(c.other, trust))); got != c.may {
			t.Errorf("%s for %s: %t, want %t", c.lead, c.other, got, c.may)
		}
	}
}
