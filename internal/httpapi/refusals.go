package httpapi

import (
	"errors"
	"net/http"
	"strings"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/handover"
	"doorstep/internal/wire"
)

// refusal is how one code of the rooms below is answered.
type refusal struct {
	status int
	retry  wire.Retry
}

// refusals is the one table from the codes of the rooms below to answers. A code means the same
// whoever gives it.
var refusals = map[string]refusal{
	desk.CodeNotFound: {http.StatusNotFound, wire.RetryNever},    // handover.CodeNotFound
	desk.CodeAlready:  {http.StatusConflict, wire.RetryNever},    // handover.CodeAlready
	desk.CodeChanged:  {http.StatusConflict, wire.RetryAfterFix}, // arrange.CodeChanged
	desk.CodeInvalid:  badRequest,

	desk.CodeImmutable:       {http.StatusConflict, wire.RetryAfterFix},
	desk.CodeNotSettled:      {http.StatusConflict, wire.RetryAfterFix},
	desk.CodeNoCaseload:      {http.StatusConflict, wire.RetryAfterFix},
	desk.CodeYourself:        {http.StatusConflict, wire.RetryNever},
	desk.CodeClosedElsewhere: {http.StatusConflict, wire.RetryNever},
	desk.CodeIDTaken:         {http.StatusConflict, wire.RetryAfterFix},
	desk.CodeNotRegistered:   {http.StatusConflict, wire.RetryAfterFix},
	desk.CodeSameNumber:      {http.StatusConflict, wire.RetryAfterFix},

	handover.CodeWrongState:       {http.StatusConflict, wire.RetryNever},
	handover.CodeNotAllowed:       {http.StatusForbidden, wire.RetryNever},
	handover.CodeUnknownAction:    {http.StatusNotFound, wire.RetryNever},
	handover.CodeReasonNeeded:     badRequest,
	handover.CodeOutcomeNeeded:    badRequest,
	handover.CodeTextNeeded:       badRequest,
	handover.CodeNameNeeded:       badRequest,
	handover.CodeTeamNeeded:       badRequest,
	handover.CodeSafeNoteNeeded:   badRequest,
	handover.CodeRegistrantNeeded: badRequest,
}

// badRequest answers what is missing in a request, and with the code of its care.Problem a value
// that does not fit its field.
var badRequest = refusal{http.StatusBadRequest, wire.RetryAfterFix}

// refused turns what a room below refuses into an answer that names who was first; nil for any
// other error.
func (a *API) refused(err error) *wire.Error {
	var ofHandover *handover.Error
	var ofDesk *desk.Error
	var answer *wire.Error
	switch {
	case errors.As(err, &ofHandover):
		answer = &wire.Error{Code: ofHandover.Code, Message: ofHandover.Message, By: ofHandover.By, At: care.Stamp(ofHandover.At), State: string(ofHandover.State)}
	case errors.As(err, &ofDesk):
		answer = &wire.Error{Code: ofDesk.Code, Message: ofDesk.Message, By: ofDesk.By, At: care.Stamp(ofDesk.At)}
	default:
		return nil
	}
	row, ok := refusals[answer.Code]
	if !ok {
		row = badRequest
	}
	answer.Status, answer.Retry = row.status, row.retry
	if who := a.Store.NamedStaff(answer.By); who != nil && who.Name != "" {
		answer.ByName = who.Name
		answer.Message = strings.Replace(answer.Message, "Somebody", who.Name, 1)
	}
	return answer
}
