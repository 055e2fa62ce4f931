package handover

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
)

var (
	gp        = Actor{Staff: "gp", Role: care.DutyGP, Teams: []string{"practice-oak"}}
	reception = Actor{Staff: "rec", Role: care.Reception, Teams: []string{"practice-oak"}}
	nurse     = Actor{Staff: "nurse", Role: care.DistrictNurse, Teams: []string{"nursing"}}
	desk      = Actor{Staff: "cc", Role: care.CareCoordinator, Teams: []string{"coordinator"}}
	system    = Actor{System: true}
)

// apply does what must succeed.
func apply(t *testing.T, h Handover, a Action, by Actor, at time.Time) (Handover, []Event) {
	t.Helper()
	got, events, err := machine(t).Apply(h, a, by, at)
	if err != nil {
		t.Fatalf("%s: %v", a.Kind, err)
	}
	return got, events
}

// refused does what must fail with a code.
func refused(t *testing.T, h Handover, a Action, by Actor, at time.Time, code string) *Error {
	t.Helper()
	_, _, err := machine(t).Apply(h, a, by, at)
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("%s: %v, want %s", a.Kind, err, code)
	}
	return e
}

func last(events []Event) Event { return events[len(events)-1] }

func TestOfTwoGPsWhoAcceptTheSecondReadsWhoWasFirstAndWhen(t *testing.T) {
	h, _ := apply(t, standing(care.Sent, ""), Action{Kind: Accept}, gp, now)
	second := gp
	second.Staff = "gp2"
	e := refused(t, h, Action{Kind: Accept}, second, now.Add(time.Second), CodeAlready)
	if e.By != "gp" || !e.At.Equal(now) || e.Temporary() {
		t.Errorf("%+v", e)
	}
	if e.Message != "Somebody accepted this already, on Mon 2 Mar 2026 12:00." {
		t.Error(e.Message)
	}
}

func TestReceptionTakesItsOwnClickBackWithinTenMinutes(t *testing.T) {
	h, _ := apply(t, standing(care.Sent, ""), Action{Kind: Acknowledge}, reception, now)
	colleague := reception
	colleague.Staff = "rec2"
	refused(t, h, Action{Kind: Unacknowledge}, colleague, now.Add(time.Minute), CodeNotAllowed)
	refused(t, h, Action{Kind: Unacknowledge}, reception, now.Add(UndoWindow+time.Second), CodeWrongState)
	h, events := apply(t, h, Action{Kind: Unacknowledge}, reception, now.Add(UndoWindow))
	if h.State != care.Seen || h.AcknowledgedBy != "" || !h.AcknowledgedAt.IsZero() || last(events).Kind != EventUnacknowledged {
		t.Errorf("%+v", h)
	}
	if due, ok := Due(h); !ok || !due.Equal(h.AckDue) {
		t.Error("the clock for acknowledging does not run again")
	}
}

func TestADeclinedHandoverGoesToTheCoordinatorWithItsReasonAndThenHasNowhereToGo(t *testing.T) {
	refused(t, standing(care.Sent, ""), Action{Kind: Decline, To: coordinator, Reason: " "}, gp, now, CodeReasonNeeded)
	h, events := apply(t, standing(care.Accepted, "gp"), Action{Kind: Decline, To: coordinator, Reason: "moved away"}, gp, now)
	if h.State != care.Declined || h.ToTeam != "coordinator" || h.DeclineReason != "moved away" || h.Owner != "" || h.AcknowledgedBy != "" {
		t.Errorf("%+v", h)
	}
	if !h.AckDue.Equal(now.Add(15*time.Minute)) || !h.ActDue.Equal(now.Add(2*time.Hour)) {
		t.Errorf("the coordinator's clocks: %s, %s", h.AckDue, h.ActDue)
	}
	if len(events) != 2 || events[0].Team != "practice-oak" || events[1].Team != "coordinator" || !events[1].Deliver {
		t.Errorf("%+v", events)
	}
	refused(t, h, Action{Kind: Answer, Outcome: "advice_given"}, gp, now, CodeNotFound)
	h, _ = apply(t, h, Action{Kind: Decline, To: coordinator, Reason: "not ours"}, desk, now)
	if h.State != care.Failed || h.ToTeam != "coordinator" {
		t.Errorf("%+v", h)
	}
	refused(t, h, Action{Kind: Decline, To: coordinator, Reason: "no"}, desk, now, CodeWrongState)
	if _, ok := Due(h); ok {
		t.Error("the end of the chain is still due")
	}
	h, _ = apply(t, h, Action{Kind: Answer, Outcome: "call_patient"}, desk, now)
	if h.State != care.Done {
		t.Error("a failed handover cannot be answered any more")
	}
}

