package httpapi_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/care"
	reference "doorstep/internal/phone"
	"doorstep/internal/syncer"
)

// copying is a copy off the machine that hangs or fails when it is told to. What hangs is let go with what it says.
type copying struct {
	hangs, fails atomic.Bool
	waiting      chan struct{} // gets a token from each that waits
	release      chan error
}

var errNoRoom = errors.New("no space left on the disk of the copy")

func (c *copying) secure(ctx context.Context) error {
	switch {
	case c.fails.Load():
		return errNoRoom
	case !c.hangs.Load():
		return nil
	}
	c.waiting <- struct{}{}
	select {
	case err := <-c.release:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Where the copy hangs, phones wait to be told that something is safe, and nothing else does: what they bring is stored, desks work, and
// deadlines are looked at.
func TestACopyThatHangsKeepsNobodyWaitingButWhoIsToldThatItIsSafe(t *testing.T) {
	c := &copying{waiting: make(chan struct{}), release: make(chan error)}
	w := newTown(t, func(o *syncer.Options) { o.Secure = c.secure })
	ended := make(chan error)
	phones := []*reference.Phone{w.phoneOf(w.ann), w.phoneOf(w.bob)}
	c.hangs.Store(true)
	for _, p := range phones {
		_, err := p.Create(care.Observations, w.news2Of8())
		must(t, err)
		go func() { ended <- p.Sync(t.Context()) }()
		<-c.waiting // it is stored, and waits
	}
	equal(t, "readings stored", w.column(`SELECT count(*) FROM observations`), "2")
	w.pass(16 * time.Minute)
	got := w.listed(w.guy, "").Items
	if len(got) != 1 || got[0].Side != "escalated" {
		t.Fatalf("of what was not answered the practice sees %s", toJSON(t, got))
	}
	equal(t, "answered at the desk", w.act(w.guy, got[0].ID, "accept", nil).State, "accepted")
	select {
	case err := <-ended:
		t.Fatalf("a phone was answered while nothing was safe: %v", err)
	default:
	}
	c.fails.Store(true)
	c.release <- errNoRoom
	equal(t, "the phone that waited while it failed", codeOf(<-ended), "unavailable")
	c.hangs.Store(false)
	c.fails.Store(false)
	c.release <- nil
	must(t, <-ended)
	unsent := 0
	for _, p := range phones {
		n, _ := p.Unsent()
		unsent += n
	}
	equal(t, "changes that their phones still hold", unsent, 1)
	w.sync(phones...)
	for _, p := range phones {
		if n, _ := p.Unsent(); n != 0 {
			t.Errorf("%d changes are still unsent", n)
		}
	}
	equal(t, "readings stored once", w.column(`SELECT count(*) FROM observations`), "2")
}
