package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
	"golang.org/x/time/rate"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/fhir"
	"doorstep/internal/identity"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// FHIRPath is where receivers read, in FHIR's own form.
const FHIRPath = "/fhir"

// receiverKey is where a request keeps which receiver asks.
const receiverKey = "doorstep_receiver"

// receiver is who asks: the program of a team, by a token of its route.
type receiver struct {
	route *pbchannels.Route
	token *pbchannels.Token
}

func (a *API) bindFHIR(r *router.Router[*core.RequestEvent]) {
	if a.Sync == nil || a.Store == nil {
		return
	}
	g := r.Group(FHIRPath)
	g.Bind(a.answerInFHIR())
	g.GET("/metadata", func(e *core.RequestEvent) error { return a.writeFHIR(e, http.StatusOK, fhir.Capability()) })
	own := g.Group("").Bind(a.requireReceiver())
	own.GET("/Task/{id}", func(e *core.RequestEvent) error { return a.readAsReceiver(e, "Task", a.taskOf) })
	own.GET("/Bundle/{id}", func(e *core.RequestEvent) error { return a.readAsReceiver(e, "Bundle", a.bundleOf) })
	a.bindNotFound(r, g)
	g.Unbind(apis.DefaultActivityLoggerMiddlewareId, apis.DefaultLoadAuthTokenMiddlewareId, apis.DefaultBodyLimitMiddlewareId)
}

func (a *API) writeFHIR(e *core.RequestEvent, status int, resource any) error {
	raw, err := fhir.Write(resource)
	if err != nil {
		return err
	}
	return writeBody(e, status, fhir.Media, raw)
}

// issueTypes are our statuses as FHIR's issue-type has them.
var issueTypes = map[int]string{http.StatusBadRequest: "invalid", http.StatusUnauthorized: "login", http.StatusForbidden: "forbidden", http.StatusNotFound: "not-found",
	http.StatusMethodNotAllowed: "not-supported", http.StatusRequestEntityTooLarge: "too-long", http.StatusTooManyRequests: "throttled", http.StatusServiceUnavailable: "transient"}

// answerInFHIR makes every error under it an OperationOutcome. Causes go to the log and nowhere else.
func (a *API) answerInFHIR() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id:       "doorstepFHIRErrors",
		Priority: apis.DefaultWWWRedirectMiddlewarePriority - 1,
		Func: func(e *core.RequestEvent) error {
			err := e.Next()
			if err == nil {
				return nil
			}
			answer := a.answerFor(err)
			code, known := issueTypes[answer.Status]
			if !known {
				code = "exception"
			}
			if answer.Status >= http.StatusInternalServerError {
				a.App.Logger().Error("request failed", "route", e.Request.Pattern, "code", answer.Code, "cause", err.Error())
			}
			if e.Written() {
				return nil
			}
			answerHeader(e, answer)
			return a.writeFHIR(e, answer.Status, fhir.Outcome(code, answer.Message))
		},
	}
}

// requireReceiver lets a receiver through that has a token in force, not too often.
func (a *API) requireReceiver() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "doorstepRequireReceiver",
		Func: func(e *core.RequestEvent) error {
			token := bearer(e.Request.Header)
			if token == "" {
				return tokenMissing("the token of a receiver")
			}
			var who receiver
			if strings.HasPrefix(token, tokenPrefix) {
				if err := a.Store.ReadForPage(e.Request.Context(), func(v *pbstore.Snapshot) (err error) {
					who.route, who.token, err = pbchannels.Of(v).Opens(tokenHash(token), a.epoch())
					return err
				}); err != nil {
					return err
				}
			}
			if who.route == nil {
				return signIn(wire.CodeTokenInvalid, "This token opens nothing: it is none of ours, was taken back, a backup was put back since, or nothing is agreed with its receiver any more. Ask whoever set this way up.")
			}
			if !a.asking.may(who.token.ID, a.Uptime()) {
				answer := wire.Fail(wire.CodeTooManyRequests, "This receiver asks too often; once every two seconds is enough.")
				answer.RetryAfter = retryAfterSeconds
				return answer
			}
			e.Set(receiverKey, &who)
			return e.Next()
		},
	}
}

// How often a receiver may ask: in the long run once every two seconds, and thirty times at once.
const (
	receiverEvery = 2 * time.Second
	receiverBurst = 30
	// mostAsking is how many receivers are remembered. There are two for a route at most: who forgets them all lets each
	// ask thirty times more.
	mostAsking = 10_000
)

// asking remembers how often receivers ask; the zero value is ready.
type asking struct {
	mu   sync.Mutex
	each map[string]*rate.Limiter
}

func (r *asking) may(token string, uptime time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.each == nil || len(r.each) >= mostAsking {
		r.each = map[string]*rate.Limiter{}
	}
	l := r.each[token]
	if l == nil {
		l = rate.NewLimiter(rate.Every(receiverEvery), receiverBurst)
		r.each[token] = l
	}
	return l.AllowN(time.Unix(0, 0).Add(uptime), 1)
}

// taskOf writes the Task of a handover alone.
func (a *API) taskOf(ctx context.Context, d *handoverDetail) ([]byte, error) {
	h, err := a.asFHIR(ctx, d)
	if err != nil {
		return nil, err
	}
	return fhir.WriteTask(h)
}

// readAsReceiver answers a handover that the receiver's team was told of by its route: what the reception of that team sees.
// Anything else, and every safeguarding concern, is not there. What a receiver has already, by If-None-Match, is not sent
// again; whatever is sent stands in the audit.
func (a *API) readAsReceiver(e *core.RequestEvent, kind string, write func(context.Context, *handoverDetail) ([]byte, error)) error {
	who, ctx, id := e.Get(receiverKey).(*receiver), e.Request.Context(), e.Request.PathValue("id")
	told := false
	if err := a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) (err error) {
		told, err = pbchannels.Of(v).ToldBy(who.route.ID, id)
		return err
	}); err != nil {
		return err
	}
	if !told {
		return identity.ErrNotFound
	}
	d, ok, err := a.detail(ctx, a.receptionOf(who.route.Team), id)
	if err != nil {
		return err
	}
	if !ok || d.Class == string(care.Safeguarding) || d.Projection == access.SealedView {
		return identity.ErrNotFound
	}
	raw, err := write(ctx, &d)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	tag := `W/"` + hex.EncodeToString(sum[:8]) + `"`
	e.Response.Header().Set("ETag", tag)
	e.Response.Header().Set("Cache-Control", "no-store")
	if e.Request.Header.Get("If-None-Match") == tag {
		e.Response.WriteHeader(http.StatusNotModified)
		return nil
	}
	if err := writerFailed(a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		return errors.Join(pbchannels.In(tx).UseToken(who.token.ID),
			tx.Audit("", "", "read_by_receiver", care.Handovers, d.ID, d.Patient.ID, map[string]any{"resource": kind, "route": who.route.ID, "token": who.token.ID, "team": who.route.Team}))
	})); err != nil {
		return err
	}
	return writeBody(e, http.StatusOK, fhir.Media, raw)
}