func TestNoAnswerInTimeGoesToTheCoordinatorAndThenFails(t *testing.T) {
	h := standing(care.Sent, "")
	h.AckDue, h.ActDue = now.Add(time.Minute), now.Add(time.Hour)
	overdue := Action{Kind: Overdue, To: coordinator}
	if got, events := apply(t, h, overdue, system, now); len(events) > 0 || got.State != care.Sent {
		t.Error("it escalated before it was due")
	}
	h, events := apply(t, h, overdue, system, now.Add(time.Minute))
	if h.State != care.Escalated || h.ToTeam != "coordinator" || !last(events).Deliver || last(events).Team != "coordinator" {
		t.Fatalf("%+v %+v", h, events)
	}
	if got, more := apply(t, h, overdue, system, now.Add(time.Minute)); len(more) > 0 || got.State != care.Escalated {
		t.Error("it escalated twice at once")
	}
	late, _ := apply(t, h, Action{Kind: Acknowledge}, reception, now.Add(2*time.Minute))
	if late.State != care.Acknowledged {
		t.Error("the practice, late, cannot take it any more")
	}
	h, _ = apply(t, h, overdue, system, h.AckDue)
	if h.State != care.Failed || h.ToTeam != "coordinator" {
		t.Errorf("%+v", h)
	}
	if again, events := apply(t, h, overdue, system, h.AckDue.Add(time.Hour)); len(events) > 0 || again.State != care.Failed {
		t.Error("it failed twice")
	}
}

func TestAnAcknowledgementIsNoAnswer(t *testing.T) {
	h := standing(care.Sent, "")
	h.AckDue, h.ActDue = now.Add(time.Minute), now.Add(time.Hour)
	h, _ = apply(t, h, Action{Kind: Acknowledge}, reception, now)
	if due, _ := Due(h); !due.Equal(h.ActDue) {
		t.Errorf("due at %s, want the deadline to act", due)
	}
	h, _ = apply(t, h, Action{Kind: Accept}, gp, now)
	h, _ = apply(t, h, Action{Kind: Overdue, To: coordinator}, system, h.ActDue)
	if h.State != care.Escalated || h.Owner != "" {
		t.Errorf("%+v", h)
	}
}

func TestWhoTakesUpWhatIsOverdueGetsTimeToAnswer(t *testing.T) {
	for _, state := range []care.State{care.Escalated, care.Failed} {
		h := standing(state, "")
		h.ToTeam = "coordinator"
		for _, k := range []Kind{Acknowledge, Accept} {
			h, _ = apply(t, h, Action{Kind: k}, desk, now)
			if again, events := apply(t, h, Action{Kind: Overdue, To: coordinator}, system, now.Add(15*time.Second)); len(events) > 0 || again.State != h.State {
				t.Errorf("%s: taken up by %s, it was %s 15 seconds later", state, k, again.State)
			}
		}
		if due, _ := Due(h); !due.Equal(now.Add(2 * time.Hour)) {
			t.Errorf("%s: due at %s, want two hours from the acknowledgement", state, due)
		}
	}
}

func TestWithoutACoordinatorItFailsWhereItIs(t *testing.T) {
	h, events := apply(t, standing(care.Sent, ""), Action{Kind: Overdue}, system, now)
	if h.State != care.Failed || h.ToTeam != "practice-oak" || !last(events).Deliver {
		t.Errorf("%+v", h)
	}
}

