package rooms_test

import (
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/rooms"
	"doorstep/internal/storetest"
)

var (
	noReply = op{"status": "no_access", "no_access_kind": "no_reply"}
	opened  = op{"status": "completed", "no_access_kind": nil, "note": "She did open, and was well."}
)

// U11. Nobody seemed to open; then somebody did. Whoever was asked to find out where the person is hears of it, and
// what nobody has taken on is asked of nobody any more.
func TestNoReply_SetRightItLeavesNobodyLookingForWhoeverWasAtHome(t *testing.T) {
	for _, c := range []struct {
		name string
		kind handover.Kind // what the coordinator did meanwhile
		want care.State
	}{
		{"nobody has looked", "", care.StoodDown},
		{"somebody has opened it", handover.See, care.StoodDown},
		{"somebody has received it", handover.Acknowledge, care.Acknowledged},
		{"somebody has answered", handover.Answer, care.Done},
	} {
		s := newStory(t)
		s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, noReply))
		s.expect("nobody opened", s.Town.Ada, "no_reply at 2001")
		id := s.handovers(s.Town.Ada)[0].ID
		if c.kind != "" {
			s.do(func(r *rooms.Rooms) error {
				_, err := r.Arrange.Act(id, handover.Action{Kind: c.kind, Outcome: "no_action_needed"},
					handover.Actor{Staff: s.Town.Cora, Role: care.CareCoordinator, Teams: []string{s.Town.Coordination}}, 0)
				return err
			})
		}
		s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), opened))
		s.expect(c.name, s.Town.Ada)
		h := care.AsHandover(s.stored(care.Handovers, id))
		if h.State() != c.want {
			t.Errorf("%s: it is %s, want %s", c.name, h.State(), c.want)
		}
		told := s.told(id)
		switch c.want {
		case care.StoodDown:
			if !strings.Contains(told, handover.EventStoodDown) || !strings.Contains(told, "was corrected") {
				t.Errorf("%s: they were told\n%s", c.name, told)
			}
		case care.Acknowledged:
			if !strings.Contains(told, handover.EventWithdrawn) || strings.Contains(h.Assessment(), "Nobody answered the door") ||
				!strings.Contains(h.Assessment(), "She did open") || !strings.Contains(h.Recommendation(), handover.DecideAnew) ||
				strings.Contains(h.Recommendation(), "whereabouts") {
				t.Errorf("%s: they were told\n%s\nand read\n%s\n%s\n%s", c.name, told, h.Situation(), h.Assessment(), h.Recommendation())
			}
		}
		if !strings.Contains(told, "Visit: what happened, why there was no access, note.") {
			t.Errorf("%s: what changed is not said:\n%s", c.name, told)
		}
	}
}

// A visit that somebody takes back, or one that still leaves a reason, stands nobody down.
func TestNoReply_OnlyAVisitThatSaysSomethingElseStandsItDown(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, noReply))
	s.applied(s.Town.Nurse(), s.withdraw(care.Visits, storetest.ID(2001), s.Town.Ada))
	if h := care.AsHandover(s.handovers(s.Town.Ada)[0]); h.State() != care.Queued || !strings.Contains(s.told(h.ID), handover.EventWithdrawn) {
		t.Errorf("taken back, it is %s", h.State())
	}
	s = newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"critical_medicine": "missed"}))
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"critical_medicine": "given"}))
	if h := care.AsHandover(s.handovers(s.Town.Ada)[0]); h.State() != care.Queued || !strings.Contains(s.told(h.ID), handover.EventWithdrawn) ||
		strings.Contains(h.Assessment(), "missed") || !strings.Contains(h.Recommendation(), handover.DecideAnew) {
		t.Errorf("the medicine was given after all, and it is %s:\n%s\n%s", h.State(), h.Assessment(), h.Recommendation())
	}
	s = newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, noReply))
	s.applied(s.Town.Colleague(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Curtains drawn."}))
	h := care.AsHandover(s.handovers(s.Town.Ada)[0])
	if h.State() != care.Queued || !strings.Contains(h.Assessment(), "Curtains drawn.") || !strings.Contains(h.Recommendation(), "whereabouts") {
		t.Errorf("still nobody opened, and it is %s:\n%s\n%s", h.State(), h.Assessment(), h.Recommendation())
	}
}

// U10. A visit that changes without a new reason is told anew in what was handed over, by a rule and by hand.
func TestAmended_TheTextOfAHandoverFollowsTheVisit(t *testing.T) {
	s := newStory(t)
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"soft_signs": []string{"confused"}, "note": "Wound clean."}),
		op{"op": "create", "collection": care.Handovers, "id": storetest.ID(3001), "set": op{"patient": s.Town.Ada, "visit": storetest.ID(2001), "to_team": s.Town.Coordination,
			"class": "R", "situation": "In my own words.", "assessment": "Note of the visit: Wound clean.", "filled_in": []string{"assessment"}}})
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"note": "Wound weeping."}))
	list := s.handovers(s.Town.Ada)
	if len(list) != 2 {
		t.Fatalf("%d handovers", len(list))
	}
	for _, rec := range list {
		h := care.AsHandover(rec)
		if strings.Contains(h.Assessment(), "clean") || !strings.Contains(h.Assessment(), "Note of the visit: Wound weeping.") {
			t.Errorf("by hand %v: %q", h.ByHand(), h.Assessment())
		}
		if h.ByHand() && !strings.Contains(h.Situation(), "In my own words.") {
			t.Errorf("what its sender wrote is gone: %q", h.Situation())
		}
	}
}

// Whoever is asked to act reads what was answered about the wound, as it was answered last.
func TestAmended_TheTextHoldsWhatTheTemplateOfTheVisitAsked(t *testing.T) {
	s := newStory(t)
	wound := func(length string) []map[string]string {
		return []map[string]string{{"code": "wound_length", "label": "Length", "value": length, "unit": "mm"}, {"code": "wound_infection", "label": "Signs of infection", "value": "Yes"}}
	}
	s.applied(s.Town.Nurse(), s.visit(1, s.Town.Ada, op{"soft_signs": []string{"confused"}, "details": wound("30")}))
	says := func(text string) {
		t.Helper()
		if h := care.AsHandover(s.handovers(s.Town.Ada)[0]); !strings.Contains(h.Assessment(), text) {
			t.Errorf("it does not say %q: %s", text, h.Assessment())
		}
	}
	says("confused. Length: 30 mm; Signs of infection: Yes.")
	s.applied(s.Town.Nurse(), s.edit(1, s.Town.Ada, s.base(), op{"details": wound("45")}))
	says("confused. Length: 45 mm; Signs of infection: Yes.")
}

// told is the history of a handover, a line each.
func (s *story) told(id string) string {
	s.t.Helper()
	var b strings.Builder
	for _, e := range s.WholeHistory(id) {
		e := care.AsHandoverEvent(e)
		b.WriteString(e.Kind() + ": " + e.Text() + "\n")
	}
	return b.String()
}
