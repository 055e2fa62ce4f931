package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/identity"
	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// Limits of requests: the bodies of the small routes in bytes, and the patience of a pull.
const (
	helloBytes  = 64 << 10
	digestBytes = 8 << 20

	maxWaitAsked = 3600 // seconds; the engine waits less in any case
)

// bindSync adds the routes of the conversation itself.
func (a *API) bindSync(v1 *router.RouterGroup[*core.RequestEvent]) {
	if a.Sync == nil {
		return
	}
	g := a.forDevices(v1)
	g.POST("/hello", a.hello)
	g.POST("/push", a.push)
	g.GET("/pull", a.pull)
	g.GET("/stream", a.stream)
	g.POST("/digest", a.digest)
	g.GET("/names", a.phoneNames)
	a.bindPhoneNotices(g)
	if a.Sealing != nil {
		a.forLockedDevices(v1).POST("/sealed", a.sealed)
	}
}

func syncSession(e *core.RequestEvent) syncer.Session {
	s := sessionOf(e)
	return syncer.Session{Device: s.Device, Client: s.Client, Staff: s.Staff, PushOnly: s.PushOnly, Directive: s.Directive}
}

func (a *API) hello(e *core.RequestEvent) error {
	var h wire.HelloRequest
	if err := decodeJSON(e, helloBytes, &h); err != nil {
		return err
	}
	answer, fail := a.Sync.Hello(e.Request.Context(), syncSession(e), &h)
	if fail == nil && len(h.LockedKey) > 0 && a.Sealing != nil {
		if err := a.Identity.KeepLockedKey(e.Request.Context(), sessionOf(e).Device, h.LockedKey); err != nil {
			return err
		}
		answer.Sealing = a.sealingKey()
	}
	return reply(e, answer, fail)
}

func (a *API) push(e *core.RequestEvent) error {
	body, err := readBody(e, mediaJSON, wire.MaxPushBytes)
	if err != nil {
		return err
	}
	answer, err := a.Sync.PushBody(e.Request.Context(), syncSession(e), body)
	if err != nil {
		return err
	}
	return writeJSON(e, http.StatusOK, answer)
}

func (a *API) pull(e *core.RequestEvent) error {
	q := e.Request.URL.Query()
	limit, err := wholeNumber(q.Get("limit"), "limit", 0)
	if err != nil {
		return err
	}
	wait, err := wholeNumber(q.Get("wait"), "wait", 0)
	if err != nil {
		return err
	}
	r := syncer.PullRequest{Client: q.Get("client"), Cursor: q.Get("cursor"), Limit: limit, First: q.Get("first"), Wait: time.Duration(min(wait, maxWaitAsked)) * time.Second}
	if r.Wait > 0 {
		return a.pullWaiting(e, r)
	}
	answer, fail := a.Sync.Pull(e.Request.Context(), syncSession(e), r)
	return reply(e, answer, fail)
}

// pullWaiting is a pull that waits for news: one of a device at a time, until the server stops, and
// answered only to who may still have the answer.
func (a *API) pullWaiting(e *core.RequestEvent, r syncer.PullRequest) error {
	waiting, err := a.waiting.admit(e.Request.Context(), "pull "+sessionOf(e).Device, 1)
	if err != nil {
		return err
	}
	defer waiting.release()
	if a.Draining != nil {
		defer context.AfterFunc(a.Draining, waiting.cancel)()
	}
	r.Until = waiting.Done()
	answer, fail := a.Sync.Pull(e.Request.Context(), syncSession(e), r)
	session, err := a.Identity.Authenticate(e.Request.Context(), bearer(e.Request.Header))
	switch {
	case errors.Is(err, identity.ErrTokenExpired): // it was good when it was asked
	case err != nil:
		return err
	case session.PushOnly:
		return syncer.PushOnly(session.Directive)
	}
	return reply(e, answer, fail)
}

func (a *API) digest(e *core.RequestEvent) error {
	var d wire.DigestRequest
	if err := decodeJSON(e, digestBytes, &d); err != nil {
		return err
	}
	answer, fail := a.Sync.Digest(e.Request.Context(), syncSession(e), &d)
	return reply(e, answer, fail)
}

// wholeNumber reads a query parameter that counts something; missing gives the default.
func wholeNumber(text, name string, missing int) (int, error) {
	if text == "" {
		return missing, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, wire.Fail(wire.CodeInvalid, "%s must be a whole number from 0.", name)
	}
	return int(n), nil
}

func reply[T any](e *core.RequestEvent, answer *T, fail *syncer.Error) error {
	if fail != nil {
		return fail
	}
	return writeJSON(e, http.StatusOK, answer)
}