func TestSafeguardingNeverLeavesTheSafeguardingLead(t *testing.T) {
	lead := Actor{Staff: "sl", Role: care.SafeguardingLead, Teams: []string{"safeguarding"}}
	h := standing(care.Sent, "")
	h.Class, h.ToTeam = care.Safeguarding, "safeguarding"
	refused(t, h, Action{Kind: Decline, Reason: "no", To: coordinator}, lead, now, CodeNotAllowed)
	refused(t, h, Action{Kind: HandOn, Reason: "no", To: practice}, lead, now, CodeNotAllowed)
	refused(t, h, Action{Kind: StandDown, Reason: "no"}, nurse, now, CodeNotAllowed)
	refused(t, h, Action{Kind: Confirm}, nurse, now, CodeNotAllowed)
	h, events := apply(t, h, Action{Kind: Overdue, To: coordinator}, system, now)
	if h.State != care.Escalated || h.ToTeam != "safeguarding" || !h.AckDue.Equal(now.Add(time.Hour)) {
		t.Fatalf("%+v", h)
	}
	n := last(events).Spawn
	if n == nil || n.Route.Team.ID != "coordinator" || n.Class != care.Urgent || n.ID == h.ID || strings.Contains(n.Ask+n.Note, "card") {
		t.Errorf("%+v", n)
	}
	h, _ = apply(t, h, Action{Kind: Overdue, To: coordinator}, system, h.AckDue)
	if h.State != care.Failed || h.ToTeam != "safeguarding" {
		t.Errorf("%+v", h)
	}
	h, _ = apply(t, h, Action{Kind: Answer, Outcome: "referred"}, lead, now)
	if h.State != care.Done {
		t.Errorf("%+v", h)
	}
}

func TestARouteThatIsAPhoneNumberNeedsACall(t *testing.T) {
	phone := Team{ID: "practice-oak", ByPhone: true}
	h, events := apply(t, standing(care.Queued, ""), Action{Kind: Deliver, To: phone}, system, now)
	if h.State != care.CallNeeded || last(events).Kind != EventCallNeeded {
		t.Fatalf("%+v", h)
	}
	if e := refused(t, h, Action{Kind: Acknowledge}, reception, now, CodeWrongState); !strings.Contains(e.Message, "Record the call") {
		t.Error(e.Message)
	}
	refused(t, h, Action{Kind: RecordCall, Reached: true}, nurse, now, CodeNameNeeded)
	tried, _ := apply(t, h, Action{Kind: RecordCall, CalledAt: now.Add(-time.Minute)}, nurse, now)
	if tried.State != care.CallNeeded || tried.CalledAt.IsZero() || tried.Reached {
		t.Errorf("a call nobody took: %+v", tried)
	}
	h, events = apply(t, tried, Action{Kind: RecordCall, CalledAt: now.Add(time.Hour), Reached: true, Name: "Sam Lee", CalledRole: "duty doctor", ReadBack: true}, nurse, now)
	if h.State != care.Acknowledged || h.AcknowledgedBy != "" || !h.CalledAt.Equal(now) || h.CalledName != "Sam Lee" || !h.ReadBack {
		t.Errorf("%+v", h)
	}
	if len(events) != 2 || events[0].Kind != EventCallReached || events[1].Kind != EventAcknowledged || events[1].By != "nurse" {
		t.Errorf("%+v", events)
	}
	refused(t, h, Action{Kind: Unacknowledge}, reception, now, CodeNotAllowed)
}

func TestAnAnswerThatAsksForWorkIsAHandoverToTheSender(t *testing.T) {
	refused(t, standing(care.Sent, ""), Action{Kind: Answer, Outcome: "fine"}, gp, now, CodeOutcomeNeeded)
	refused(t, standing(care.Sent, ""), Action{Kind: Answer, Outcome: moreWork}, gp, now, CodeTextNeeded)
	h, events := apply(t, standing(care.Sent, ""), Action{Kind: Answer, Outcome: moreWork, Text: "Repeat bloods on Thursday."}, gp, now)
	n := last(events).Spawn
	if h.State != care.Done || h.Owner != "gp" || h.AcknowledgedBy != "gp" || n == nil {
		t.Fatalf("%+v", h)
	}
	if n.Follows != h.ID || n.FromStaff != "gp" || n.FromTeam != "practice-oak" {
		t.Errorf("who asks, and in which answer: %+v", n)
	}
	if n.Route.Team.ID != "nursing" || n.ReplyTeam != "practice-oak" || n.Class != care.SameDay || n.Ask != "Repeat bloods on Thursday." || n.NamedRegistrant != "gp" || n.AckDue.IsZero() {
		t.Errorf("%+v", n)
	}
	_, again := apply(t, standing(care.Sent, ""), Action{Kind: Answer, Outcome: moreWork, Text: "Repeat bloods on Thursday."}, gp, now)
	if last(again).Spawn.ID != n.ID {
		t.Error("the same answer makes two handovers")
	}
}

