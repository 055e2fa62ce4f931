package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/clockwatch"
	"doorstep/internal/health"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
)

// HealthPath is where the server says how it is. It is open to all and holds nothing of anybody.
const HealthPath = "/api/doorstep/health"

const (
	// probeEvery is how often health writes at most: it is open to all.
	probeEvery = 5 * time.Second
	// probeWait is how long that write may take, and probeJob what it is noted under.
	probeWait = 3 * time.Second
	probeJob  = "health"
)

// measure begins to count what health tells.
func (a *API) measure() {
	if a.Uptime == nil {
		began := a.Clock()
		a.Uptime = func() time.Duration { return a.Clock().Sub(began) }
	}
	a.outcomes = health.NewOutcomes(a.Uptime)
}

func (a *API) bindHealth(r *router.Router[*core.RequestEvent]) {
	if a.Sync == nil {
		return
	}
	r.GET(HealthPath, a.health).Bind(a.answerErrors()).Unbind(apis.DefaultActivityLoggerMiddlewareId, apis.DefaultLoadAuthTokenMiddlewareId)
}

// health answers whether this server does its work, for those who watch over it.
func (a *API) health(e *core.RequestEvent) error {
	h, fault, err := a.examine(e.Request.Context(), true)
	if err != nil {
		return err
	}
	if len(h.Problems)+len(h.Warnings) > 0 {
		a.App.Logger().Error("health", "problems", h.Problems, "warnings", h.Warnings, "cause", fmt.Sprint(fault))
	}
	status := http.StatusOK
	if h.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	return writeJSON(e, status, h)
}

// Vitals says how the server is, without trying a write: of that it says how the last one ended.
func (a *API) Vitals(ctx context.Context) (*health.Report, error) {
	h, _, err := a.examine(ctx, false)
	return h, err
}

// examine says how the server is; fault is why a write that was tried was not stored.
func (a *API) examine(ctx context.Context, try bool) (h *health.Report, fault, err error) {
	vitals := a.Sync.Vitals()
	m := health.Measured{Now: a.Clock(), Epoch: vitals.Epoch, Head: vitals.Head, Waiting: vitals.Waiting, Limit: vitals.Limit,
		Escalation: syncer.JobDue, Requests: a.outcomes.Shares(), Disk: health.MeasureDisk(a.App.DataDir()),
		Clock: clockwatch.State{Steady: true}, CheckedAt: vitals.CheckedAt, Damaged: vitals.Damaged}
	if a.Jobs != nil {
		m.Jobs = a.Jobs()
	}
	if a.ClockWatch != nil {
		m.Clock = a.ClockWatch.Look()
	}
	if a.Copy != nil {
		m.Copied = true
		m.Behind, m.CopyFailing = a.Copy()
	}
	if m.Unreadable.Rows, m.Unreadable.Collections, err = a.Store.Unreadable(ctx); err != nil {
		return nil, nil, err
	}
	if try {
		m.TestedAt, fault = a.probe.try(ctx, a.Uptime(), m.Now, a.Sync)
	} else {
		m.TestedAt, fault = a.probe.last()
	}
	m.TestFailed = fault != nil
	return health.Judge(m), fault, nil
}

// probe tries to write, not too often however many ask.
type probe struct {
	mu     sync.Mutex
	after  time.Duration // by uptime: when it may be tried again
	tested time.Time
	err    error
}

func (p *probe) try(ctx context.Context, uptime time.Duration, now time.Time, engine *syncer.Engine) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.tested.IsZero() && uptime < p.after {
		return p.tested, p.err
	}
	// Who asked may hang up; that says nothing about the store.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWait)
	defer cancel()
	p.after, p.tested = uptime+probeEvery, now
	p.err = engine.Do(ctx, func(tx *pbstore.Tx) error { return tx.Ran(probeJob, "") })
	return p.tested, p.err
}

// last is how the last write that was tried ended.
func (p *probe) last() (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tested, p.err
}

// AskHealth asks the server at a base address such as http://127.0.0.1:8090 how it is. It is an
// error when it does not answer, or not with "ok"; the answer goes to out.
func AskHealth(ctx context.Context, server string, out io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server+HealthPath, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", server, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, smallBody))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", server, err)
	}
	if _, err := out.Write(body); err != nil {
		return err
	}
	var h health.Report
	if err := json.Unmarshal(body, &h); err != nil || response.StatusCode != http.StatusOK || h.Status != "ok" {
		return fmt.Errorf("%s is not well: status %d", server, response.StatusCode)
	}
	return nil
}
