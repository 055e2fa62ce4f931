package httpapi

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/care"
	"doorstep/internal/identity"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// retryAfterSeconds is how long a client is asked to wait when the server cannot say better.
const retryAfterSeconds = 5

// failure is one row of the table from errors to answers.
type failure struct {
	is        error
	code      wire.Code
	message   string
	directive string
}

// failures is the table. An error that is neither in it nor a *wire.Error already is a fault of ours.
var failures = []failure{
	{identity.ErrNotFound, wire.CodeNotFound, "There is nothing of that name that you may see.", ""},
	{identity.ErrForbidden, wire.CodeForbidden, "Your role may not do this.", ""},

	{identity.ErrAssertion, wire.CodeInvalidAssertion, "The assertion is not one that an enrolled device signed by the rules.", ""},
	{identity.ErrAudience, wire.CodeInvalidAudience, "The assertion is addressed to another server.", ""},
	{identity.ErrClock, wire.CodeClock, "The clock of the device is wrong; sign again by server_time.", ""},
	{identity.ErrReplayed, wire.CodeReplayed, "This assertion was used before; sign a new one.", ""},

	{identity.ErrTokenInvalid, wire.CodeTokenInvalid, "This is not an access token of this server; fetch a new one.", ""},
	{identity.ErrTokenExpired, wire.CodeTokenExpired, "The access token has expired; fetch a new one.", ""},

	{identity.ErrLost, wire.CodeLost, "This device was reported lost and must delete everything it holds.", identity.DirectiveWipe},
	{identity.ErrRevoked, wire.CodeRevoked, "This device was withdrawn; sign in and enrol it with a new key.", identity.DirectiveRelogin},
	{identity.ErrRelogin, wire.CodeRelogin, "The time for sending what was left is over; somebody must sign in.", identity.DirectiveRelogin},
	{identity.ErrRole, wire.CodeNoDeviceRole, "This account has no role that carries a device; an administrator can give it one.", ""},
	{identity.ErrInactive, wire.CodeInactive, "This member of staff has left.", ""},

	{identity.ErrKey, wire.CodeInvalidKey, "The key must be the public half of an EC P-256 or Ed25519 key as a JSON Web Key, and locked_key another than the device's own.", ""},
	{identity.ErrKeyTaken, wire.CodeKeyTaken, "This key is enrolled for somebody else; make a new one.", ""},
	{identity.ErrClientTaken, wire.CodeClientTaken, "This client belongs to somebody else; enrol without one.", ""},
	{identity.ErrTooManyPhones, wire.CodeTooManyPhones, "You have as many phones in use as one person may have. Ask your lead to withdraw one that you do not need; one that is not used for a day makes room by itself.", ""},
	{identity.ErrPassword, wire.CodeSignInFailed, "The e-mail address or the password is wrong.", ""},
	{identity.ErrBusy, wire.CodeBusy, "Too many sign in at this moment; try again.", ""},
	{identity.ErrCode, wire.CodeCodeInvalid, "The sign-in code is unknown, used or expired; ask for a new one.", ""},
}

// unavailable answers when the machine, not the request, is at fault: a full disk, an I/O
// error, a deadline. Nothing was taken in.
func unavailable() *wire.Error {
	answer := wire.Fail(wire.CodeUnavailable, "The server cannot store anything at the moment; keep what you have and come back.")
	answer.RetryAfter = retryAfterSeconds
	return answer
}

// byStatus answers what PocketBase's own middlewares refuse before a route of ours runs.
var byStatus = map[int]struct {
	code    wire.Code
	message string
}{
	http.StatusBadRequest:            {wire.CodeMalformed, "The request could not be read."},
	http.StatusUnauthorized:          {wire.CodeTokenMissing, "Sign in first."},
	http.StatusForbidden:             {wire.CodeForbidden, "You may not do this."},
	http.StatusNotFound:              {wire.CodeNotFound, "There is nothing at this address."},
	http.StatusRequestEntityTooLarge: {wire.CodeTooLarge, "The body is too large."},
	http.StatusTooManyRequests:       {wire.CodeTooManyRequests, "Too many requests; wait a little."},
}

