package syncer

import (
	"context"
	"errors"
	"fmt"

	"doorstep/internal/pbstore"
)

// ErrNotSecured: it is stored here, and not as safe as it must be before a phone is told. Who asks again gets the stored answer
// as soon as it is.
var ErrNotSecured = errors.New("syncer: stored, and not secured yet")

// secured waits, for a phone that is to be told so, until what was committed is safe. The writer does not wait, and nobody else does:
// deadlines are looked at, desks work and other phones' pushes are stored, also while it cannot be made safe.
func (e *Engine) secured(ctx context.Context) error {
	if e.o.Secure == nil {
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

// confirm refuses an answer, as of a head, that would be the first to tell a phone of changes of its own that are not safe yet: from
// what it confirms a phone never sends them again.
func (e *Engine) confirm(ctx context.Context, c *pbstore.Client, lastMid, head int64) *Error {
	if e.o.Secure == nil || lastMid <= c.PulledMid {
		return nil
	}
	upTo := head
	if lastMid == c.LastMid {
		upTo = c.LastSeq
	}
	if e.safe.Load() >= upTo {
		return nil
	}
	if err := e.secured(ctx); err != nil {
		return failure(err)
	}
	return nil
}
