package syncer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// Error says why a request of a phone was refused, in a code of the protocol and a sentence for
// people. Nothing was taken in.
type Error struct {
	Code    wire.Code
	Message string
	// Directive is the order to the device, "" for none.
	Directive string
	// Expected is the number the server waits for.
	Expected int64
	// Epoch is the present one, LastMid and LastKey the last change of this outbox the server has.
	Epoch   string
	LastMid *int64
	LastKey string
	// RetryAfter is when to come back; zero leaves it to the client.
	RetryAfter time.Duration
}

// Error implements error.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

func refuse(code wire.Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// failure is the refusal for an error of the writer, or of a read.
func failure(err error) *Error {
	if errors.Is(err, ErrNotSecured) { // before what is like a deadline: the copy may have run into one
		no := refuse(wire.CodeUnavailable, "It is stored here and not in the copy yet, so that it does not count as safe. Keep it and try again.")
		no.RetryAfter = 30 * time.Second
		return no
	}
	if errors.Is(err, errUnopened) {
		return refuse(wire.CodeUnavailable, "What this phone sent while it was locked could not be opened. Let it send that once more before anything new is fetched; nothing is lost.")
	}
	if errors.Is(err, ErrBusy) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		no := refuse(wire.CodeBusy, "Many phones are sending at this moment. Nothing is lost; try again shortly.")
		no.RetryAfter = 5 * time.Second
		return no
	}
	if reading := new(pbstore.ReadError); errors.As(err, &reading) {
		no := refuse(wire.CodeCannotRead, "The server cannot read what it holds at the moment. Nothing is lost; keep what is not sent and try again.")
		no.RetryAfter = 30 * time.Second
		return no
	}
	no := refuse(wire.CodeUnavailable, "The server cannot store anything at the moment. Nothing was taken in; keep it and try again.")
	no.RetryAfter = 30 * time.Second
	return no
}

// PushOnly refuses a phone that hands in only and asks for something.
func PushOnly(directive string) *Error {
	no := refuse(wire.CodePushOnly, "This phone may hand in what it holds, but gets nothing any more.")
	no.Directive = directive
	return no
}

// otherEpoch refuses what speaks of an epoch that is over.
func (e *Engine) otherEpoch(c *pbstore.Client) *Error {
	epoch, _ := e.store.Head()
	no := refuse(wire.CodeEpoch, "The server was restored from a backup. Pull from the start and send again what it does not have.")
	no.Epoch, no.LastMid, no.LastKey = epoch, &c.LastMid, c.LastKey
	return no
}

// forked refuses a number that was used for another change.
func forked(c *pbstore.Client) *Error {
	no := refuse(wire.CodeForked, "This number was used for another change: the phone was restored from a backup, or there are two copies of it. Enrol anew and renumber what is not sent.")
	no.LastMid, no.LastKey = &c.LastMid, c.LastKey
	return no
}
