package syncer

import (
	"context"

	"doorstep/internal/access"
)

// Follower knows when a phone has something to pull. It takes memory only: no goroutine, and no SQL
// when it is asked.
type Follower struct {
	e     *Engine
	sub   *access.Subscription
	staff string
	epoch string
	since int64
}

// News says what changed since the last call.
type News struct {
	Head int64
	// Revoked: the phone holds something that its owner may no longer see.
	Revoked bool
}

// Follow starts to watch for changes that a phone would pull from this cursor on. When the phone has
// missed a change, or may have, the follower is woken at once.
func (e *Engine) Follow(ctx context.Context, s Session, cursorText string) (*Follower, *Error) {
	who, fail := e.access(ctx, s)
	if fail != nil {
		return nil, fail
	}
	if s.PushOnly {
		return nil, PushOnly(s.Directive)
	}
	f := &Follower{e: e, sub: who.FollowPull(), staff: s.Staff}
	f.epoch, f.since = e.store.Head()
	cur, err := e.cursors.parse(cursorText)
	parted := false
	if err == nil && cur.epoch == f.epoch { // one of another copy has everything to pull
		if _, _, parted, err = e.parting(ctx, cur); err != nil {
			return nil, failure(err)
		}
	}
	if err == nil && !parted && cur.epoch == f.epoch && cur.since > 0 && cur.since <= f.since {
		quiet, _ := who.NothingNew("", 0, cur.since)
		f.since = cur.since
		if quiet && !cur.walking() && cur.people == "" {
			return f, nil
		}
	}
	f.sub.Wake()
	return f, nil
}

// Woken receives when there is news.
func (f *Follower) Woken() <-chan struct{} { return f.sub.C }

// News returns what changed since the last call; false when the account is gone.
func (f *Follower) News() (News, bool) {
	f.sub.Empty()
	v, ok := f.e.store.Staff(f.staff)
	if !ok {
		return News{}, false
	}
	who := f.e.store.Access.Of(v)
	f.sub.Pull(who)
	epoch, head := f.e.store.Head()
	n := News{Head: head}
	if epoch == f.epoch {
		for _, event := range who.Visible(f.since, head).Events {
			n.Revoked = n.Revoked || event.Op == access.ScopeRevoked || event.Op == access.ScopesReset
		}
	}
	f.epoch, f.since = epoch, head
	return n, true
}

// Close stops the watch.
func (f *Follower) Close() { f.sub.Close() }
