package syncer

import (
	"context"
	"errors"
	"fmt"

	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// ErrNotSecured: it is stored here, and not as safe as it must be before a phone is told. Who asks again gets the stored answer
// as soon as it is.
var ErrNotSecured = errors.New("syncer: stored, and not secured yet")

// secured waits until what was committed is safe, where a phone is to be told that it is. Nobody else waits: deadlines are looked
// at, and desks work, also while it cannot be made safe.
func (e *Engine) secured(ctx context.Context, toldToPhone bool) error {
	if e.o.Secure == nil || !toldToPhone {
		return nil
	}
	_, head := e.store.Head()
	if err := e.o.Secure(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrNotSecured, err)
	}
	for was := e.safe.Load(); head > was && !e.safe.CompareAndSwap(was, head); was = e.safe.Load() {
	}
	return nil
}

// confirm refuses a page that would be the first to tell a phone of changes of its own that are not safe yet: from what a page
// confirms it never sends them again.
func (e *Engine) confirm(ctx context.Context, c *pbstore.Client, page *wire.PullResponse) *Error {
	if e.o.Secure == nil || page.LastMid <= c.PulledMid {
		return nil
	}
	upTo := page.Head
	if page.LastMid == c.LastMid {
		upTo = c.LastSeq
	}
	if e.safe.Load() >= upTo {
		return nil
	}
	if err := e.secured(ctx, true); err != nil {
		return failure(err)
	}
	return nil
}
