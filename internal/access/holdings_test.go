package access

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/internal/care"
)

func TestWhoHasAPerson(t *testing.T) {
	byTeam, byName := care.TeamScope(nurses), care.StaffScope("me")
	for _, c := range []struct {
		name   string
		role   care.Role
		holder string
		has    bool
	}{
		{"a nurse has the people of her team", care.DistrictNurse, byTeam, true},
		{"a nurse has the people given to her by name", care.DistrictNurse, byName, true},
		{"a nurse has nobody of another team", care.DistrictNurse, care.TeamScope(others), false},
		{"a nurse has nobody given to a colleague by name", care.DistrictNurse, care.StaffScope("you"), false},
		{"a support worker has only people given to them by name", care.SupportWorker, byName, true},
		{"a support worker does not have the people of their team", care.SupportWorker, byTeam, false},
		{"a volunteer has only people given to them by name", care.Volunteer, byName, true},
		{"a volunteer does not have the people of their team", care.Volunteer, byTeam, false},
		{"a coordinator of volunteers has the people of the service", care.VolunteerCoordinator, byTeam, true},
		{"a GP has nobody on a caseload", care.DutyGP, byTeam, false},
		{"an administrator has nobody, not even by name", care.Administrator, byName, false},
		{"who administers the whole server has nobody either", care.ServerAdministrator, byName, false},
		{"somebody without a role has nobody", "", byName, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			me := who(c.role, trust, nurses)
			w := newTown(t, me)
			g := w.give(ada, c.holder, now.Add(-time.Hour))
			if got := w.Of(me).Holds(ada); got != c.has {
				t.Errorf("has Ada: %t, want %t", got, c.has)
			}
			w.take(g, now)
			if w.Of(me).Holds(ada) {
				t.Error("still has Ada after the holding ended")
			}
			if _, then := w.Of(me).HeldThen(ada, now.Add(-time.Minute)); then != c.has {
				t.Errorf("had Ada a minute ago: %t, want %t", then, c.has)
			}
			if _, then := w.Of(me).HeldThen(ada, now.Add(-2*time.Hour)); then {
				t.Error("had Ada before the holding began")
			}
		})
	}
}

func TestSomebodyWhoLeftATeamHadItsPeopleUntilThen(t *testing.T) {
	me := who(care.DistrictNurse, trust, others)
	w := newTown(t, me)
	w.give(ada, care.TeamScope(nurses), now.Add(-48*time.Hour))
	left := now.Add(-time.Hour)
	w.commit(nil, func(u *Update) {
		u.Member(&Member{Viewer: me, ResetSeq: w.seq, Past: []Past{{care.DistrictNurse, trust, []string{nurses}, left}}})
	})
	a := w.Of(me)
	if a.Holds(ada) {
		t.Error("still has Ada")
	}
	if _, then := a.HeldThen(ada, left.Add(-time.Minute)); !then {
		t.Error("what was written before leaving was not theirs to write")
	}
	if _, then := a.HeldThen(ada, left.Add(time.Minute)); then {
		t.Error("what was written after leaving passes for theirs")
	}
}

func TestWhichScopesAreTheirsBesidePeople(t *testing.T) {
	for role, want := range map[care.Role]string{
		care.DistrictNurse:        "all dest:nurses staff:me team:nurses",
		care.SupportWorker:        "all staff:me",
		care.Volunteer:            "all staff:me",
		care.LinkWorker:           "all dest:nurses staff:me",
		care.VolunteerCoordinator: "all desk:nurses dest:nurses staff:me team:nurses",
		care.TeamLead:             "all desk:nurses dest:nurses staff:me team:nurses",
		care.CareCoordinator:      "all desk:nurses dest:nurses staff:me team:nurses",
		care.DutyGP:               "all dest:nurses staff:me team:nurses",
		care.Reception:            "all dest:nurses staff:me team:nurses",
		care.SafeguardingLead:     "all dest:nurses staff:me team:nurses",
		care.Administrator:        "all staff:me",
		care.ServerAdministrator:  "all staff:me",
		care.PrivacyOfficer:       "all staff:me",
		care.NeighbourhoodLead:    "all staff:me",
	} {
		me := who(role, trust, nurses)
		w := newTown(t, me)
		if got := strings.Join(w.Of(me).Visible(0, w.seq).Scopes(), " "); got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
	}
}

