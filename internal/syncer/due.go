package syncer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/delivery"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
)

// dueAtOnce rows are worked off by one transaction.
const dueAtOnce = 200

// DueWork is what is done about due rows, by their kind; ref is what the kind says it names.
type DueWork map[care.DueKind]func(tx *pbstore.Tx, r *rooms.Rooms, ref string) error

// WorkDue works off everything that is due by now: caseloads that start or end, deadlines of
// handovers and issues, and then the outbox. It notes that it ran. While the clock is not steady, only the outbox
// is emptied: nothing is escalated, granted or ended by a time that may be wrong.
func (e *Engine) WorkDue(ctx context.Context) error {
	steady, err := e.steady(ctx)
	if err != nil {
		return err
	}
	if !steady {
		return e.EmptyOutbox(ctx)
	}
	for {
		more := false
		if err := e.Do(ctx, func(tx *pbstore.Tx) error {
			list, err := tx.TakeDue(dueAtOnce)
			if err != nil {
				return err
			}
			r := e.Rooms(tx)
			for _, d := range list {
				work, ok := e.o.Due[d.Kind]
				if !ok {
					continue
				}
				tx.Next()
				failed, err := tx.Savepoint(func() error { return recovered(func() error { return work(tx, r, d.Ref) }) })
				if err != nil {
					return err
				}
				if failed != nil { // one bad row must not hold up the others; it is looked at again
					e.o.Log.Error("work off a due row", "kind", d.Kind, "ref", d.Ref, "error", failed)
					if err := tx.DueAt(tx.Now().Add(time.Minute), d.Kind, d.Ref); err != nil {
						return err
					}
				}
			}
			more = len(list) == dueAtOnce || r.TakeIn.Left()
			return tx.Ran(JobDue, "")
		}); err != nil {
			return err
		}
		if !more {
			return e.EmptyOutbox(ctx)
		}
	}
}

// EmptyOutbox delivers what waits in the outbox.
func (e *Engine) EmptyOutbox(ctx context.Context) error {
	if !e.delivering.TryLock() {
		return nil // another round is under way and will see it
	}
	defer e.delivering.Unlock()
	courier, err := delivery.New(delivery.Options{Outbox: e.store.Outbox(e.Do), Channels: e.o.Channels(inbox{e}),
		Now: e.o.Now, Chance: rand.Float64, Backoff: delivery.DefaultBackoff})
	if err != nil {
		return err
	}
	for {
		report, err := courier.Round(ctx)
		if err != nil {
			return fmt.Errorf("empty the outbox: %w", err)
		}
		if !report.More {
			return nil
		}
	}
}

// inbox is the store behind the inbox of our own pages.
type inbox struct{ e *Engine }

// Deliver implements delivery.InboxStore. That it was delivered is noted in the same transaction: a server that is killed right
// afterwards does not deliver it again.
func (i inbox) Deliver(ctx context.Context, item delivery.Item) error {
	return i.e.Do(ctx, func(tx *pbstore.Tx) error {
		tx.Next()
		if err := i.e.Rooms(tx).Arrange.Deliver(item.Handover, item.Team); err != nil {
			return err
		}
		if i.e.o.Beyond != nil {
			if err := i.e.o.Beyond.Spread(tx, item); err != nil {
				return err
			}
		}
		here := func(_ context.Context, do func(*pbstore.Tx) error) error { return do(tx) }
		return i.e.store.Outbox(here).Delivered(ctx, item.ID, tx.Now())
	})
}

// planClosings makes the job look at each organisation when the day comes on which it closes. Whoever sets such a day
// plans it; an earlier program did not.
func (e *Engine) planClosings(tx *pbstore.Tx) error {
	for organisation, at := range e.store.Access.Directory().Closings(tx.Now()) {
		if err := tx.DueAt(at, care.DueClosing, organisation); err != nil {
			return err
		}
	}
	return nil
}
