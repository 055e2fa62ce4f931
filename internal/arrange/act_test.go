package arrange_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/storetest"
)

func surgery(t *storetest.Town) string      { return t.Surgery }
func coordination(t *storetest.Town) string { return t.Coordination }

func code(err error) string {
	var no *handover.Error
	if errors.As(err, &no) {
		return no.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestAct_WhatPeopleAndTheClockDo(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*bench, *arrange.Room, string) error
		to   func(*storetest.Town) string
		want care.State
		code string
	}{
		{"delivered", func(b *bench, r *arrange.Room, id string) error { return r.Deliver(id, b.Town.Surgery) }, surgery, care.Sent, ""},
		{"delivered to a team that does not have it", func(_ *bench, r *arrange.Room, id string) error { return r.Deliver(id, storetest.ID(4444)) }, surgery, care.Queued, ""},
		{"overdue", func(_ *bench, r *arrange.Room, id string) error { return r.Overdue(id) }, coordination, care.Escalated, ""},
		{"declined", func(b *bench, r *arrange.Room, id string) error {
			_, err := r.Act(id, handover.Action{Kind: handover.Decline, Reason: "Not ours."}, actor(b.Town.Doctor()), 0)
			return err
		}, coordination, care.Declined, ""},
		{"declined by a stranger", func(b *bench, r *arrange.Room, id string) error {
			_, err := r.Act(id, handover.Action{Kind: handover.Decline, Reason: "Not ours."}, actor(b.Town.Stranger()), 0)
			return err
		}, surgery, care.Queued, handover.CodeNotFound},
		{"one that is not there", func(b *bench, r *arrange.Room, _ string) error {
			_, err := r.Act(storetest.ID(1), handover.Action{Kind: handover.Accept}, actor(b.Town.Doctor()), 0)
			return err
		}, surgery, care.Queued, handover.CodeNotFound},
		{"overdue, though it is not there", func(_ *bench, r *arrange.Room, _ string) error { return r.Overdue(storetest.ID(1)) }, surgery, care.Queued, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.arrange(softSign)
			id := b.only(b.Town.Surgery).ID
			b.clock = b.clock.Add(12 * time.Hour)
			err := b.do(func(r *arrange.Room) error { return c.do(b, r, id) })
			got := b.handover(id)
			if code(err) != c.code || got.Text("state") != string(c.want) || got.Text("to_team") != c.to(&b.Town) {
				t.Errorf("it is %s with %s: %v", got.Text("state"), got.Text("to_team"), err)
			}
		})
	}
}

// A practice that takes routine matters elsewhere is not bothered with them, and nobody is left with one: it goes to the
// coordinator, with the reason and a place to go. What is in a hurry always arrives, and what was handed on knowingly.
func TestDeliver_WhatAPracticeTakesElsewhere(t *testing.T) {
	for _, c := range []struct {
		name  string
		said  care.NotHere
		class care.Class
		to    func(*storetest.Town) string
		want  care.State
	}{
		{"routine, which it takes elsewhere", care.NotHere{Class: care.Routine, Until: "2027-03-02"}, care.Routine, coordination, care.Declined},
		{"for information, and it said routine", care.NotHere{Class: care.Routine, Until: "2027-03-02"}, care.Information, surgery, care.Sent},
		{"routine, and its day is over", care.NotHere{Class: care.Routine, Until: "2026-01-02"}, care.Routine, surgery, care.Sent},
		{"same day", care.NotHere{Class: care.SameDay, Until: "2027-03-02"}, care.SameDay, surgery, care.Sent},
		{"urgent, whatever stands in its row", care.NotHere{Class: care.Urgent, Until: "2027-03-02"}, care.Urgent, surgery, care.Sent},
		{"an emergency, whatever stands in its row", care.NotHere{Class: care.Emergency, Until: "2027-03-02"}, care.Emergency, surgery, care.Sent},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.arrange(softSign)
			rec := b.only(b.Town.Surgery)
			b.must(func(r *arrange.Room) error {
				stored := b.handover(rec.ID)
				old := stored.Clone()
				stored.SetAll(map[string]any{"class": string(c.class)})
				return r.Store.Update(stored, old, []string{"class"})
			})
			c.said.By, c.said.Instead = "Dr Guy Marsh", "Ring reception: 01632 960001"
			b.SayNotHere(b.Town.Surgery, c.said)
			b.must(func(r *arrange.Room) error { return r.Deliver(rec.ID, b.Town.Surgery) })
			got := b.handover(rec.ID)
			if got.Text("state") != string(c.want) || got.Text("to_team") != c.to(&b.Town) {
				t.Fatalf("it is %s with %s", got.Text("state"), got.Text("to_team"))
			}
			if c.want != care.Declined {
				return
			}
			reason := got.Text("decline_reason")
			for _, says := range []string{"routine matters", "Tue 2 Mar 2027", "Dr Guy Marsh", "Instead: Ring reception: 01632 960001"} {
				if !strings.Contains(reason, says) {
					t.Errorf("the sender reads %q, without %q", reason, says)
				}
			}
			b.act(rec.ID, handover.Action{Kind: handover.HandOn, Reason: "They know.", To: handover.Team{ID: b.Town.Surgery, Kind: "practice"}}, b.Town.Coordinator())
			b.must(func(r *arrange.Room) error { return r.Deliver(rec.ID, b.Town.Surgery) })
			if got := b.handover(rec.ID); got.Text("to_team") != b.Town.Surgery || got.Text("state") != string(care.Sent) {
				t.Errorf("what the coordinator handed on knowingly is %s with %s", got.Text("state"), got.Text("to_team"))
			}
		})
	}
}

