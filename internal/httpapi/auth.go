package httpapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/wire"
)

const sessionKey = "doorstepSession"

// requireDevice lets a phone with a valid access token through and leaves its Session in the
// request: a locked one, or one that is not. Errors: 401 token_missing, 403 locked, and those of
// identity.Service.Authenticate.
func (a *API) requireDevice(locked bool) *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "doorstepRequireDevice",
		Func: func(e *core.RequestEvent) error {
			token := bearer(e.Request.Header)
			if token == "" {
				return tokenMissing("a phone's access token")
			}
			session, err := a.Identity.Authenticate(e.Request.Context(), token)
			if err != nil {
				return err
			}
			if session.Locked != locked {
				return lockedOnly(locked)
			}
			a.heard.note(session.Staff, a.Clock())
			e.Set(sessionKey, session)
			return e.Next()
		},
	}
}

// forDevices is a group under g whose routes are for phones with an access token.
func (a *API) forDevices(g *router.RouterGroup[*core.RequestEvent]) *router.RouterGroup[*core.RequestEvent] {
	// PocketBase need not look at a token that is not one of its own.
	return g.Group("").Bind(a.requireDevice(false), a.noteRefusals()).Unbind(apis.DefaultLoadAuthTokenMiddlewareId)
}

// forLockedDevices is a group under g whose routes are for locked phones alone.
func (a *API) forLockedDevices(g *router.RouterGroup[*core.RequestEvent]) *router.RouterGroup[*core.RequestEvent] {
	return g.Group("").Bind(a.requireDevice(true), a.noteRefusals()).Unbind(apis.DefaultLoadAuthTokenMiddlewareId)
}

// lockedOnly answers the wrong kind of token: a locked phone's where it may not be, or another where only that may.
func lockedOnly(locked bool) error {
	if locked {
		return wire.Fail(wire.CodeLocked, "Only a locked phone sends sealed changes; send what is not sealed to /push.")
	}
	return wire.Fail(wire.CodeLocked, "This token is a locked phone's: it sends sealed changes and reads nothing. Unlock the phone.")
}

// sessionOf returns who is asking, on a route behind requireDevice; the zero Session elsewhere.
func sessionOf(e *core.RequestEvent) identity.Session {
	session, _ := e.Get(sessionKey).(identity.Session)
	return session
}

// requireStaff lets a member of staff through who signed in with PocketBase and has not left.
// They are e.Auth from then on. Errors: 401 token_missing or token_invalid, 403 forbidden or
// inactive.
func (a *API) requireStaff() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "doorstepRequireStaff",
		Func: func(e *core.RequestEvent) error {
			if _, err := a.staffOf(e); err != nil {
				return err
			}
			return e.Next()
		},
	}
}

// staffOf returns the member of staff who is asking; see requireStaff.
func (a *API) staffOf(e *core.RequestEvent) (*core.Record, error) {
	switch {
	case e.Auth == nil && e.Request.Header.Get("Authorization") == "":
		return nil, tokenMissing("a staff token")
	case e.Auth == nil:
		return nil, signIn(wire.CodeTokenInvalid, "This is not a staff token, or it has expired; sign in again.")
	case e.Auth.Collection().Name != care.StaffName:
		return nil, identity.ErrForbidden
	}
	if hasLeft(e.Auth, a.Clock()) {
		return nil, identity.ErrInactive
	}
	return e.Auth, nil
}

func hasLeft(staff *core.Record, now time.Time) bool {
	left := staff.GetDateTime("inactive_since").Time()
	return !left.IsZero() && !now.Before(left)
}

func tokenMissing(what string) error {
	return signIn(wire.CodeTokenMissing, "Send "+what+": Authorization: Bearer ….")
}

// signIn answers where nothing but signing in helps: unlike a device's token, nobody can fetch another.
func signIn(code wire.Code, message string) *wire.Error {
	answer := wire.Fail(code, "%s", message)
	answer.Retry = wire.RetryAfterFix
	return answer
}

// bearer returns the token of an Authorization header (RFC 6750), "" when there is none or
// more than one.
func bearer(header http.Header) string {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
