package handover

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// UndoWindow is how long an acknowledgement can be taken back by whoever gave it.
const UndoWindow = 10 * time.Minute

// Action is something to be done to a handover.
type Action struct {
	Kind   Kind
	Reason string // of decline, hand_on and stand_down
	Text   string // the answer, or what a hand-on adds
	// Outcome of an answer, one of care.HandoverOutcomes.
	Outcome string
	// Class of the work an answer asks for ("" = same day), or the class Raise rises to.
	Class care.Class

	// To: the team a hand-on goes to; the team a delivery reached; for decline and overdue the
	// care coordinator of the neighbourhood, the next in the chain, empty when there is none.
	To       Team
	SafeNote string // of a hand-on to a voluntary team

	// A recorded call.
	CalledAt         time.Time
	Name, CalledRole string
	Reached          bool
	ReadBack         bool
	Why              string // it could not be made

	// At is when somebody did it, where that was before the server heard of it: a phone without a network. Zero: now.
	// Deadlines are reckoned from now on all the same.
	At time.Time

	// Into is the handover that the matter stands in after Join.
	Into string
}

// WhyDeclined is what the history says of a decline: why, and where it goes instead. A line of a phone says both in one.
func (a Action) WhyDeclined() string {
	instead := strings.TrimSpace(a.Text)
	if instead == "" || instead == strings.TrimSpace(a.Reason) {
		return a.Reason
	}
	return strings.TrimRight(strings.TrimSpace(a.Reason), ".") + ". Instead: " + instead
}

// Actor is who does it.
type Actor struct {
	Staff string
	Role  care.Role
	Teams []string
	// System is the machine itself: delivery, the escalation job, the arranging of alarms.
	System bool
}

// Machine moves handovers between states. It holds no state of its own.
type Machine struct {
	Clocks   Clocks
	Calendar Calendar
}

// Apply does one thing to a handover and returns it as it then stands, with what to write into
// its history. No events means that nothing changed. The error is always an *[Error], and then
// nothing is to be stored. Whether the handover given is still the stored one is for the store
// to check; see [Already].
func (m Machine) Apply(h Handover, a Action, actor Actor, now time.Time) (Handover, []Event, error) {
	cells, ok := table[a.Kind]
	if !ok {
		return h, nil, refuse(CodeWrongState, h, "There is no action %q.", string(a.Kind))
	}
	i, ok := position[h.State]
	if !ok {
		return h, nil, refuse(CodeWrongState, h, "The handover is in no known state.")
	}
	if err := permitted(h, a.Kind, actor); err != nil {
		return h, nil, err
	}
	switch cells[i] {
	case already:
		return h, nil, Already(h)
	case wrong:
		return h, nil, refuse(CodeWrongState, h, "%s", misplaced(a.Kind, h))
	}
	mv := move{Machine: m, before: h, h: h, a: a, actor: actor, now: now, to: cells[i]}
	if err := mv.do(); err != nil {
		return h, nil, err
	}
	if mv.h.State != h.State {
		mv.h.StateBy, mv.h.StateAt = actor.Staff, now
	}
	return mv.h, mv.events, nil
}

// permitted finds out whether this actor may do that. Not theirs and not there answer alike.
func permitted(h Handover, k Kind, actor Actor) *Error {
	if actor.System != k.machine() {
		return refuse(CodeNotAllowed, h, "Only %s can do that.", map[bool]string{true: "the server", false: "a person"}[k.machine()])
	}
	if actor.System {
		return nil
	}
	duty := care.DutyOf(actor.Role)
	destination, sender := sides(h, duty, actor)
	if !destination && !sender {
		return &Error{Code: CodeNotFound, Message: "There is no such handover."}
	}
	if h.Stranger && !destination {
		return refuse(CodeNotAllowed, h, "This was passed on to those who have the person. Only they can do something about it.")
	}
	if !may(k, duty, h, destination, sender && !h.Stranger) {
		return refuse(CodeNotAllowed, h, "%s", barred(k))
	}
	return nil
}

// sides says on which side of a handover somebody stands. Whoever stands on neither may not look at it, and what
// may not be seen may not be acted on; access.Rights.MaySeeHandover says the same, which a test holds.
func sides(h Handover, duty care.Duty, actor Actor) (destination, sender bool) {
	own := actor.Staff != "" && actor.Staff == h.FromStaff && duty.May(care.Create, care.Handovers)
	return duty.Inbox && h.at(actor.Teams),
		own || h.FromTeam != "" && duty.FollowsTeam() && slices.Contains(actor.Teams, h.FromTeam)
}

// acknowledges says whether a call of an actor's that reached somebody counts as the acknowledgement. That of an
// emergency comes from whoever raised it, who was there, or from a registered clinician.
func acknowledges(h Handover, actor Actor) bool {
	duty := care.DutyOf(actor.Role)
	return h.Class != care.Emergency || actor.Staff == h.FromStaff && !h.Stranger || duty.Registered ||
		duty.Inbox && duty.Answers && duty.View != care.Limited && h.at(actor.Teams)
}

// barred says who may do what the actor may not.
func barred(k Kind) string {
	switch k {
	case Accept, Decline, Answer, HandOn, GiveBack:
		return "Only a clinician of the team that has it can do that. You can acknowledge that it was received."
	case StandDown:
		return "Only a clinician can stand a handover down, with a reason. A safeguarding concern only the safeguarding lead."
	case Confirm:
		return "Only a registered clinician can confirm it."
	case Read:
		return "Only its sender reads what became of it."
	case Add:
		return "Only the sender's team and the team that has it can add to it."
	case RecordCall:
		return "Only the sender's team and the team that has it can record a call."
	}
	return "Only the team that has it can do that."
}

// misplaced says why an action is not possible from where the handover stands.
func misplaced(k Kind, h Handover) string {
	switch {
	case h.State == care.CallNeeded:
		return "This team is reached by phone only. Record the call: one that reached a named person is the acknowledgement."
	case k == Unacknowledge:
		return "There is no acknowledgement to take back."
	case k == GiveBack:
		return "Nobody has taken it on."
	case k == File:
		return "Acknowledge it before filing it."
	case k == Decline:
		return "You are the end of the chain: accept it, answer it, hand it on or stand it down."
	case h.State == care.Done:
		return "It has been answered."
	case h.State == care.StoodDown:
		return "It has been stood down."
	}
	return "That is not possible from where the handover stands."
}
