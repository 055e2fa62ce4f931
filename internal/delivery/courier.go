package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Backoff says how long to wait between attempts.
type Backoff struct {
	First time.Duration // before the second attempt; doubles from then on
	Most  time.Duration // never longer than this
}

// DefaultBackoff waits 2 seconds at first and 5 minutes at most.
var DefaultBackoff = Backoff{First: 2 * time.Second, Most: 5 * time.Minute}

// After is the wait after a number of failed attempts. Chance (0 to 1) spreads it between half
// and the whole, so that what failed together does not come back together.
func (b Backoff) After(attempts int, chance float64) time.Duration {
	// The attempts are a row of the outbox and outlive the process, so the doubling is counted anew.
	// The library's own jitter is off: it cannot be seeded.
	doubling := backoff.ExponentialBackOff{InitialInterval: b.First, Multiplier: 2, MaxInterval: b.Most}
	wait := doubling.NextBackOff()
	for i := 1; i < attempts && wait < b.Most; i++ {
		wait = doubling.NextBackOff()
	}
	return wait/2 + time.Duration(chance*float64(wait-wait/2))
}

// Options configure a courier. All but Timeout and Batch must be given.
type Options struct {
	Outbox   Outbox
	Channels []Channel
	Now      func() time.Time
	Chance   func() float64 // 0 to 1, as rand.Float64
	Backoff  Backoff
	Timeout  time.Duration // of one attempt; 0 = 30 seconds
	Batch    int           // items of one round; 0 = 100
	// Parallel is how many routes are served at once; 0 = 1. The items of one route go one after the other.
	Parallel int
}

// Courier empties the outbox. Only one may run at a time on an outbox.
type Courier struct {
	Options
	channels map[string]Channel
}

// New makes a courier. It fails when two channels have one name or something is missing.
func New(o Options) (*Courier, error) {
	if o.Outbox == nil || o.Now == nil || o.Chance == nil || o.Backoff.First <= 0 || o.Backoff.Most < o.Backoff.First {
		return nil, errors.New("make courier: outbox, clock, chance and backoff must be given")
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Batch == 0 {
		o.Batch = 100
	}
	c := &Courier{Options: o, channels: map[string]Channel{}}
	for _, ch := range o.Channels {
		if c.channels[ch.Name()] != nil {
			return nil, fmt.Errorf("make courier: two channels are called %s", ch.Name())
		}
		c.channels[ch.Name()] = ch
	}
	return c, nil
}

// Report counts what a round did.
type Report struct {
	Delivered, Retried, GivenUp int
	// More: the round was full, so there may be more that is due.
	More bool
}

// Round delivers what is due now. One item that fails never holds up the next. The error joins
// what the outbox itself refused to note; those items are due still and come again.
func (c *Courier) Round(ctx context.Context) (Report, error) {
	items, err := c.Outbox.Due(ctx, c.Now(), c.Batch)
	if err != nil {
		return Report{}, fmt.Errorf("read outbox: %w", err)
	}
	r := tally{Report: Report{More: len(items) >= c.Batch}}
	routes := make(chan []Item)
	var working sync.WaitGroup
	for range max(c.Parallel, 1) {
		working.Go(func() {
			for items := range routes {
				c.route(ctx, items, &r)
			}
		})
	}
	for _, items := range byRoute(items) {
		routes <- items
	}
	close(routes)
	working.Wait()
	return r.Report, errors.Join(append(r.failed, ctx.Err())...) // shutting down: the rest is due still
}

// tally is what a round did so far; its routes are served at once.
type tally struct {
	mu sync.Mutex
	Report
	failed []error
}

func (r *tally) note(count func(*Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	count(&r.Report)
}

// byRoute parts items by the way they go, in the order in which each is first found.
func byRoute(items []Item) (parts [][]Item) {
	at := map[string]int{}
	for _, item := range items {
		i, found := at[item.Route]
		if !found {
			i = len(parts)
			at[item.Route] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], item)
	}
	return parts
}

// route delivers the items of one route, one after the other.
func (c *Courier) route(ctx context.Context, items []Item, r *tally) {
	for _, item := range items {
		if ctx.Err() != nil {
			return
		}
		if err := c.deliver(ctx, item, r); err != nil && ctx.Err() == nil {
			r.mu.Lock()
			r.failed = append(r.failed, fmt.Errorf("note delivery %d: %w", item.ID, err))
			r.mu.Unlock()
		}
	}
}

func (c *Courier) deliver(ctx context.Context, item Item, r *tally) error {
	err := c.attempt(ctx, item)
	now, attempts := c.Now(), item.Attempts+1
	switch {
	case err == nil:
		r.note(func(r *Report) { r.Delivered++ })
		return c.Outbox.Delivered(ctx, item.ID, now)
	case ctx.Err() != nil: // interrupted by shutdown: no attempt was refused
		return ctx.Err()
	case final(err), !item.Until.IsZero() && !now.Before(item.Until):
		r.note(func(r *Report) { r.GivenUp++ })
		return c.Outbox.GiveUp(ctx, item.ID, attempts, now, err.Error())
	}
	r.note(func(r *Report) { r.Retried++ })
	next := now.Add(max(c.Backoff.After(attempts, c.Chance()), asked(err)))
	if !item.Until.IsZero() && next.After(item.Until) {
		next = item.Until // the last attempt
	}
	return c.Outbox.Retry(ctx, item.ID, attempts, next, err.Error())
}

// attempt hands an item to its channel. A channel that panics has failed this item only.
func (c *Courier) attempt(ctx context.Context, item Item) (err error) {
	ch, ok := c.channels[item.Channel]
	if !ok { // it may be configured again; until then it waits where people can see it
		return fmt.Errorf("there is no channel %s", item.Channel)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("channel %s broke down", item.Channel)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return ch.Deliver(ctx, item)
}

// final says whether an error says of itself that trying again is no use.
func final(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && !t.Temporary()
}
