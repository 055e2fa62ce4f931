package delivery

import (
	"context"
	"errors"
	"fmt"
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
	var r Report
	items, err := c.Outbox.Due(ctx, c.Now(), c.Batch)
	if err != nil {
		return r, fmt.Errorf("read outbox: %w", err)
	}
	r.More = len(items) >= c.Batch
	var failed []error
	for _, item := range items {
		if err := ctx.Err(); err != nil { // shutting down: the rest is due still
			return r, errors.Join(append(failed, err)...)
		}
		if err := c.deliver(ctx, item, &r); err != nil {
			failed = append(failed, fmt.Errorf("note delivery %d: %w", item.ID, err))
		}
	}
	return r, errors.Join(failed...)
}

func (c *Courier) deliver(ctx context.Context, item Item, r *Report) error {
	err := c.attempt(ctx, item)
	switch {
	case err == nil:
		r.Delivered++
		return c.Outbox.Delivered(ctx, item.ID, c.Now())
	case ctx.Err() != nil: // interrupted by shutdown: no attempt was refused
		return ctx.Err()
	case final(err):
		r.GivenUp++
		return c.Outbox.GiveUp(ctx, item.ID, item.Attempts+1, c.Now(), err.Error())
	}
	r.Retried++
	attempts := item.Attempts + 1
	return c.Outbox.Retry(ctx, item.ID, attempts, c.Now().Add(c.Backoff.After(attempts, c.Chance())), err.Error())
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
