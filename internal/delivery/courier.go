package delivery

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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

// Options configure a courier. All but Timeout, Batch and Parallel must be given.
type Options struct {
	Outbox   Outbox
	Channels []Channel
	Now      func() time.Time
	Chance   func() float64 // 0 to 1, as rand.Float64
	Backoff  Backoff
	Timeout  time.Duration // of one attempt; 0 = 30 seconds
	Batch    int           // items looked at at once; 0 = 100
	// Parallel is how many routes are served at once; 0 = 1. The items of one route go one after the other.
	Parallel int
}

// Courier empties the outbox. Only one may run at a time on an outbox.
type Courier struct {
	Options
	channels map[string]Channel
	working  sync.WaitGroup

	mu    sync.Mutex
	under map[string]bool // the routes that have something under way
	rests map[string]bool // those that took something not, until the next Begin
	tally Report
	noted []error // what the outbox refused to note
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
	o.Parallel = max(o.Parallel, 1)
	c := &Courier{Options: o, channels: map[string]Channel{}, under: map[string]bool{}}
	for _, ch := range o.Channels {
		if c.channels[ch.Name()] != nil {
			return nil, fmt.Errorf("make courier: two channels are called %s", ch.Name())
		}
		c.channels[ch.Name()] = ch
	}
	return c, nil
}

// Report counts what was done.
type Report struct {
	Delivered, Retried, GivenUp int
	// More: as much was due as is looked at at once, so there may be more.
	More bool
}

// Round delivers what is due now, and waits until all of it has ended. What fails never holds up what goes another way.
// The error joins what the outbox itself refused to note; those items are due still and come again.
func (c *Courier) Round(ctx context.Context) (Report, error) {
	if err := c.Begin(ctx); err != nil {
		return Report{}, err
	}
	c.Wait()
	r, err := c.Report()
	return r, errors.Join(err, ctx.Err()) // shutting down: the rest is due still
}

// Begin begins what is due now and waits for none of it: a receiver that never answers keeps nothing but its own route.
// A route has one item under way at a time. When that was taken its next follows at once; when it was not, at the next
// Begin, so that what came meanwhile and is more urgent goes before the rest.
func (c *Courier) Begin(ctx context.Context) error {
	c.mu.Lock()
	c.rests = map[string]bool{}
	c.mu.Unlock()
	return c.begin(ctx)
}

func (c *Courier) begin(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	items, err := c.Outbox.Due(ctx, c.Now(), c.Batch)
	if err != nil {
		return fmt.Errorf("read outbox: %w", err)
	}
	c.tally.More = len(items) >= c.Batch
	for _, items := range byRoute(items) {
		route := items[0].Route
		if c.under[route] || c.rests[route] || len(c.under) >= c.Parallel {
			continue
		}
		c.under[route] = true
		c.working.Go(func() { c.serve(ctx, route, items) })
	}
	return nil
}

// Wait waits for what was begun.
func (c *Courier) Wait() { c.working.Wait() }

// Report tells what ended since it was last asked. The error joins what the outbox refused to note of it.
func (c *Courier) Report() (Report, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, noted := c.tally, c.noted
	c.tally, c.noted = Report{}, nil
	return r, errors.Join(noted...)
}

func (c *Courier) note(count func(*Report)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	count(&c.tally)
}

// byRoute parts items by the way they go, in the order in which each is first found. What goes by none, into our own
// inbox, keeps nobody waiting and stays together; of a route it is the first.
func byRoute(items []Item) (parts [][]Item) {
	at := map[string]int{}
	for _, item := range items {
		i, found := at[item.Route]
		switch {
		case !found:
			at[item.Route] = len(parts)
			parts = append(parts, []Item{item})
		case item.Route == "":
			parts[i] = append(parts[i], item)
		}
	}
	return parts
}

// serve delivers what was begun of a route, and then begins what is due.
func (c *Courier) serve(ctx context.Context, route string, items []Item) {
	taken := false
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		err := survived(func() (err error) {
			taken, err = c.deliver(ctx, item)
			return err
		})
		if err != nil && ctx.Err() == nil {
			taken = false
			c.refused(fmt.Errorf("note delivery %d: %w", item.ID, err))
		}
	}
	c.mu.Lock()
	delete(c.under, route)
	if !taken {
		c.rests[route] = true
	}
	c.mu.Unlock()
	if route != "" && ctx.Err() == nil { // there is room for another route, at the least
		if err := survived(func() error { return c.begin(ctx) }); err != nil && ctx.Err() == nil {
			c.refused(err)
		}
	}
}

// survived makes an error of a panic: a route is served in a goroutine of its own, in which nobody else would catch it.
func survived(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do()
}

func (c *Courier) refused(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted = append(c.noted, err)
}

// deliver makes one attempt and notes what came of it. Taken: nothing is to be tried again. Where a claim cannot be
// written the item is not sent: what cannot be noted would leave again and again.
func (c *Courier) deliver(ctx context.Context, item Item) (taken bool, err error) {
	attempts, wait := item.Attempts+1, c.Backoff.After(item.Attempts+1, c.Chance())
	if claims, ok := c.Outbox.(Claims); ok {
		if mine, err := claims.Claim(ctx, item.ID, attempts, item.next(c.Now(), wait)); err != nil || !mine {
			return false, err
		}
	}
	err = c.attempt(ctx, item)
	now := c.Now()
	switch {
	case err == nil:
		c.note(func(r *Report) { r.Delivered++ })
		return true, c.Outbox.Delivered(ctx, item.ID, now)
	case ctx.Err() != nil: // interrupted by shutdown: no attempt was refused
		return false, ctx.Err()
	case final(err), !item.Until.IsZero() && !now.Before(item.Until):
		c.note(func(r *Report) { r.GivenUp++ })
		return true, c.Outbox.GiveUp(ctx, item.ID, attempts, now, err.Error())
	}
	c.note(func(r *Report) { r.Retried++ })
	return false, c.Outbox.Retry(ctx, item.ID, attempts, item.next(now, max(wait, asked(err))), err.Error())
}

// next is when the attempt after one that failed at a moment is made: the last is made when the time is over.
func (i Item) next(now time.Time, wait time.Duration) time.Time {
	if next := now.Add(wait); i.Until.IsZero() || !now.Before(i.Until) || next.Before(i.Until) {
		return next
	}
	return i.Until
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
