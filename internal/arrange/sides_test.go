package arrange_test

import (
	"errors"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/storetest"
)

// X6: every verb answers about a handover that somebody may not look at as about one that is not there, and only
// about those.
func TestWhatMayNotBeSeenMayNotBeActedOn(t *testing.T) {
	m := handover.Machine{Clocks: handover.DefaultClocks(), Calendar: storetest.NewMemory().Calendar("")}
	verbs := []handover.Kind{handover.See, handover.Acknowledge, handover.Unacknowledge, handover.Accept, handover.Decline, handover.Answer, handover.HandOn,
		handover.RecordCall, handover.File, handover.StandDown, handover.Confirm}
	refused := 0
	for _, duty := range append(care.Duties(), care.Duty{Role: "unheard_of"}) {
		for _, raiser := range []string{"me", "colleague", ""} {
			for _, from := range []string{"mine", "theirs", ""} {
				for _, to := range []string{"mine", "theirs", ""} {
					for _, former := range [][]string{nil, {"mine"}, {"theirs"}} {
						h := handover.Handover{ID: "h", Patient: "p", FromStaff: raiser, FromTeam: from, ToTeam: to, Former: former, Class: care.Emergency, State: care.Sent}
						rights := access.RightsOf(care.Viewer{Staff: "me", Role: duty.Role, Teams: []string{"mine"}})
						sees := rights.MaySeeHandover(raiser, from, to, former)
						for _, verb := range verbs {
							_, _, err := m.Apply(h, handover.Action{Kind: verb, Reason: "-", Text: "-", Outcome: "advice_given", Name: "-", Reached: true, SafeNote: "-",
								To: handover.Team{ID: "another"}}, handover.Actor{Staff: "me", Role: duty.Role, Teams: rights.ActsFor()}, storetest.Monday)
							var no *handover.Error
							if hidden := errors.As(err, &no) && no.Code == handover.CodeNotFound; hidden == sees {
								t.Errorf("%s by %s on one of %q from %q to %q: %v, though they may see it: %t", verb, duty.Role, raiser, from, to, err, sees)
							}
							if err != nil {
								refused++
							}
						}
					}
				}
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// X6
func TestACallThatAcknowledgesAnEmergencyIsOfItsRaiserOrOfARegistrant(t *testing.T) {
	m := handover.Machine{Clocks: handover.DefaultClocks(), Calendar: storetest.NewMemory().Calendar("")}
	for _, c := range []struct {
		name   string
		role   care.Role
		staff  string
		class  care.Class
		counts bool
	}{
		{"the support worker who raised it", care.SupportWorker, "raiser", care.Emergency, true},
		{"a registered colleague of the team that sent it", care.DistrictNurse, "colleague", care.Emergency, true},
		{"the coordinator of the volunteers", care.VolunteerCoordinator, "colleague", care.Emergency, false},
		{"the coordinator of the volunteers, of the same day's", care.VolunteerCoordinator, "colleague", care.SameDay, true},
		{"the reception where it stands", care.Reception, "there", care.Emergency, false},
		{"the duty GP where it stands", care.DutyGP, "there", care.Emergency, true},
	} {
		h := handover.Handover{ID: "h", Patient: "p", FromStaff: "raiser", FromTeam: "sender", ToTeam: "surgery", Class: c.class, State: care.Escalated}
		team := "sender"
		if c.staff == "there" {
			team = "surgery"
		}
		after, events, err := m.Apply(h, handover.Action{Kind: handover.RecordCall, Name: "Dr Oak", Reached: true}, handover.Actor{Staff: c.staff, Role: c.role, Teams: []string{team}}, storetest.Monday)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := after.State == care.Acknowledged; got != c.counts || after.CalledName != "Dr Oak" || len(events) == 0 || events[0].Kind != handover.EventCallReached {
			t.Errorf("%s: the call counts: %t, want %t; noted is %+v", c.name, got, c.counts, events)
		}
	}
}
