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

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/syncer"
)

// HealthPath is where the server says how it is. It is open to all and holds nothing of anybody.
const HealthPath = "/api/doorstep/health"

const (
	// lateAfter is how long the escalation job may be silent.
	lateAfter = 2 * time.Minute
	// probeEvery is how often health writes at most: it is open to all.
	probeEvery = 5 * time.Second
	// probeWait is how long that write may take, and probeJob what it is noted under.
	probeWait = 3 * time.Second
	probeJob  = "health"
)

// Health is the answer of the health route: 200 when Status is "ok", else 503.
type Health struct {
	Status     string    `json:"status"` // ok, or failing
	Problems   []string  `json:"problems"`
	Epoch      string    `json:"epoch"`
	Head       int64     `json:"head"`
	Time       string    `json:"time"`
	Queue      Queue     `json:"queue"`
	Escalation LastRun   `json:"escalation"`
	Store      StoreTest `json:"store"`
}

// Queue is how many pieces of work wait for the writer, and how many may.
type Queue struct {
	Waiting int `json:"waiting"`
	Limit   int `json:"limit"`
}

// LastRun is when a job ran last; null when it never did.
type LastRun struct {
	LastRun *string `json:"last_run"`
	Late    bool    `json:"late"`
}

// StoreTest is when a write was tried last and whether it was stored.
type StoreTest struct {
	TestedAt string `json:"tested_at"`
	Writes   bool   `json:"writes"`
}

// Problems of a Health.
const (
	problemEscalation = "escalation_late" // nobody looks at deadlines
	problemStore      = "store"           // nothing can be stored
)

func (a *API) bindHealth(r *router.Router[*core.RequestEvent]) {
	if a.Sync == nil {
		return
	}
	r.GET(HealthPath, a.health).Bind(a.answerErrors()).Unbind(apis.DefaultActivityLoggerMiddlewareId, apis.DefaultLoadAuthTokenMiddlewareId)
}

// health answers whether this server does its work, for those who watch over it.
func (a *API) health(e *core.RequestEvent) error {
	h, err := a.examine(e.Request.Context())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if h.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	return writeJSON(e, status, h)
}

func (a *API) examine(ctx context.Context) (*Health, error) {
	now := a.Clock()
	vitals, err := a.Sync.Vitals()
	if err != nil {
		return nil, err
	}
	h := &Health{Status: "ok", Problems: []string{}, Epoch: vitals.Epoch, Head: vitals.Head, Time: care.Stamp(now),
		Queue: Queue{Waiting: vitals.Waiting, Limit: vitals.Limit}}
	since := a.Started
	if !vitals.DueRan.IsZero() {
		ran := care.Stamp(vitals.DueRan)
		h.Escalation.LastRun = &ran
		if vitals.DueRan.After(since) {
			since = vitals.DueRan
		}
	}
	if h.Escalation.Late = now.Sub(since) >= lateAfter; h.Escalation.Late {
		h.Problems = append(h.Problems, problemEscalation)
	}
	tested, fault := a.probe.try(ctx, now, a.Sync)
	h.Store = StoreTest{TestedAt: care.Stamp(tested), Writes: fault == nil}
	if fault != nil {
		h.Problems = append(h.Problems, problemStore)
	}
	if len(h.Problems) > 0 {
		h.Status = "failing"
		a.App.Logger().Error("health", "problems", h.Problems, "cause", fmt.Sprint(fault))
	}
	return h, nil
}

// probe tries to write, not too often however many ask.
type probe struct {
	mu     sync.Mutex
	tested time.Time
	err    error
}

func (p *probe) try(ctx context.Context, now time.Time, engine *syncer.Engine) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.tested.IsZero() && now.Sub(p.tested) < probeEvery && !now.Before(p.tested) {
		return p.tested, p.err
	}
	// Who asked may hang up; that says nothing about the store.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWait)
	defer cancel()
	p.tested, p.err = now, engine.Do(ctx, func(tx *pbstore.Tx) error { return tx.Ran(probeJob) })
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
	var h Health
	if err := json.Unmarshal(body, &h); err != nil || response.StatusCode != http.StatusOK || h.Status != "ok" {
		return fmt.Errorf("%s is not well: status %d", server, response.StatusCode)
	}
	return nil
}
