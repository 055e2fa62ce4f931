package handover

import (
	"time"

	"doorstep/internal/care"
)

// Due says when the escalation job must look at a handover next: at the deadline for an
// acknowledgement (or an answer, whichever is sooner) until it is acknowledged, then at the
// deadline for an answer. False when nothing is due: it is closed, the chain is used up, or its
// class has no clock. The moment may lie in the past: then apply Overdue at once.
func Due(h Handover) (time.Time, bool) {
	var due time.Time
	switch {
	case h.State.OffTheClock():
	case h.State.InHand():
		due = h.ActDue
	default:
		due = sooner(h.AckDue, h.ActDue)
	}
	return due, !due.IsZero()
}

// NextInChain is who gets a handover that its holder declined or did not answer: the care
// coordinator of the neighbourhood, unless they have it already. False: the chain is used up.
// Safeguarding never goes down this chain.
func NextInChain(h Handover, coordinator Team) (Team, bool) {
	if h.Class == care.Safeguarding || coordinator.ID == "" || coordinator.ID == h.ToTeam {
		return Team{}, false
	}
	return coordinator, true
}
