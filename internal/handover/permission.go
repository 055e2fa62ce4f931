package handover

import (
	"slices"

	"doorstep/internal/care"
)

// Permitted says why this actor may not do that, whatever its state, nil where they may.
func Permitted(h Handover, k Kind, actor Actor) *Error { return permitted(h, k, actor) }

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
