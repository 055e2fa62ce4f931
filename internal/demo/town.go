package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// town is the neighbourhood while it lives: people, phones, desks, the server, the time.
type town struct {
	seed      int
	hood      *hood
	house     *house
	clock     *Clock
	transport http.RoundTripper
	counter   *counter
	agenda    agenda
	ticked    time.Time // up to when the jobs of the server have run

	first, second time.Time // the two days

	past  *past // nil: nothing is told of the weeks before
	story *opening
	plans []plan   // the rounds of the second day
	plays []func() // its scenes

	handsets []*handset
	phones   map[*worker]*handset
	desks    []*desk
	tape     tape
	seeded   map[string]bool // records made before the first phone, as collection/id
	traffic  traffic
	diary    []line
	skews    map[*worker]time.Duration // whose clock is wrong
	left     map[*worker]bool          // whose contract ended
	bouncing *way                      // to a mailbox that there is not any more
}

// step is how often the jobs of the server run while time passes. On a real server it is 15
// seconds; nothing of the story is finer than a minute.
const step = time.Minute

// live lets everything on the agenda happen up to a moment. Progress, when given, hears the time.
func (t *town) live(ctx context.Context, end time.Time, progress func(time.Time)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		thing, ok := t.agenda.next(end)
		if !ok {
			break
		}
		if err := t.pass(ctx, thing.at); err != nil {
			return err
		}
		if err := thing.do(ctx); err != nil {
			return fmt.Errorf("at %s: %w", clockTime(t.clock.Now()), err)
		}
		if err := t.house.workOff(ctx); err != nil {
			return fmt.Errorf("work off what the server has to do: %w", err)
		}
		if progress != nil {
			progress(thing.at)
		}
	}
	return t.pass(ctx, end)
}

// pass lets time go by, and the jobs of the server run meanwhile.
func (t *town) pass(ctx context.Context, to time.Time) error {
	if t.ticked.IsZero() {
		t.ticked = t.clock.Now()
	}
	for next := t.ticked.Add(step); !next.After(to); next = next.Add(step) {
		t.clock.set(next)
		t.ticked = next
		if err := t.house.escalate(ctx); err != nil {
			return fmt.Errorf("work off what is due: %w", err)
		}
	}
	t.clock.set(to)
	return nil
}

// write changes a record as an administrator in the dashboard would, past the engine.
func (t *town) write(collection, id string, values map[string]any) error {
	r, err := t.house.app.FindRecordById(collection, id)
	if err != nil {
		return fmt.Errorf("find %s %s: %w", collection, id, err)
	}
	r.Load(values)
	if err := t.house.app.Save(r); err != nil {
		return fmt.Errorf("save %s %s: %w", collection, id, err)
	}
	return nil
}

// clockTime is the time of day as the story tells it.
func clockTime(t time.Time) string { return inLondon(t).Format("15:04") }
