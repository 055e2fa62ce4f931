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

// JobDue is the name under which the escalation job notes that it ran; health asks for it.
const JobDue = "due"

// dueAtOnce rows are worked off by one transaction.
const dueAtOnce = 200

// dueWork maps each kind of due row to its work.
var dueWork = map[care.DueKind]func(*pbstore.Tx, *rooms.Rooms, string) error{
	care.DueCaseload: func(tx *pbstore.Tx, _ *rooms.Rooms, patient string) error { return tx.Regrant(patient) },
	care.DueHandover: func(_ *pbstore.Tx, r *rooms.Rooms, handover string) error { return r.Arrange.Overdue(handover) },
	care.DueIssue:    func(_ *pbstore.Tx, r *rooms.Rooms, issue string) error { return r.TakeIn.EscalateIssue(issue) },
	care.DueLapse:    func(_ *pbstore.Tx, r *rooms.Rooms, issue string) error { return r.TakeIn.LapseIssue(issue) },
	care.DueWake:     func(_ *pbstore.Tx, r *rooms.Rooms, record string) error { return r.TakeIn.Wake(record) },
	care.DueJudge:    func(_ *pbstore.Tx, r *rooms.Rooms, patient string) error { return r.Judge.Refused(patient) },
}

// WorkDue works off everything that is due by now: caseloads that start or end, deadlines of
// handovers and issues, and then the outbox. It notes that it ran.
func (e *Engine) WorkDue(ctx context.Context) error {
	for {
		n := 0
		if err := e.Do(ctx, func(tx *pbstore.Tx) error {
			list, err := tx.TakeDue(dueAtOnce)
			if err != nil {
				return err
			}
			n = len(list)
			for _, d := range list {
				work, ok := dueWork[d.Kind]
				if !ok {
					continue
				}
				tx.Next()
				failed, err := tx.Savepoint(func() error { return recovered(func() error { return work(tx, e.Rooms(tx), d.Ref) }) })
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
			return tx.Ran(JobDue)
		}); err != nil {
			return err
		}
		if n < dueAtOnce {
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

// inbox is the desk of our own pages.
type inbox struct{ e *Engine }

// Deliver implements delivery.Desk.
func (i inbox) Deliver(ctx context.Context, handover, team string) error {
	return i.e.Do(ctx, func(tx *pbstore.Tx) error {
		tx.Next()
		return i.e.Rooms(tx).Arrange.Deliver(handover, team)
	})
}