func TestAct_WhoHasNotSeenADecisionLooksAgain(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.act(h.ID, handover.Action{Kind: handover.Accept}, b.Town.Doctor())
	other := b.Town.Doctor()
	other.Staff = storetest.ID(77)
	answer := handover.Action{Kind: handover.Answer, Text: "Done.", Outcome: "advice_given"}
	err := b.do(func(r *arrange.Room) error { _, err := r.Act(h.ID, answer, actor(other), h.Version); return err })
	if code(err) != handover.CodeAlready {
		t.Errorf("who saw it before: %v", err)
	}
	err = b.do(func(r *arrange.Room) error {
		_, err := r.Act(h.ID, answer, actor(other), b.handover(h.ID).Version)
		return err
	})
	if err != nil || b.handover(h.ID).Text("state") != "done" {
		t.Errorf("who saw it since: %v", err)
	}
}

func TestAct_WhoLookedBeforeItEscalatedMayStillAnswer(t *testing.T) {
	for _, a := range []handover.Action{{Kind: handover.See}, {Kind: handover.Acknowledge}, {Kind: handover.Accept},
		{Kind: handover.Decline, Reason: "Not ours."}, {Kind: handover.Answer, Text: "Done.", Outcome: "advice_given"}} {
		t.Run(string(a.Kind), func(t *testing.T) {
			b := newBench(t)
			b.arrange(softSign)
			h := b.only(b.Town.Surgery)
			b.clock = b.clock.Add(12 * time.Hour)
			b.must(func(r *arrange.Room) error { return r.Overdue(h.ID) })
			if got := b.handover(h.ID); got.Text("state") != string(care.Escalated) {
				t.Fatalf("it is %s", got.Text("state"))
			}
			err := b.do(func(r *arrange.Room) error {
				_, err := r.ActFromInbox(h.ID, a, actor(b.Town.Doctor()), h.Version)
				return err
			})
			if err != nil || b.handover(h.ID).Text("state") == string(care.Escalated) && a.Kind != handover.See {
				t.Errorf("it is %s: %v", b.handover(h.ID).Text("state"), err)
			}
		})
	}
}

func TestAct_AnAnswerThatAsksForWorkIsAHandoverBack(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.act(h.ID, handover.Action{Kind: handover.Answer, Text: "Please take bloods.", Outcome: "more_work_asked"}, b.Town.Doctor())
	back := b.only(b.Town.Nurses)
	if !strings.Contains(back.Text("recommendation"), "Please take bloods.") || back.Get("by_hand") != true {
		t.Errorf("it is %v", back.Values)
	}
}

