package syncer

import (
	"context"
	"errors"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/pbstore"
	"doorstep/internal/wire"
)

// PullRequest asks for what changed.
type PullRequest struct {
	Client string
	Cursor string
	Limit  int             // rows of a page; 0 = the most there may be
	Wait   time.Duration   // how long to wait for news when there are none; the engine's MaxWait at most
	Until  <-chan struct{} // ends the waiting, not the pull; nil: nothing does
}

// MaxWait is how long a pull may wait for news, unless the options say otherwise.
const MaxWait = 25 * time.Second

// Pull answers one page. Only the cursor it returns moves a phone on.
func (e *Engine) Pull(ctx context.Context, s Session, r PullRequest) (*wire.PullResponse, *Error) {
	who, fail := e.access(ctx, s)
	if fail != nil {
		return nil, fail
	}
	if s.PushOnly {
		return nil, PushOnly(s.Directive)
	}
	c, fail := e.client(s, r.Client)
	if fail != nil {
		return nil, fail
	}
	cur, err := e.cursors.parse(r.Cursor)
	if err != nil {
		return nil, refuse(wire.CodeCursor, "This cursor is not one of ours. Pull from the start, without a cursor; keep what is not sent.")
	}
	if fail := e.checkEpoch(ctx, c, &cur); fail != nil {
		return nil, fail
	}
	e.watchPlace(ctx, s, cur)
	cur.rise(e.store.Floor())
	if r.Limit <= 0 || r.Limit > wire.MaxPullRows {
		r.Limit = wire.MaxPullRows
	}
	r.Limit = max(r.Limit, wire.MinPullRows)
	if r.Wait <= 0 {
		return e.audited(ctx, s, who, c, cur, r.Limit)
	}
	// Before the first look, so that nothing that moves after it is missed.
	news := who.FollowPull()
	defer news.Close()
	deadline := time.NewTimer(min(r.Wait, e.o.MaxWait))
	defer deadline.Stop()
	for {
		page, fail := e.audited(ctx, s, who, c, cur, r.Limit)
		if fail != nil || page.More || len(page.Changes)+len(page.Scopes) > 0 || cur.since == 0 {
			return page, fail
		}
		select {
		case <-news.C:
		case <-deadline.C:
			return page, nil
		case <-r.Until:
			return page, nil
		case <-ctx.Done():
			return page, nil
		}
		// What woke it may be that the person may see less now, or that the history is another.
		if who, fail = e.access(ctx, s); fail != nil {
			return nil, fail
		}
		news.Pull(who)
		if fail := e.checkEpoch(ctx, c, &cur); fail != nil {
			return nil, fail
		}
	}
}

// audited is the page a cursor asks for, noted as read.
func (e *Engine) audited(ctx context.Context, s Session, who *access.Access, c *pbstore.Client, cur cursor, limit int) (*wire.PullResponse, *Error) {
	began := e.o.Meter()
	page, fail := e.page(ctx, who, c, cur, limit)
	e.observePage(page, began)
	if fail != nil {
		return nil, fail
	}
	if fail := e.confirm(ctx, c, page.LastMid, page.Head); fail != nil {
		return nil, fail
	}
	if fail := e.audit(ctx, s, page.Changes); fail != nil {
		return nil, fail
	}
	e.told.note(s.Staff, page.Head)
	return page, nil
}

// page reads one page: from memory alone when nothing is new, else in one snapshot.
func (e *Engine) page(ctx context.Context, who *access.Access, c *pbstore.Client, cur cursor, limit int) (*wire.PullResponse, *Error) {
	if cur.since > 0 && !cur.walking() {
		if quiet, head := who.NothingNew(c.ID, c.LastSeq, cur.since); quiet {
			return &wire.PullResponse{Epoch: cur.epoch, History: e.history(), Head: head, Cursor: e.give(cursor{epoch: cur.epoch, since: head}),
				LastMid: c.LastMid, LastKey: c.LastKey, Scopes: []wire.ScopeEvent{}, Changes: []wire.Delivery{}}, nil
		}
	}
	page := &wire.PullResponse{Epoch: cur.epoch, History: e.history(), Scopes: []wire.ScopeEvent{}, Changes: []wire.Delivery{}}
	err := e.store.Read(ctx, func(snap *pbstore.Snapshot) error {
		return e.walk(ctx, snap, who, c, cur, limit, page)
	})
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, errUnopened) {
			e.logged("pull", err)
		}
		return nil, failure(err)
	}
	return page, nil
}

// walk goes through rounds until one ends at the head of this very snapshot: only then is the
// union of all pages the viewer's projection at one moment, and the phone may swap it in.
func (e *Engine) walk(ctx context.Context, snap *pbstore.Snapshot, who *access.Access, c *pbstore.Client, cur cursor, limit int, page *wire.PullResponse) error {
	now, err := snap.Moment(c.Row)
	if err != nil {
		return err
	}
	if now.Unopened && now.LastMid > c.PulledMid {
		return errUnopened
	}
	head := now.Head
	page.Head, page.LastMid, page.LastKey = head, now.LastMid, now.LastKey
	cur.rise(now.Floor) // the clean-up may have come between the request and this snapshot
	if err := e.store.Await(ctx, head); err != nil {
		return err
	}
	// Looked at again now that memory has come as far as this snapshot: with the rights of a moment ago
	// the cursor would pass over a change of them, and the phone never hear of it.
	if fresh, ok := who.Fresh(); ok {
		who = fresh
	}
	if cur.walking() && who.ResetAfter(cur.until) {
		cur = cursor{epoch: cur.epoch, since: cur.since, seen: cur.seen} // what came so far is void: all of it begins anew
	}
	feed := e.o.feed(snap)
	for {
		fresh := !cur.walking()
		if fresh {
			cur.until = head
		}
		visible := feed.Visible(who, cur.since, cur.until, cur.scope, cur.seq)
		if fresh {
			for _, event := range visible.Events {
				page.Scopes = append(page.Scopes, wire.ScopeEvent{ID: event.Scope, Op: string(event.Op)})
			}
		}
		rows, cut, err := feed.Feed(visible.Ranges, cur.until, limit-len(page.Changes))
		if err != nil {
			return err
		}
		changes, err := feed.Deliveries(visible, rows)
		if err != nil {
			return err
		}
		if room := wire.MaxPullBytes - bytesOf(page.Changes); bytesOf(changes) > room {
			rows, changes = asLargeAs(room, rows, changes)
			cut = true
		}
		page.Changes = append(page.Changes, changes...)
		if cut {
			if len(rows) > 0 {
				last := rows[len(rows)-1]
				cur.scope, cur.seq = last.Scope, last.Seq
			}
			page.More, cur.seen = true, head
			page.Cursor = e.give(cur)
			return nil
		}
		cur = cursor{epoch: cur.epoch, since: cur.until}
		if cur.since >= head {
			page.Cursor = e.give(cur)
			return nil
		}
		if len(page.Changes) >= limit-wire.MinPullRows {
			page.More, cur.seen = true, head
			page.Cursor = e.give(cur)
			return nil
		}
	}
}
