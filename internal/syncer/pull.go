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
	First  string          // who comes first to a phone that pulls from the beginning: FirstRound, or "" for everybody at once
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
	if r.First != "" && r.First != FirstRound {
		return nil, refuse(wire.CodeInvalid, "first must be %s, or missing.", FirstRound)
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
	ask := asked{cursor: cur, limit: r.Limit, first: r.First != "" && r.Cursor == ""}
	if r.Wait <= 0 {
		return e.audited(ctx, s, who, c, ask)
	}
	// Before the first look, so that nothing that moves after it is missed.
	news := who.FollowPull()
	defer news.Close()
	deadline := time.NewTimer(min(r.Wait, e.o.MaxWait))
	defer deadline.Stop()
	for {
		page, fail := e.audited(ctx, s, who, c, ask)
		if fail != nil || page.More || len(page.Changes)+len(page.Scopes) > 0 || ask.since == 0 || page.Loading != nil {
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
		if fail := e.checkEpoch(ctx, c, &ask.cursor); fail != nil {
			return nil, fail
		}
	}
}

// asked is what a page is made by.
type asked struct {
	cursor
	limit int
	first bool // a new phone wants the people of the round first
}

// audited is the page a cursor asks for, noted as read.
func (e *Engine) audited(ctx context.Context, s Session, who *access.Access, c *pbstore.Client, ask asked) (*wire.PullResponse, *Error) {
	began := e.o.Meter()
	page, fail := e.page(ctx, who, c, ask)
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
func (e *Engine) page(ctx context.Context, who *access.Access, c *pbstore.Client, ask asked) (*wire.PullResponse, *Error) {
	cur := ask.cursor
	if cur.since > 0 && !cur.walking() && cur.people == "" {
		if quiet, head := who.NothingNew(c.ID, c.LastSeq, cur.since); quiet {
			return &wire.PullResponse{Epoch: cur.epoch, History: e.history(), Head: head, Cursor: e.give(cursor{epoch: cur.epoch, since: head}),
				LastMid: c.LastMid, LastKey: c.LastKey, Scopes: []wire.ScopeEvent{}, Changes: []wire.Delivery{}}, nil
		}
	}
	page := &wire.PullResponse{Epoch: cur.epoch, History: e.history(), Scopes: []wire.ScopeEvent{}, Changes: []wire.Delivery{}}
	err := e.store.Read(ctx, func(snap *pbstore.Snapshot) error {
		return e.walk(ctx, snap, who, c, ask, page)
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
func (e *Engine) walk(ctx context.Context, snap *pbstore.Snapshot, who *access.Access, c *pbstore.Client, ask asked, page *wire.PullResponse) error {
	cur := ask.cursor
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
	l, err := e.loadOf(snap, who, cur, ask.first)
	if err != nil {
		return err
	}
	feed := e.o.feed(snap)
	for begins := true; ; begins = false {
		fresh := !cur.walking()
		if fresh {
			cur.until = head
			if cur.since > 0 && who.ResetAfter(cur.since) {
				l = nil // all that the phone has is replaced, and at once
			}
			l.begin(begins)
		}
		rows, cut, err := e.part(snap, feed, who, cur, l, fresh, page, ask.limit)
		if err != nil {
			return err
		}
		if cut {
			if len(rows) > 0 {
				last := rows[len(rows)-1]
				cur.scope, cur.seq = last.Scope, last.Seq
			}
		} else {
			l = l.done()
			cur = cursor{epoch: cur.epoch, since: cur.until}
		}
		ended := !cut && cur.since >= head
		if !cut && !ended && len(page.Changes) < ask.limit-wire.MinPullRows {
			continue
		}
		if page.More = !ended; page.More {
			cur.seen = head
		}
		cur.people, page.Loading = l.format(), l.progress()
		page.Cursor = e.give(cur)
		return nil
	}
}

// part puts on a page what there is room for of the round under way. Cut says that there is more of it after these rows.
func (e *Engine) part(snap *pbstore.Snapshot, feed PageSource, who *access.Access, cur cursor, l *load, fresh bool,
	page *wire.PullResponse, limit int) (rows []pbstore.FeedRow, cut bool, err error) {
	visible := feed.Visible(who, access.Walk{Since: cur.since, Until: cur.until, Scope: cur.scope, Seq: cur.seq, People: l.people()})
	rows, cut, err = feed.Feed(visible.Ranges, cur.until, limit-len(page.Changes))
	if err != nil {
		return nil, false, err
	}
	comes := l != nil && l.To == access.Everybody // who comes is settled by what the page takes
	if comes && cut {
		if err := l.count(snap, visible); err != nil {
			return nil, false, err
		}
		rows, cut = l.shorten(visible, cur.since, rows)
	}
	changes, err := feed.Deliveries(visible, rows)
	if err != nil {
		return nil, false, err
	}
	if room := wire.MaxPullBytes - bytesOf(page.Changes); bytesOf(changes) > room {
		rows, changes = asLargeAs(room, rows, changes)
		if cut = true; comes {
			if err := l.count(snap, visible); err != nil {
				return nil, false, err
			}
			rows, cut = l.shorten(visible, cur.since, rows)
			if changes, err = feed.Deliveries(visible, rows); err != nil {
				return nil, false, err
			}
		}
	}
	if fresh {
		visible.LeaveOut()
		for _, event := range visible.Events {
			page.Scopes = append(page.Scopes, wire.ScopeEvent{ID: event.Scope, Op: string(event.Op)})
		}
	}
	l.told(visible, cur.since, rows)
	page.Changes = append(page.Changes, changes...)
	return rows, cut, nil
}
