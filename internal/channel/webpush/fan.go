package webpush

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2"

	"doorstep/internal/channel"
	"doorstep/internal/delivery"
)

// Fan is web push as the outbox knows it: what comes before a team goes to everybody of it who asked for notices, as they
// stand at that moment. Whoever has left, or whose phone is refused, is told nothing any more.
type Fan struct {
	*Channel
	// Of are the subscriptions of a team's people, each as a route.
	Of func(ctx context.Context, team string) ([]channel.Route, error)
	// Gone takes away a subscription that there is not any more.
	Gone func(ctx context.Context, id string) error
	Now  func() time.Time
	// had are the subscriptions that took a notice, as tag and id: of an attempt that is made again the others get it.
	had *lru.Cache[string, struct{}]
}

// remembered are the takings that are remembered; of more, somebody is told twice, and the notice takes the place of itself.
const remembered = 4096

// atOnce are how many subscriptions are served side by side.
const atOnce = 8

// NewFan makes one.
func NewFan(f Fan) (*Fan, error) {
	had, err := lru.New[string, struct{}](remembered)
	f.had = had
	return &f, err
}

// Deliver implements delivery.Channel. It fails while a subscription that is there did not take it, so that it is tried again; at the last
// attempt it is delivered where at least one did.
func (f *Fan) Deliver(ctx context.Context, item delivery.Item) error {
	list, err := f.Of(ctx, item.Team)
	if err != nil {
		return err
	}
	n := channel.Notice{Key: item.Key, Classes: item.Classes, Handover: item.Handover, Team: item.Team, At: f.Now()}
	results, places := make([]error, len(list)), make(chan struct{}, atOnce)
	var sending sync.WaitGroup
	for i, r := range list {
		if f.had.Contains(Tag(item.Key) + r.ID) {
			continue
		}
		places <- struct{}{}
		sending.Go(func() {
			defer func() { <-places }()
			results[i] = f.one(ctx, r, n)
		})
	}
	sending.Wait()
	taken := slices.ContainsFunc(list, func(r channel.Route) bool { return f.had.Contains(Tag(item.Key) + r.ID) })
	switch err := worst(results); {
	case err != nil && (!taken || !f.last(&item, err)):
		return err
	case !taken:
		return &delivery.Failure{Why: delivery.RouteEnded, Final: true} // nobody takes any more
	}
	return nil
}

// last says whether an item that failed is not tried again.
func (f *Fan) last(item *delivery.Item, err error) bool {
	var failed *delivery.Failure
	return errors.As(err, &failed) && !failed.Temporary() || !item.Until.IsZero() && !f.Now().Before(item.Until)
}

// one tells one subscription. That there is none any more is no failure.
func (f *Fan) one(ctx context.Context, r channel.Route, n channel.Notice) error {
	err := f.Send(ctx, r, n)
	switch {
	case Gone(err):
		return f.Gone(ctx, r.ID)
	case err == nil:
		f.had.Add(Tag(n.Key)+r.ID, struct{}{})
	}
	return err
}

// worst is the failure that is worth another attempt, if there is one: what is for good at one browser may not end it for the others.
func worst(results []error) (found error) {
	for _, err := range results {
		var f *delivery.Failure
		if err != nil && (!errors.As(err, &f) || f.Temporary()) {
			return err
		}
		if found == nil {
			found = err
		}
	}
	return found
}