func TestActFromInbox_TheSameThingAgainIsNoError(t *testing.T) {
	for _, c := range []struct {
		name         string
		first, again handover.Action
		repeated     bool
	}{
		{"acknowledged", handover.Action{Kind: handover.Acknowledge}, handover.Action{Kind: handover.Acknowledge}, true},
		{"declined for the same reason", handover.Action{Kind: handover.Decline, Reason: "a"}, handover.Action{Kind: handover.Decline, Reason: "a"}, true},
		{"declined for another", handover.Action{Kind: handover.Decline, Reason: "a"}, handover.Action{Kind: handover.Decline, Reason: "b"}, false},
		{"declined to the same place", handover.Action{Kind: handover.Decline, Reason: "a", Text: "Elm"}, handover.Action{Kind: handover.Decline, Reason: "a", Text: "Elm"}, true},
		{"declined to another place", handover.Action{Kind: handover.Decline, Reason: "a", Text: "Elm"}, handover.Action{Kind: handover.Decline, Reason: "a", Text: "Oak"}, false},
		{"answered alike", handover.Action{Kind: handover.Answer, Text: "a", Outcome: "other"}, handover.Action{Kind: handover.Answer, Text: "a", Outcome: "other"}, true},
		{"answered otherwise", handover.Action{Kind: handover.Answer, Text: "a", Outcome: "other"}, handover.Action{Kind: handover.Answer, Text: "b", Outcome: "other"}, false},
		{"rung alike", handover.Action{Kind: handover.RecordCall, Name: "Ann", Reached: true}, handover.Action{Kind: handover.RecordCall, Name: "Ann", Reached: true}, true},
		{"stood down alike", handover.Action{Kind: handover.StandDown, Reason: "a"}, handover.Action{Kind: handover.StandDown, Reason: "a"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.arrange(softSign)
			h := b.only(b.Town.Surgery)
			act := func(a handover.Action) error {
				a.CalledAt = b.clock
				return b.do(func(r *arrange.Room) error {
					_, err := r.ActFromInbox(h.ID, a, actor(b.Town.Doctor()), h.Version)
					return err
				})
			}
			if err := act(c.first); err != nil {
				t.Fatal(err)
			}
			before := b.handover(h.ID).Version
			err := act(c.again)
			if (err == nil) != c.repeated || b.handover(h.ID).Version != before {
				t.Errorf("again: %v, version %d after %d", err, b.handover(h.ID).Version, before)
			}
		})
	}
}

func TestActFromInbox_WhatBecameMoreUrgentMustBeReadFirst(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.arrange(softSign, grave)
	try := func(a handover.Action, version int64) string {
		return code(b.do(func(r *arrange.Room) error {
			_, err := r.ActFromInbox(h.ID, a, actor(b.Town.Doctor()), version)
			return err
		}))
	}
	if got := try(handover.Action{Kind: handover.Accept}, h.Version); got != arrange.CodeChanged {
		t.Errorf("an old view accepts: %q", got)
	}
	if got := try(handover.Action{Kind: handover.See}, h.Version); got != "" {
		t.Errorf("an old view is read: %q", got)
	}
}

