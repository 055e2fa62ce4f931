package httpapi

import (
	"errors"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/handover"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// refused turns what a room below refuses into an answer that names who was first; nil for any
// other error.
func (a *API) refused(err error) *wire.Error {
	var ofHandover *handover.Error
	var ofDesk *desk.Error
	var ofSync *syncer.Error
	var answer *wire.Error
	switch {
	case errors.As(err, &ofHandover):
		answer = &wire.Error{Code: ofHandover.Code, Message: ofHandover.Message, By: ofHandover.By, At: care.Stamp(ofHandover.At), State: string(ofHandover.State)}
	case errors.As(err, &ofDesk):
		answer = &wire.Error{Code: ofDesk.Code, Message: ofDesk.Message, By: ofDesk.By, At: care.Stamp(ofDesk.At)}
		if ofDesk.Field != "" {
			answer.Fields = []wire.FieldError{{Field: ofDesk.Field, Message: ofDesk.Message}}
		}
	case errors.As(err, &ofSync):
		answer = &wire.Error{Code: string(ofSync.Code), Message: ofSync.Message, Directive: ofSync.Directive, Expected: ofSync.Expected,
			Epoch: ofSync.Epoch, LastMid: ofSync.LastMid, LastKey: ofSync.LastKey, RetryAfter: int(ofSync.RetryAfter / time.Second)}
	default:
		return nil
	}
	row, ok := wire.RowOf(wire.Code(answer.Code))
	if !ok { // of a care.Problem that no page's request can have
		row, _ = wire.RowOf(wire.CodeInvalid)
	}
	answer.Status, answer.Retry = row.Status, row.Retry
	if answer.By == "" {
		return answer
	}
	if who := a.Store.Access.NamedStaff(answer.By); who != nil && who.Name != "" {
		answer.ByName = who.Name
		answer.Message = strings.Replace(answer.Message, "Somebody", who.Name, 1)
	}
	return answer
}
