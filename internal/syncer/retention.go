package syncer

import (
	"context"
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
	now := e.o.Now()
	e.store.ForgetGrants()
	if err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.ClearResults(now.Add(-r.Results)) }); err != nil {
		return err
	}
	for more := true; more; {
		if err := e.Do(ctx, func(tx *pbstore.Tx) (err error) { more, err = tx.ForgetRuleCounts(now.Add(-r.RuleCounts)); return err }); err != nil {
			return err
		}
	}
	below, err := e.store.MarkBefore(ctx, now.Add(-r.Tombstones))
	if err != nil || below <= e.store.Floor() {
		return err
	}
	for next := int64(0); ; {
		if err := e.Do(ctx, func(tx *pbstore.Tx) (err error) { next, err = tx.Compact(next, below); return err }); err != nil || next == 0 {
			return err
		}
	}
}
