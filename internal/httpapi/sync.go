package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/syncer"
	"doorstep/internal/wire"
)

// Limits of the bodies of the small routes, in bytes.
const (
	helloBytes  = 64 << 10
	digestBytes = 8 << 20
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
	g.POST("/digest", a.digest)
	g.GET("/names", a.names)
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
	return reply(e, answer, fail)
}

func (a *API) push(e *core.RequestEvent) error {
	body, err := readBody(e, mediaJSON, wire.MaxPushBytes)
	if err != nil {
		return err
	}
	p, fail := wire.DecodePush(body)
	if fail != nil {
		return fail
	}
	answer, fail := a.Sync.Push(e.Request.Context(), syncSession(e), p)
	return reply(e, answer, fail)
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
	ctx := e.Request.Context()
	if a.Draining != nil {
		waiting, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(a.Draining, cancel)()
		ctx = waiting
	}
	answer, fail := a.Sync.Pull(ctx, syncSession(e), syncer.PullRequest{
		Client: q.Get("client"), Cursor: q.Get("cursor"), Limit: limit, Wait: time.Duration(min(wait, 60)) * time.Second})
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
		return 0, wire.Fail(http.StatusBadRequest, "invalid", wire.RetryAfterFix, "%s must be a whole number from 0.", name)
	}
	return int(n), nil
}

func reply[T any](e *core.RequestEvent, answer *T, fail *wire.Error) error {
	if fail != nil {
		return fail
	}
	return writeJSON(e, http.StatusOK, answer)
}
