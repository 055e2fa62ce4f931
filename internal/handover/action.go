package handover

import (
	"strings"
	"time"

	"doorstep/internal/care"
)

// Action is something to be done to a handover.
type Action struct {
	Kind   Kind
	Reason string // of decline, hand_on and stand_down
	Text   string // the answer, or what a hand-on adds
	// Cause of a decline, one of care.DeclineCauses; "" = none was chosen.
	Cause string
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

	// With is what answers this one too, of a stand-down: what another partner was asked, which stands beside it.
	With *Handover

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