// answerFor turns any error into the body the client gets.
func (a *API) answerFor(err error) *wire.Error {
	var known *wire.Error
	if errors.As(err, &known) {
		return known
	}
	if answer := a.refused(err); answer != nil {
		return answer
	}
	for _, f := range failures {
		if errors.Is(err, f.is) {
			answer := wire.Fail(f.code, "%s", f.message)
			answer.Directive = f.directive
			switch f.code {
			case wire.CodeClock:
				answer.ServerTime = care.Stamp(a.Clock())
			case wire.CodeBusy:
				answer.RetryAfter = retryAfterSeconds
			}
			return answer
		}
	}
	if reading := new(pbstore.ReadError); errors.As(err, &reading) {
		answer := wire.Fail(wire.CodeCannotRead, "The server cannot read what it holds at the moment; nothing is lost, come back.")
		answer.RetryAfter = retryAfterSeconds
		return answer
	}
	if pbstore.Unavailable(err) {
		return unavailable()
	}
	var theirs *router.ApiError
	if errors.As(err, &theirs) {
		if row, ok := byStatus[theirs.Status]; ok {
			answer := wire.Fail(row.code, "%s", row.message)
			if row.code == wire.CodeTooManyRequests {
				answer.RetryAfter = retryAfterSeconds
			}
			return answer
		}
	}
	answer := wire.Fail(wire.CodeServerError, "Something went wrong here; it is not your doing.")
	answer.RetryAfter = retryAfterSeconds
	return answer
}

// answerErrors makes every error under it, PocketBase's refusals and panics included, an
// answer of our shape. Causes go to the log and nowhere else.
func (a *API) answerErrors() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "doorstepErrors",
		// Outside everything else, so that what others refuse is answered here too.
		Priority: apis.DefaultWWWRedirectMiddlewarePriority - 1,
		Func:     func(e *core.RequestEvent) error { return a.answer(e, e.Next()) },
	}
}

// answerElsewhere does the same for addresses that no route of ours has. What PocketBase's own clients read keeps
// PocketBase's form, and so does whatever whoever administers it is answered.
func (a *API) answerElsewhere() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id:       "doorstepErrorsElsewhere",
		Priority: apis.DefaultWWWRedirectMiddlewarePriority - 2,
		Func: func(e *core.RequestEvent) error {
			err := e.Next()
			if err == nil || strings.HasPrefix(e.Request.URL.Path, "/api/collections/") || e.HasSuperuserAuth() {
				return err
			}
			return a.answer(e, err)
		},
	}
}

// answer is what becomes of the error of a route; nil is answered already.
func (a *API) answer(e *core.RequestEvent, err error) error {
	if err == nil {
		return nil
	}
	answer := a.answerFor(err)
	if answer.Status >= http.StatusInternalServerError {
		cause := err
		var theirs *router.ApiError
		if errors.As(err, &theirs) { // a panic that PocketBase caught: its cause is inside
			if raw, ok := theirs.RawData().(error); ok {
				cause = raw
			}
		}
		e.App.Logger().Error("request failed", "route", e.Request.Pattern, "code", answer.Code, "cause", cause.Error())
	}
	if e.Written() {
		return nil // too late to say so; the client sees a body cut short
	}
	return writeError(e, answer)
}

func writeError(e *core.RequestEvent, answer *wire.Error) error {
	answerHeader(e, answer)
	return writeJSON(e, answer.Status, answer)
}

// answerHeader says beside an error when to come back, and how to sign in.
func answerHeader(e *core.RequestEvent, answer *wire.Error) {
	header := e.Response.Header()
	if answer.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(answer.RetryAfter))
	}
	if answer.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
}

// methods are those a route of ours can have.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// bindNotFound answers every address under the group that has no route: 405 when the address
// has one for another method, 404 otherwise. Bind it last.
//
// NB! One route for each method, because one for all methods would clash with a GET route for
// pages at the root.
func (a *API) bindNotFound(r *router.Router[*core.RequestEvent], g *router.RouterGroup[*core.RequestEvent]) {
	const rest = "/{rest...}"
	// The finished table of routes, built once, when somebody first misses.
	mux := sync.OnceValues(r.BuildMux)
	missed := func(e *core.RequestEvent) error {
		handler, err := mux()
		if err != nil {
			return err
		}
		if allowed := allowedMethods(handler, e.Request, g.Prefix+rest); len(allowed) > 0 {
			e.Response.Header().Set("Allow", strings.Join(allowed, ", "))
			return wire.Fail(wire.CodeMethodNotAllowed,
				"This address takes %s.", strings.Join(allowed, " or "))
		}
		return wire.Fail(wire.CodeNotFound, "There is nothing at this address.")
	}
	for _, method := range methods {
		g.Route(method, rest, missed)
	}
}

// allowedMethods lists the methods for which the address has a route other than the catch-all.
func allowedMethods(handler http.Handler, request *http.Request, catchAll string) []string {
	mux, ok := handler.(*http.ServeMux)
	if !ok {
		return nil
	}
	var allowed []string
	for _, method := range methods {
		_, pattern := mux.Handler(&http.Request{Method: method, URL: request.URL, Host: request.Host})
		if pattern != "" && pattern != "/" && !strings.HasSuffix(pattern, catchAll) && !slices.Contains(allowed, method) {
			allowed = append(allowed, method)
		}
	}
	return allowed
}
