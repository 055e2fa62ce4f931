package syncer

import (
	"context"
	"math"
	"sync"

	"doorstep/internal/care"
	"doorstep/internal/history"
	"doorstep/internal/pbstore"
)

// A phone that speaks of a history which this database does not have proves that the database was restored
// from a copy, however far its numbers have moved since. The first proof opens a new epoch; every phone
// then refills the server with what was lost, and itself with what the server has.

// begin begins a history. A database that was put back opens a new epoch at once where that is known: its
// last history was named with another key, so that it came here without its own; or a journal beside it
// knows more than it does.
func (e *Engine) begin() error {
	last := e.store.Histories().Current().Name
	_, own := e.store.OwnHistory(last)
	copied := last != "" && !own || e.o.Restored || len(e.o.Lost) > 0
	epoch, _ := e.store.Head()
	err := e.safely(func(tx *pbstore.Tx) error {
		if err := e.planClosings(tx); err != nil || !copied {
			return err
		}
		return tx.Parted(e.o.Lost, epoch, tx.Seq())
	})
	if pbstore.Unavailable(err) && !copied {
		e.logged("begin a history", err)
		return nil
	}
	return err
}

// give writes a cursor for a phone, with the histories that led to it.
func (e *Engine) give(c cursor) string {
	c.past = e.store.Histories().Past()
	return e.cursors.format(c)
}

// history names the history that answers are of.
func (e *Engine) history() string { return string(e.store.Histories().Current().Name) }

// checkEpoch makes sure that the cursor speaks of the history this database has.
func (e *Engine) checkEpoch(ctx context.Context, c *pbstore.Client, cur *cursor) *Error {
	if cur.epoch == "" {
		cur.epoch, _ = e.store.Head()
		return nil
	}
	if err := e.learn(ctx, *cur); err != nil {
		return failure(err)
	}
	if epoch, _ := e.store.Head(); cur.epoch != epoch {
		return e.otherEpoch(c)
	}
	return nil
}

// learn notes what a cursor proves about other copies of this database.
func (e *Engine) learn(ctx context.Context, cur cursor) error {
	at, names, parted, err := e.parting(ctx, cur)
	if err != nil || !parted {
		return err
	}
	if epoch, head := e.store.Head(); cur.epoch != epoch {
		book := e.store.Histories()
		known := book.Seen(care.Base{Epoch: cur.epoch, Seq: math.MaxInt64}, epoch, head) <= at
		for _, name := range names {
			known = known && book.Lost(name)
		}
		if known {
			return nil
		}
	}
	return e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Parted(names, cur.epoch, at) })
}

// parting says where the copy that gave out a cursor parted from this database, if it did.
func (e *Engine) parting(ctx context.Context, cur cursor) (at int64, names []history.Name, parted bool, err error) {
	past, err := history.ParsePast(cur.past)
	if err != nil && cur.past != "" {
		return 0, nil, false, err // under our seal: a fault of ours
	}
	seen := max(cur.since, cur.until, cur.seen)
	epoch, head := e.store.Head()
	if len(past) == 0 && cur.epoch != epoch { // of an earlier program: its numbers mean nothing here
		return 0, nil, false, nil
	}
	book := e.store.Histories()
	if at, names, parted = book.Parting(past, seen, head); !parted || len(names) > 0 || at < head {
		return at, names, parted, nil
	}
	// We gave this number out and memory does not have it: the database is asked, for memory may lag behind
	// a commit for a moment.
	err = e.store.Read(ctx, func(v *pbstore.Snapshot) (err error) { head, err = v.Head(); return err })
	at, names, parted = book.Parting(past, seen, head)
	return at, names, parted, err
}

// heard notes what a push proves about other copies of this database, before any of it is judged: by the
// cursor that came with it, or by the base of an edit, whose name only a server with our key can have made.
func (e *Engine) heard(ctx context.Context, cursorText string, mutations []care.Mutation) error {
	if cur, err := e.cursors.parse(cursorText); err == nil && cur.epoch != "" {
		if err := e.learn(ctx, cur); err != nil {
			return err
		}
	}
	book := e.store.Histories()
	for i := range mutations {
		for j := range mutations[i].Ops {
			base := &mutations[i].Ops[j].Base
			name := history.Name(base.History)
			if name == "" || book.Has(name) || book.Lost(name) {
				continue
			}
			if _, own := e.store.OwnHistory(name); !own {
				continue // made up: nothing of it counts as seen
			}
			if err := e.Do(ctx, func(tx *pbstore.Tx) error { return tx.Parted([]history.Name{name}, base.Epoch, 0) }); err != nil {
				return err
			}
			book = e.store.Histories()
		}
	}
	return nil
}

// limitBases lets the base of an edit that names no history count for no more than its author can have seen
// of this one: what was there when the server started, and what it has told them since. What an earlier
// server told may have been lost with it, and its numbers given out again.
func (e *Engine) limitBases(staff string, mutations []care.Mutation) {
	epoch, _ := e.store.Head()
	most := max(e.store.Histories().Current().After, e.told.upTo(staff))
	for i := range mutations {
		for j := range mutations[i].Ops {
			if base := &mutations[i].Ops[j].Base; base.History == "" && base.Epoch == epoch {
				base.Seq = min(base.Seq, most)
			}
		}
	}
}

// told remembers, by member of staff, up to which number they were told of changes since the start.
type told struct {
	mu    sync.Mutex
	heads map[string]int64
}

func (t *told) note(staff string, head int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.heads == nil {
		t.heads = map[string]int64{}
	}
	t.heads[staff] = max(t.heads[staff], head)
}

func (t *told) upTo(staff string) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.heads[staff]
}
