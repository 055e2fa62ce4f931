package desk

import (
	"fmt"
	"time"
)

// Codes of [Error]. They are part of the HTTP contract. A value that does not fit its field is
// refused with the code of its care.Problem instead.
const (
	CodeInvalid           = "invalid"            // what is asked for makes no sense as it stands
	CodeNotFound          = "not_found"          // not theirs; answered as if it were not there
	CodeAlready           = "already"            // somebody decided first; By and At say who and when
	CodeChanged           = "changed"            // somebody changed the value since the lead looked
	CodeImmutable         = "immutable"          // the field is never changed once it is written
	CodeNotSettled        = "not_settled"        // the decision does not settle the issue
	CodeNoCaseload        = "no_caseload"        // somebody in this role holds no people
	CodeYourself          = "yourself"           // somebody else has to note that you leave
	CodeOnlyAdministrator = "only_administrator" // nobody would be left who administers
	CodeClosedElsewhere   = "closed_elsewhere"   // an administrator closed the account, not a desk
	CodeIDTaken           = "id_taken"           // another record has this id
	CodeNotRegistered     = "not_registered"     // the stages could not take the person in
	CodeSameNumber        = "same_number"        // somebody is registered with this NHS number
	CodeTwoAtOnce         = "two_at_once"        // somebody would have to be in two places
	CodeOutsideCaseload   = "outside_caseload"   // the person is not on the caseload of who is to go
	CodeDied              = "died"               // the person died: nobody goes any more
	CodeClosedDay         = "closed_day"         // the team is closed then
	CodePlanEnded         = "plan_ended"         // a plan that has ended is not changed any more
	CodeNotPlanned        = "not_planned"        // the stages could not take the visits in
)

// Error says why a decision was refused, in a code for programs and a sentence for people.
// Whatever the decision wrote before is to be undone.
type Error struct {
	Code    string
	Message string
	// By and At: for already and changed, the member of staff who was first, and when.
	By string
	At time.Time
	// Field is the field of a form of which it speaks; "" for none.
	Field string
	// ToldOf is the person of whom the refusal tells something who need not be the lead's: it goes into the audit and
	// not into the answer. "" for nobody.
	ToldOf string
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// about says of which field of a form a refusal speaks.
func (e *Error) about(field string) *Error {
	e.Field = field
	return e
}

// clipped quotes no more of what somebody sent than fits in a sentence.
func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