// U1: a practice that answers what was escalated away from it asks in its own name, and so stands in the history.
func TestALateAnswerOfThePracticeIsInItsOwnName(t *testing.T) {
	late := standing(care.Escalated, "")
	late.ToTeam, late.Former = "coordinator", []string{"practice-oak"}
	_, events := apply(t, late, Action{Kind: Answer, Outcome: moreWork, Text: "Repeat bloods on Thursday."}, gp, now)
	e := last(events)
	if n := e.Spawn; e.Team != "practice-oak" || n.FromTeam != "practice-oak" || n.ReplyTeam != "practice-oak" {
		t.Errorf("%+v asks %+v", e, n)
	}
	_, events = apply(t, late, Action{Kind: Decline, Reason: "Not ours", To: coordinator}, gp, now)
	if e := last(events); e.Team != "coordinator" || !e.Deliver {
		t.Errorf("declined, it is put before %+v", e)
	}
}

// U10: what was done in a cellar is told with the time at which it was done; what is due is reckoned from now.
func TestWhatAPhoneDidWithoutANetworkIsDatedByWhenItWasDone(t *testing.T) {
	earlier := now.Add(-40 * time.Minute)
	h, events := apply(t, standing(care.Sent, ""), Action{Kind: Accept, At: earlier}, gp, now)
	if !h.AcknowledgedAt.Equal(earlier) || !last(events).At.Equal(earlier) || !h.ActDue.After(now) {
		t.Errorf("%+v %+v", h, last(events))
	}
	if _, events = apply(t, standing(care.Sent, ""), Action{Kind: Accept, At: now.Add(time.Hour)}, gp, now); !last(events).At.Equal(now) {
		t.Errorf("a time that is still to come: %s", last(events).At)
	}
}

func TestOnlyWhoTookItOnGivesItBackAndNobodyAddsNothing(t *testing.T) {
	h, _ := apply(t, standing(care.Sent, ""), Action{Kind: Accept}, gp, now)
	refused(t, h, Action{Kind: GiveBack}, Actor{Staff: "other", Role: care.DutyGP, Teams: []string{"practice-oak"}}, now, CodeNotAllowed)
	if h, _ = apply(t, h, Action{Kind: GiveBack}, gp, now); h.State != care.Acknowledged || h.Owner != "" {
		t.Errorf("%+v", h)
	}
	refused(t, h, Action{Kind: Add, Text: " "}, gp, now, CodeTextNeeded)
	if h, _ = apply(t, h, Action{Kind: Add, Text: "x"}, gp, now); !h.AmendedAt.IsZero() {
		t.Error("what its holder adds is nothing they have to read")
	}
	if h, _ = apply(t, h, Action{Kind: Add, Text: "x"}, nurse, now); h.AmendedAt.IsZero() {
		t.Error("what its sender adds is not marked")
	}
}

func TestHandingOnStartsAnewAtTheOtherTeam(t *testing.T) {
	mh := Team{ID: "mental-health", Kind: "mental_health"}
	refused(t, standing(care.Sent, ""), Action{Kind: HandOn, Reason: "r"}, gp, now, CodeTeamNeeded)
	refused(t, standing(care.Sent, ""), Action{Kind: HandOn, Reason: "r", To: practice}, gp, now, CodeTeamNeeded)
	refused(t, standing(care.Sent, ""), Action{Kind: HandOn, To: mh}, gp, now, CodeReasonNeeded)
	h, events := apply(t, standing(care.Accepted, "gp"), Action{Kind: HandOn, Reason: "low mood", Text: "known to you", To: mh}, gp, now)
	if h.State != care.Queued || h.ToTeam != "mental-health" || h.Owner != "" || !h.AckDue.Equal(now.Add(15*time.Minute)) {
		t.Errorf("%+v", h)
	}
	if len(events) != 2 || events[0].Team != "practice-oak" || events[1].Team != "mental-health" || events[0].Deliver || !events[1].Deliver {
		t.Errorf("%+v", events)
	}
	refused(t, h, Action{Kind: See}, gp, now, CodeNotFound)
}

