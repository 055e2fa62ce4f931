package syncer

import (
	"context"
	"errors"

	"doorstep/internal/access"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// Session identifies the sender of a request: a device in the hands of a member of staff.
type Session struct {
	Device string
	Client string
	Staff  string
	// PushOnly: the device is draining or its author has left; it may hand in, not take away.
	PushOnly bool
	// Directive is the order to the device: none, wipe, drain, relogin.
	Directive string
}

// access finds what the person may see today; it is made afresh for each request, not taken
// from the token.
func (e *Engine) access(ctx context.Context, s Session) (*access.Access, *Error) {
	v, ok := e.store.Staff(s.Staff)
	if !ok { // an account made this very moment
		if err := e.Settle(ctx); err != nil {
			return nil, failure(err)
		}
		v, ok = e.store.Staff(s.Staff)
	}
	if !ok {
		f := refuse(wire.CodeRelogin, "This account is not known here any more. Sign in again; keep what is not sent.")
		f.Directive = "relogin"
		return nil, f
	}
	return e.store.Access.Of(v), nil
}

// client finds the outbox the session speaks for; another person's, or a made-up one, is answered alike.
func (e *Engine) client(s Session, id string) (*pbstore.Client, *Error) {
	if id == "" {
		return nil, refuse(wire.CodeInvalid, "client is missing: name the one that came with the enrolment.")
	}
	c, err := e.store.Client(id)
	switch {
	case errors.Is(err, pbstore.ErrNoClient), err == nil && c.Device != s.Device:
		return nil, refuse(wire.CodeNotYourClient, "This device does not own that client. Enrol again and keep what is not sent.")
	case err != nil:
		e.logged("look a client up", err)
		return nil, failure(err)
	}
	return c, nil
}