func TestWhatIsNewForAPhone(t *testing.T) {
	clinical, limited := care.ClinicalScope(ada), care.LimitedScope(ada)
	for _, c := range []struct {
		name  string
		role  care.Role
		held  bool
		moved string
		news  bool
	}{
		{"a nurse learns of a visit to somebody of hers", care.DistrictNurse, true, clinical, true},
		{"a nurse does not learn of somebody she does not have", care.DistrictNurse, false, clinical, false},
		{"a volunteer does not learn of what only clinicians see", care.Volunteer, true, clinical, false},
		{"a volunteer learns of a new address", care.Volunteer, true, limited, true},
		{"everybody learns of a new telephone number of a practice", care.Volunteer, false, care.DirectoryScope, true},
		{"a lead learns of what waits for a decision", care.TeamLead, false, care.DeskScope(nurses), true},
		{"a nurse does not learn of what waits for a lead", care.DistrictNurse, false, care.DeskScope(nurses), false},
		{"a nurse learns of what was handed to her team", care.DistrictNurse, false, care.DestinationScope(nurses), true},
		{"a volunteer does not learn of what was handed to the team", care.Volunteer, false, care.DestinationScope(nurses), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			me := who(c.role, trust, nurses)
			w := newTown(t, me)
			if c.held {
				w.give(ada, care.StaffScope("me"), now)
			}
			since := w.seq
			sub := w.Of(me).FollowPull()
			if quiet, head := w.Of(me).NothingNew("phone", 0, since); !quiet || head != since {
				t.Fatalf("before anything moved: quiet %t at %d", quiet, head)
			}
			w.commit([]string{c.moved})
			if quiet, _ := w.Of(me).NothingNew("phone", 0, since); quiet == c.news {
				t.Errorf("something is new: %t, want %t", !quiet, c.news)
			}
			select {
			case <-sub.C:
				if !c.news {
					t.Error("the phone was woken for nothing")
				}
			default:
				if c.news {
					t.Error("the phone was not woken")
				}
			}
			sub.Close()
			if n := w.Followers(); n != 0 {
				t.Errorf("%d still follow", n)
			}
		})
	}
}

func TestAPersonWhoIsGivenOrTakenIsNews(t *testing.T) {
	me := who(care.DistrictNurse, trust, nurses)
	w := newTown(t, me)
	since := w.seq
	g := w.give(ada, care.TeamScope(nurses), now)
	a := w.Of(me)
	if quiet, _ := a.NothingNew("phone", 0, since); quiet {
		t.Error("a new person is no news")
	}
	if got := a.Visible(since, w.seq).Events; !slices.Equal(got, []ScopeEvent{{care.ClinicalScope(ada), ScopeAdded}}) {
		t.Errorf("given: %v", got)
	}
	since = w.seq
	w.take(g, now)
	if quiet, _ := w.Of(me).NothingNew("phone", 0, since); quiet {
		t.Error("a person who went is no news")
	}
	if got := w.Of(me).Visible(since, w.seq).Events; !slices.Equal(got, []ScopeEvent{{care.ClinicalScope(ada), ScopeRevoked}}) {
		t.Errorf("taken: %v", got)
	}
	if w.Of(me).Visible(0, w.seq).Holds(care.ClinicalScope(ada)) {
		t.Error("the scope is still theirs")
	}
}

func TestAnotherRoleBeginsAllScopesAnew(t *testing.T) {
	me := who(care.Volunteer, charity, friends)
	w := newTown(t, me)
	since := w.seq
	w.commit(nil, func(u *Update) { u.Member(&Member{Viewer: me, ResetSeq: w.seq}) })
	if quiet, _ := w.Of(me).NothingNew("phone", 0, since); quiet {
		t.Error("another role is no news")
	}
	if got := w.Of(me).Visible(since, w.seq).Events; len(got) == 0 || got[0] != (ScopeEvent{"*", ScopesReset}) {
		t.Errorf("events: %v", got)
	}
}

// A pull that is told "nothing new" moves on to the head: were a client's own change under way in
// between, its confirmation would never come.
func TestTheConfirmationOfOnesOwnWorkIsNeverSwallowed(t *testing.T) {
	me := who(care.DistrictNurse, trust, nurses)
	w := newTown(t, me)
	a := w.Of(me)
	var wait sync.WaitGroup
	done := make(chan struct{})
	wait.Add(1)
	go func() {
		defer wait.Done()
		defer close(done)
		for range 20_000 {
			w.commit(nil, func(u *Update) { u.Client("phone", w.seq) })
		}
	}()
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
		}
		_, since := w.Head()
		if quiet, head := a.NothingNew("phone", 0, since); quiet && head != since {
			t.Fatalf("quiet from %d to %d, though each number between is the phone's own", since, head)
		}
	}
	wait.Wait()
}

func TestGrantsThatNobodyCanSpeakOfAnyMoreAreForgotten(t *testing.T) {
	me := who(care.DistrictNurse, trust, nurses)
	w := newTown(t, me)
	w.take(w.give(ada, care.TeamScope(nurses), now.Add(-72*time.Hour)), now.Add(-48*time.Hour))
	w.ForgetGrants(w.seq, now.Add(-72*time.Hour))
	if _, then := w.Of(me).HeldThen(ada, now.Add(-50*time.Hour)); !then {
		t.Error("a holding was forgotten too early")
	}
	w.ForgetGrants(w.seq+1, now.Add(-24*time.Hour))
	if _, then := w.Of(me).HeldThen(ada, now.Add(-50*time.Hour)); then {
		t.Error("a holding is remembered for ever")
	}
}