func TestATeamItWasTakenFromHasNoPartInItOnceSomebodyHandedItOn(t *testing.T) {
	h, events := apply(t, standing(care.Sent, ""), Action{Kind: Overdue, To: coordinator}, system, now)
	h, more := apply(t, h, Action{Kind: HandOn, Reason: "mood", To: Team{ID: "mental-health"}}, desk, now)
	refused(t, h, Action{Kind: See}, gp, now, CodeNotFound)
	h.Former = []string{"practice-oak"}
	if got := WithHistory(h, append(events, more...)); len(got.Former) > 0 {
		t.Errorf("%v may still act", got.Former)
	}
}

func TestAVoluntaryTeamGetsANoteThatIsSafeToShareOrNothing(t *testing.T) {
	friends := Team{ID: "befriending", Kind: "voluntary"}
	a := Action{Kind: HandOn, Reason: "lonely after a fall with a NEWS2 of 6", Text: "PHQ-9 of 14", To: friends}
	refused(t, standing(care.Sent, ""), a, gp, now, CodeSafeNoteNeeded)
	a.SafeNote = "Please visit weekly."
	h, events := apply(t, standing(care.Sent, ""), a, gp, now)
	if h.SafeNote != "Please visit weekly." || last(events).Text != "" || last(events).Team != "befriending" {
		t.Errorf("%+v %+v", h, last(events))
	}
}

func TestARisenClassMustBeAcknowledgedAgain(t *testing.T) {
	h, events := apply(t, standing(care.Accepted, "gp"), Action{Kind: Raise, Class: care.Emergency}, system, now)
	if h.State != care.Sent || h.Class != care.Emergency || h.AcknowledgedBy != "" || h.Owner != "" || !last(events).Deliver {
		t.Errorf("%+v", h)
	}
	h, _ = apply(t, h, Action{Kind: Raise, Class: care.Routine}, system, now)
	if h.Class != care.Emergency {
		t.Error("the class fell")
	}
}

func TestAClinicianConfirmsAndTakesTheDoubtAwayOnce(t *testing.T) {
	h := standing(care.Sent, "")
	h.Unverified = true
	h, _ = apply(t, h, Action{Kind: Confirm}, nurse, now)
	if h.ConfirmedBy != "nurse" || h.Unverified {
		t.Errorf("%+v", h)
	}
	if e := refused(t, h, Action{Kind: Confirm}, gp, now, CodeAlready); e.By != "nurse" {
		t.Errorf("%+v", e)
	}
	h.Unverified = true // a further doubtful reason arrived
	if h, _ = apply(t, h, Action{Kind: Confirm}, gp, now); h.ConfirmedBy != "gp" || h.Unverified {
		t.Errorf("%+v", h)
	}
}

func TestFiledOnceAndByWhom(t *testing.T) {
	h, _ := apply(t, standing(care.Done, "gp"), Action{Kind: File}, reception, now)
	e := refused(t, h, Action{Kind: File}, gp, now, CodeAlready)
	if h.FiledBy != "rec" || e.By != "rec" || !e.At.Equal(now) {
		t.Errorf("%+v %+v", h, e)
	}
}

func TestADeliveryThatComesLateOrTwiceChangesNothing(t *testing.T) {
	h := standing(care.Acknowledged, "rec")
	got, _ := apply(t, h, Action{Kind: Deliver, To: practice}, system, now)
	if !reflect.DeepEqual(got, h) {
		t.Errorf("%+v", got)
	}
	h.ToTeam = "coordinator"
	if got, events := apply(t, h, Action{Kind: Deliver, To: practice}, system, now); len(events) > 0 || !reflect.DeepEqual(got, h) {
		t.Error("a delivery to a team that no longer has it was noted")
	}
}

