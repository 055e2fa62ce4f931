package handover

import (
	"fmt"
	"time"

	"doorstep/internal/care"
)

// Codes of [Error]. They are part of the HTTP contract.
const (
	CodeAlready        = "already"          // somebody was first; By and At say who and when
	CodeNotAllowed     = "not_allowed"      // not for this role
	CodeNotFound       = "not_found"        // not theirs; answered as if it were not there
	CodeWrongState     = "wrong_state"      // not from where the handover stands
	CodeReasonNeeded   = "reason_needed"    // say why
	CodeOutcomeNeeded  = "outcome_needed"   // not one of care.HandoverOutcomes
	CodeTextNeeded     = "text_needed"      // an answer that asks for work says what work
	CodeNameNeeded     = "name_needed"      // a call that reached somebody reached a named person
	CodeTeamNeeded     = "team_needed"      // hand on to whom
	CodeSafeNoteNeeded = "safe_note_needed" // a voluntary team gets a note safe to share, nothing else
)

// CodeRegistrantNeeded: E and U2 from this role need a named registrant. No action is refused for it: it is an issue
// of a handover by hand.
const CodeRegistrantNeeded = care.CodeRegistrantNeeded

// Error says why an action was refused, in a code for programs and a sentence for people.
// Nothing was changed.
type Error struct {
	Code    string
	Message string
	// State is where the handover stands.
	State care.State
	// By and At: for already, who brought it there and when. By is a member of staff, ""
	// where it was the machine or is not known.
	By string
	At time.Time
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Temporary says whether the same request can succeed later: it cannot.
func (e *Error) Temporary() bool { return false }

func refuse(code string, h Handover, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), State: h.State}
}

// Already tells the loser of a race who was first. The store gives it the handover as the
// winner left it, when its version check fails and the action is not possible any more.
func Already(h Handover) *Error {
	by, since := h.reached()
	e := refuse(CodeAlready, h, "Somebody %s this already", done[h.State])
	if !since.IsZero() {
		e.Message += ", on " + when(since)
	}
	e.Message += "."
	e.By, e.At = by, since
	return e
}

// done is what somebody did to bring a handover to a state.
var done = map[care.State]string{
	care.Queued: "raised", care.Sent: "sent", care.CallNeeded: "sent", care.NoDestination: "raised", care.Seen: "saw",
	care.Acknowledged: "acknowledged", care.Accepted: "accepted", care.Done: "answered", care.Declined: "declined",
	care.Escalated: "escalated", care.Failed: "escalated", care.StoodDown: "stood down",
}