func TestActFromInbox_WhoComesTooLateLearnsWhoWasFirst(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.act(h.ID, handover.Action{Kind: handover.HandOn, Reason: "Yours.", To: handover.Team{ID: b.Town.Others, Name: "Hillside Nurses", Kind: "nursing"}}, b.Town.Doctor())
	late := b.Town.Doctor()
	late.Staff = storetest.ID(77)
	for _, c := range []struct {
		name string
		who  care.Viewer
		want string
	}{{"a colleague", late, handover.CodeAlready}, {"a stranger", b.Town.Befriender(), handover.CodeNotFound}} {
		err := b.do(func(r *arrange.Room) error {
			_, err := r.ActFromInbox(h.ID, handover.Action{Kind: handover.Accept}, actor(c.who), h.Version)
			return err
		})
		if code(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestActFromInbox_HandingOn(t *testing.T) {
	for _, c := range []struct {
		name string
		to   func(*storetest.Town) string
		code string
		with func(*storetest.Town) string
	}{
		{"to a team", func(t *storetest.Town) string { return t.Others }, "", func(t *storetest.Town) string { return t.Others }},
		{"to the person's practice", func(*storetest.Town) string { return "" }, "", surgery},
		{"to a team there is not", func(*storetest.Town) string { return storetest.ID(4444) }, handover.CodeTeamNeeded, coordination},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.arrange(noReply)
			h := b.only(b.Town.Coordination)
			err := b.do(func(r *arrange.Room) error {
				_, err := r.ActFromInbox(h.ID, handover.Action{Kind: handover.HandOn, Reason: "Yours.", To: handover.Team{ID: c.to(&b.Town)}}, actor(b.Town.Coordinator()), h.Version)
				return err
			})
			if code(err) != c.code || b.handover(h.ID).Text("to_team") != c.with(&b.Town) {
				t.Errorf("it is with %s: %v", b.handover(h.ID).Text("to_team"), err)
			}
		})
	}
	b := newBench(t)
	if got := code(b.do(func(r *arrange.Room) error {
		_, err := r.ActFromInbox(storetest.ID(1), handover.Action{Kind: handover.HandOn}, actor(b.Town.Doctor()), 1)
		return err
	})); got != handover.CodeNotFound {
		t.Errorf("one that is not there: %q", got)
	}
}

// An ask named beside a handover tells nobody that the handover is there: what is not theirs answers as what there is not.
func TestActFromInbox_JoiningSaysNothingOfWhatIsNotTheirs(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	for name, c := range map[string]struct {
		id   string
		by   handover.Actor
		code string
	}{
		"its practice":                   {h.ID, actor(b.Town.Doctor()), arrange.CodeChanged},
		"another team":                   {h.ID, actor(b.Town.Coordinator()), handover.CodeNotFound},
		"another team, of none there is": {storetest.ID(1), actor(b.Town.Coordinator()), handover.CodeNotFound},
	} {
		for _, with := range []string{storetest.ID(4444), h.ID} {
			if got := code(b.do(func(r *arrange.Room) error {
				_, err := r.ActFromInbox(c.id, handover.Action{Kind: handover.StandDown, With: &handover.Handover{ID: with}}, c.by, h.Version)
				return err
			})); got != c.code {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

// Whoever declines says why, and where the ask belongs. Who has it next is for the chain to say: a team named beside a
// decline gets nothing, or a handover could be put before volunteers without a safe note.
func TestActFromInbox_OnlyAHandOnGoesWhereItsActorSays(t *testing.T) {
	for _, to := range []func(*storetest.Town) string{func(t *storetest.Town) string { return t.Others }, func(t *storetest.Town) string { return t.Befrienders }} {
		for _, a := range []handover.Action{{Kind: handover.Decline, Reason: "Not ours."}, {Kind: handover.Acknowledge}, {Kind: handover.Accept}} {
			b := newBench(t)
			b.arrange(softSign)
			h := b.only(b.Town.Surgery)
			a.To = handover.Team{ID: to(&b.Town), Kind: "community"}
			b.must(func(r *arrange.Room) error {
				_, err := r.ActFromInbox(h.ID, a, actor(b.Town.Doctor()), h.Version)
				return err
			})
			want := b.Town.Surgery
			if a.Kind == handover.Decline {
				want = b.Town.Coordination
			}
			if got := b.handover(h.ID).Text("to_team"); got != want {
				t.Errorf("%s: it is with %s", a.Kind, got)
			}
		}
	}
}

func TestActFromInbox_AConcernThatLeavesAVoluntaryTeamGetsAClinicalText(t *testing.T) {
	b := newBench(t)
	coordinator := b.Town.Befriender()
	coordinator.Staff, coordinator.Role = storetest.ID(78), care.VolunteerCoordinator
	concern := found{rule: "volunteer_concern", n: 5, hours: 1, values: map[string]any{"wellbeing": "worried"}}
	b.staff, b.team = b.Town.Vic, b.Town.Befrienders
	b.arrange(concern)
	h := b.only(b.Town.Befrienders)
	if h.Text("situation") != "" {
		t.Fatalf("a voluntary team reads %q", h.Text("situation"))
	}
	if err := b.do(func(r *arrange.Room) error {
		_, err := r.ActFromInbox(h.ID, handover.Action{Kind: handover.HandOn, Reason: "Please see her."}, actor(coordinator), h.Version)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got := b.handover(h.ID)
	if got.Text("to_team") != b.Town.Surgery || !strings.Contains(got.Text("situation"), "Handed on by Befrienders") || !strings.Contains(got.Text("situation"), "A volunteer's concern") {
		t.Errorf("with %s: %q", got.Text("to_team"), got.Text("situation"))
	}
}

func TestReassign_ALeaversHandoverGoesToAColleagueWhoMayAnswerIt(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.act(h.ID, handover.Action{Kind: handover.Accept}, b.Town.Doctor())
	colleague := b.Town.Doctor()
	colleague.Staff = storetest.ID(77)
	for _, c := range []struct {
		name string
		id   string
		from string
		to   care.Viewer
		want bool
	}{
		{"to a nurse of another team", h.ID, b.Town.Guy, b.Town.Stranger(), false}, {"of somebody else", h.ID, b.Town.Ann, colleague, false},
		{"one that is not there", storetest.ID(1), b.Town.Guy, colleague, false}, {"to a colleague", h.ID, b.Town.Guy, colleague, true},
	} {
		var done bool
		b.must(func(r *arrange.Room) (err error) { done, err = r.Reassign(c.id, c.from, c.to, b.Town.Lea); return err })
		if done != c.want {
			t.Errorf("%s: %v", c.name, done)
		}
	}
	if got := b.handover(h.ID); got.Text("owner") != colleague.Staff || !b.has(h.ID, handover.EventReassigned) {
		t.Errorf("its owner is %s", got.Text("owner"))
	}
}

func TestHandoverOf_KnowsWhatOnlyItsHistoryDoes(t *testing.T) {
	b := newBench(t)
	b.arrange(softSign)
	h := b.only(b.Town.Surgery)
	b.clock = b.clock.Add(12 * time.Hour)
	b.must(func(r *arrange.Room) error { return r.Overdue(h.ID) })
	history := b.WholeHistory(h.ID)
	if got := arrange.HandoverOf(b.handover(h.ID), history); len(got.Former) != 1 || got.Former[0] != b.Town.Surgery || got.State != care.Escalated {
		t.Errorf("it is %+v", got)
	}
}