func TestSeenTwiceIsSeenOnce(t *testing.T) {
	h, _ := apply(t, standing(care.Sent, ""), Action{Kind: See}, reception, now)
	again, events := apply(t, h, Action{Kind: See}, gp, now)
	if len(events) > 0 || again.SeenBy != "rec" {
		t.Errorf("%+v", again)
	}
}

func TestHistoryTellsWhoWasFirstAndWhoMayStillAnswer(t *testing.T) {
	h := standing(care.Sent, "")
	h, events := apply(t, h, Action{Kind: Overdue, To: coordinator}, system, now)
	h, more := apply(t, h, Action{Kind: Acknowledge}, desk, now.Add(time.Minute))
	stored := h
	stored.Former, stored.StateBy, stored.StateAt = nil, "", time.Time{}
	got := WithHistory(stored, append(events, more...))
	if !reflect.DeepEqual(got.Former, []string{"practice-oak"}) || got.StateBy != "cc" || !got.StateAt.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v", got)
	}
	declined, events := apply(t, standing(care.Sent, ""), Action{Kind: Decline, Reason: "no", To: coordinator}, gp, now)
	if got := WithHistory(declined, events); len(got.Former) > 0 || got.StateBy != "gp" {
		t.Errorf("who declined it may still act: %+v", got)
	}
}

func TestAHandoverGoesIntoARecordAndBack(t *testing.T) {
	h := standing(care.Accepted, "gp")
	h.CalledAt, h.Reached, h.CalledName, h.FiledAt, h.FiledBy, h.ByHand, h.Unverified = now, true, "Sam", now, "rec", true, true
	values := h.Values()
	for k, v := range map[string]any{"patient": h.Patient, "visit": h.Visit, "from_staff": h.FromStaff, "from_team": h.FromTeam,
		"reply_team": h.ReplyTeam, "by_hand": true, "raised_at": care.Stamp(h.RaisedAt)} {
		values[k] = v
	}
	c, _ := care.ByName(care.Handovers)
	for name := range values {
		if _, ok := c.Field(name); !ok {
			t.Errorf("handovers have no field %s", name)
		}
	}
	if got := FromRecord(&care.Record{Collection: c, ID: h.ID, Values: values}); !reflect.DeepEqual(got, h) {
		t.Errorf("got  %+v\nwant %+v", got, h)
	}
	if v := standing(care.Sent, "").Values(); v["reached"] != nil || v["called_at"] != nil || v["owner"] != nil {
		t.Error("what is missing must be null")
	}
}

func TestWhatIsInAHurryIsNeverTurnedAway(t *testing.T) {
	for _, class := range []care.Class{care.Emergency, care.Urgent, care.Safeguarding, care.SameDay, care.Routine, care.Information} {
		h := standing(care.Queued, "x")
		h.Class = class
		for to, gone := range map[Team]bool{coordinator: class == care.Routine || class == care.Information, {}: false} { // nobody else is there
			got, events, err := machine(t).Apply(h, Action{Kind: NotHere, Reason: "elsewhere", To: to}, Actor{System: true}, now)
			if err != nil || (got.ToTeam != h.ToTeam) != gone || (len(events) > 0) != gone {
				t.Errorf("%s, to %q: with %s, %d events, %v", class, to.ID, got.ToTeam, len(events), err)
			}
		}
	}
}

func TestADeclineCarriesItsReasonAndAPlaceToGo(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"Not our patient.", "Elm Surgery, 01632 960002", "Not our patient. Instead: Elm Surgery, 01632 960002"},
		{"Not ours", " ", "Not ours"}, {"Not ours", "Not ours", "Not ours"}, {"Not ours", "", "Not ours"},
	} {
		h, events := apply(t, standing(care.Sent, ""), Action{Kind: Decline, To: coordinator, Reason: c.reason, Text: c.text}, gp, now)
		if h.DeclineReason != c.want || events[0].Text != c.want {
			t.Errorf("%q, instead %q: %q, and %q in the history", c.reason, c.text, h.DeclineReason, events[0].Text)
		}
	}
}
