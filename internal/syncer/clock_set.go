package syncer

import (
	"context"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/pbstore"
)

// steady says whether what goes by the clock may be done. After a step it waits until the clock was steady for a
// while, and then first has everything looked at again that the step may have left wrong.
func (e *Engine) steady(ctx context.Context) (bool, error) {
	if e.o.Clock == nil {
		return true, nil
	}
	state := e.o.Clock.Look()
	if !state.Steady {
		return false, nil
	}
	if !state.Stepped() {
		return true, nil
	}
	e.o.Log.Error("the clock was set; deadlines, caseloads and retries are set right", "by", state.By.String())
	if err := e.lookAgain(ctx, state); err != nil {
		return false, err
	}
	e.o.Clock.Settled(state)
	return true, nil
}

// lookAgain makes the job look now at every row that goes by the clock: open handovers and issues, whose deadlines
// may lie too far ahead; the people whose caseloads or consents begin or end within the time that the clock was
// moved over; and what waits for a moment that is further off than it should be.
func (e *Engine) lookAgain(ctx context.Context, step clockwatch.State) error {
	list, err := e.store.GoesByClock(ctx, step.Earliest, step.Latest)
	if err != nil {
		return err
	}
	for len(list) > 0 {
		n := min(dueAtOnce, len(list))
		if err := e.Do(ctx, func(tx *pbstore.Tx) error {
			for _, d := range list[:n] {
				if err := tx.DueAt(tx.Now(), d.Kind, d.Ref); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		list = list[n:]
	}
	return e.Do(ctx, func(tx *pbstore.Tx) error {
		if err := tx.ForgetAhead(mostRetry); err != nil || e.o.Beyond == nil {
			return err
		}
		return e.o.Beyond.Hasten(tx)
	})
}

// mostRetry is how long a delivery waits at most before it is tried again, with room.
const mostRetry = 10 * time.Minute
