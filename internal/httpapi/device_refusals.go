package httpapi

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/internal/desk"
	"doorstep/internal/pbdevices"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// mostRefusals is how many are remembered; beyond them a phone fails without a desk being told why.
const mostRefusals = 5000

// refusedAs is a phone and what it asks for.
type refusedAs struct{ device, kind string }

// refusals are phones that the server refuses, since when and how often, until they get what they ask for. They are kept in
// memory, and written down once a minute: a phone that asks all day costs a row a minute at most.
type refusals struct {
	mu      sync.Mutex
	open    map[refusedAs]*desk.Refusal
	changed map[refusedAs]bool
}

// note notes how a request of a phone ended: code "" when it got what it asked for.
func (r *refusals) note(as refusedAs, code string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.open[as]
	if code == "" {
		if was != nil {
			delete(r.open, as)
			r.change(as)
		}
		return
	}
	if was == nil {
		if len(r.open) >= mostRefusals {
			return
		}
		if r.open == nil {
			r.open = map[refusedAs]*desk.Refusal{}
		}
		was = &desk.Refusal{Device: as.device, Kind: as.kind, Since: now}
		r.open[as] = was
	}
	was.Answer, was.Last = code, now
	was.Times++
	r.change(as)
}

func (r *refusals) change(as refusedAs) {
	if r.changed == nil {
		r.changed = map[refusedAs]bool{}
	}
	r.changed[as] = true
}

// take are those that have changed since it was asked last; nil for one that is over.
func (r *refusals) take() map[refusedAs]*desk.Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	due := map[refusedAs]*desk.Refusal{}
	for as := range r.changed {
		due[as] = nil
		if now := r.open[as]; now != nil {
			kept := *now
			due[as] = &kept
		}
	}
	r.changed = nil
	return due
}

// giveBack has what could not be written down be written down later.
func (r *refusals) giveBack(due map[refusedAs]*desk.Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for as := range due {
		r.change(as)
	}
}

// asked is what a phone asks for by a route; "" for what says nothing about whether it syncs.
func asked(r *http.Request) string {
	switch strings.TrimPrefix(r.URL.Path, BasePath) {
	case "/hello":
		return "hello"
	case "/push", "/sealed":
		return "push"
	case "/pull", "/digest":
		return "pull"
	}
	return ""
}

// noteRefusals notes of each phone whether it got what it asked for. A fault of the server's, and being asked to come back
// later, say nothing of the phone; a phone that hands in what it holds is rightly brought nothing.
func (a *API) noteRefusals() *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "doorstepRefusals",
		Func: func(e *core.RequestEvent) error {
			err := e.Next()
			session, kind := sessionOf(e), asked(e.Request)
			if kind == "" || session.PushOnly && kind == "pull" {
				return err
			}
			code := ""
			if err != nil {
				answer := a.answerFor(err)
				if answer.Status >= http.StatusInternalServerError || answer.Status == http.StatusTooManyRequests || e.Request.Context().Err() != nil {
					return err
				}
				code = string(answer.Code)
			}
			a.refusals.note(refusedAs{session.Device, kind}, code, a.Clock())
			return err
		},
	}
}

// LoadRefusals reads which phones were refused before the server started.
func (a *API) LoadRefusals(ctx context.Context) error {
	return a.Store.ReadForPage(ctx, func(v *pbstore.Snapshot) error {
		list, err := pbdevices.Pages{Snapshot: v}.All()
		a.refusals.mu.Lock()
		defer a.refusals.mu.Unlock()
		a.refusals.open = map[refusedAs]*desk.Refusal{}
		for i := range list {
			a.refusals.open[refusedAs{list[i].Device, list[i].Kind}] = &list[i]
		}
		return err
	})
}

// WriteRefusals writes down what has changed since.
func (a *API) WriteRefusals(ctx context.Context) error {
	due := a.refusals.take()
	if len(due) == 0 {
		return nil
	}
	err := a.Sync.Do(ctx, func(tx *pbstore.Tx) error {
		for as, r := range due {
			var err error
			if r == nil {
				err = pbdevices.Forget(tx, as.device, as.kind)
			} else {
				err = pbdevices.Keep(tx, *r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.refusals.giveBack(due)
	}
	return err
}

// devicePages reads phones, and how they are refused. Memory knows what is not written down yet.
type devicePages struct {
	pbpages.Pages
	a *API
}

// Refusals implements desk.DevicePages.
func (p devicePages) Refusals(devices []string) (map[string][]desk.Refusal, error) {
	return p.a.refusals.of(devices), nil
}

var refusalKinds = []string{"hello", "push", "pull"}

// of are those of some phones.
func (r *refusals) of(devices []string) map[string][]desk.Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := map[string][]desk.Refusal{}
	for _, device := range devices {
		for _, kind := range refusalKinds {
			if found := r.open[refusedAs{device, kind}]; found != nil {
				list[device] = append(list[device], *found)
			}
		}
	}
	return list
}
