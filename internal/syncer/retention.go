package syncer

import (
	"context"
	"math"
	"time"

	"doorstep/internal/pbstore"
)

// Retention says how long what phones may still need is kept.
type Retention struct {
	// Tombstones: how long the feed says that something is gone; a phone that was away for
	// longer starts anew. Default 180 days.
	Tombstones time.Duration
	// Results: how long the answers to a push are kept once a pull has confirmed it. Default 14 days.
	Results time.Duration
	// RuleCounts: how long it is counted what a rule in shadow would have raised, and where one
	// failed. Default 365 days.
	RuleCounts time.Duration
	// Expected: how long it is remembered that a record names one which has not come. Default 365 days.
	Expected time.Duration
}

// Retain removes what nobody needs any more, a little at a time so that no push waits for long.
func (e *Engine) Retain(ctx context.Context, r Retention) error {
	if r.Tombstones == 0 {
		r.Tombstones = 180 * 24 * time.Hour
	}
	if r.Results == 0 {
		r.Results = 14 * 24 * time.Hour
	}
	if r.RuleCounts == 0 {
		r.RuleCounts = 365 * 24 * time.Hour
	}
	if r.Expected == 0 {
		r.Expected = 365 * 24 * time.Hour
	}
	now := e.o.Now()
	e.store.ForgetGrants()
	if err := e.clearResults(ctx, now.Add(-r.Results)); err != nil {
		return err
	}
	if err := e.untilDone(ctx, func(tx *pbstore.Tx) (bool, error) { return tx.ForgetRuleCounts(now.Add(-r.RuleCounts)) }); err != nil {
		return err
	}
	last := ""
	if err := e.untilDone(ctx, func(tx *pbstore.Tx) (_ bool, err error) {
		last, err = tx.ForgetExpected(last, now.Add(-r.Expected))
		return last != "", err
	}); err != nil {
		return err
	}
	below, err := e.store.MarkBefore(ctx, now.Add(-r.Tombstones))
	if err != nil || below <= e.store.Floor() {
		return err
	}
	if err := e.compact(ctx, below); err != nil {
		return err
	}
	return e.untilDone(ctx, func(tx *pbstore.Tx) (bool, error) { return tx.ForgetMarks(below) })
}

// untilDone runs a step in transactions of its own until there is nothing left to do.
func (e *Engine) untilDone(ctx context.Context, step func(*pbstore.Tx) (more bool, err error)) error {
	for more := true; more; {
		if err := e.Do(ctx, func(tx *pbstore.Tx) (err error) { more, err = step(tx); return err }); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) clearResults(ctx context.Context, before time.Time) error {
	for found := (pbstore.OldResults{}); ; {
		var err error
		if found, err = e.store.FindOldResults(ctx, before, found); err != nil {
			return err
		}
		if err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.ClearResults(found) }); err != nil || found.Last {
			return err
		}
	}
}

// compact takes out of the feed what says that something is gone, from where the last run ended up to a number.
// What stands below the floor needs no second look: its record gets a new row when anything becomes of it.
func (e *Engine) compact(ctx context.Context, below int64) error {
	place := pbstore.Place{Seq: e.store.Floor() - 1, N: math.MaxInt64}
	for {
		gone, err := e.store.FindGone(ctx, place, below)
		if err != nil {
			return err
		}
		if gone.Any() || gone.Last {
			if err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Forget(gone) }); err != nil {
				return err
			}
		}
		if gone.Last {
			return nil
		}
		place = gone.Next
	}
}
