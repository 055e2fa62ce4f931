package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// handset is a phone in somebody's hands.
type handset struct {
	*phone.Phone
	owner *worker
	skew  time.Duration // how far its clock runs ahead
	link  *link
	clock *Clock
	tape  *tape
	// refusals are answers nobody expected: the day counts them, and the promises look at them.
	refusals []error
	gone     bool     // wiped: its owner left
	before   bool     // carried in the weeks before: in the story it lies in a drawer, and at the end it is switched on
	waiting  []*entry // recorded, and not confirmed by the server yet
}

// Password is the password of everybody in the demo. It is public, so it protects nothing.
const Password = "knock-knock-2026"

// newHandset makes somebody the phone that they carry in the story.
func (t *town) newHandset(ctx context.Context, w *worker, skew time.Duration) (*handset, error) {
	tag := uint64(100)
	for _, h := range t.handsets {
		if !h.before {
			tag++
		}
	}
	h, err := t.givePhone(ctx, w, skew, tag)
	if err == nil {
		t.phones[w] = h
	}
	return h, err
}

// givePhone makes a phone for somebody and signs them in. The tag tells its numbers and its luck from those of others.
func (t *town) givePhone(ctx context.Context, w *worker, skew time.Duration, tag uint64) (*handset, error) {
	h := &handset{owner: w, skew: skew, clock: t.clock, tape: &t.tape,
		link: &link{next: t.transport, clock: t.clock, rng: stream(t.seed, tag), counts: &t.traffic}}
	var err error
	h.Phone, err = phone.New(phone.Options{Server: t.house.url, HTTP: h.link, Now: h.now, Entropy: entropy(t.seed, tag),
		Name: w.given() + "'s phone", Platform: "demo", App: "demo 1", DigestEvery: -1})
	if err != nil {
		return nil, fmt.Errorf("make the phone of %s: %w", w.name, err)
	}
	for try := 0; ; try++ { // the network may lose the answer to a sign-in as well
		if err = h.SignIn(ctx, w.email, Password); err == nil || try == 20 || !errors.Is(err, phone.ErrUnreachable) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sign in %s: %w", w.name, err)
	}
	t.handsets = append(t.handsets, h)
	return h, nil
}

// now is what the phone's own clock says.
func (h *handset) now() time.Time { return h.clock.Now().Add(h.skew) }

// stamp is what the phone's clock said some time ago, as it travels.
func (h *handset) stamp(ago time.Duration) string { return care.Stamp(h.now().Add(-ago)) }

// record makes one change: on the phone, and on the tape.
func (h *handset) record(steps func(*pen)) (string, error) {
	p := &pen{}
	key, err := h.InOne(func(c *phone.Change) {
		p.c = c
		steps(p)
	})
	if err = errors.Join(err, p.err); err != nil {
		return "", fmt.Errorf("record on %s's phone: %w", h.owner.given(), err)
	}
	if key == "" {
		return "", fmt.Errorf("record on %s's phone: nothing was recorded", h.owner.given())
	}
	e := &entry{key: key, on: h, at: h.clock.Now(), notes: p.notes}
	h.tape.entries = append(h.tape.entries, e)
	h.waiting = append(h.waiting, e)
	return key, nil
}

// sync does one round and says whether it went through. A network that fails is what phones are
// built for; anything else the server refuses is noted, but for what a leaver's phone is told.
func (h *handset) sync(ctx context.Context) (bool, error) {
	if h.gone {
		return true, nil
	}
	err := h.Sync(ctx)
	h.gone = h.Directive() == "wipe" // only once everything went up
	h.hear()
	if h.gone {
		return true, nil
	}
	var refused *wire.Error
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, phone.ErrUnreachable):
		return false, nil
	case errors.As(err, &refused) && (refused.Directive != "" || refused.Status == http.StatusUnauthorized):
		return false, nil
	case errors.As(err, &refused):
		h.refusals = append(h.refusals, err)
		return false, nil
	}
	return false, fmt.Errorf("sync %s's phone: %w", h.owner.given(), err)
}

// hear notes when the phone learned that the server has something.
func (h *handset) hear() {
	h.waiting = slices.DeleteFunc(h.waiting, func(e *entry) bool {
		item, ok := h.Item(e.key)
		if !h.gone && (!ok || item.State == phone.Saved) {
			return false
		}
		e.confirmed = h.clock.Now()
		return true
	})
}

// settle is somebody who wants their phone to get through: they step out of the house, and it syncs
// until nothing is left to send and a pull went through, over a network that fails now and then.
func (h *handset) settle(ctx context.Context) error {
	h.link.stepOut()
	for range 40 {
		done, err := h.sync(ctx)
		if err != nil {
			return err
		}
		if n, _ := h.Unsent(); done && n == 0 && (h.Pending() == 0 || h.gone) {
			return nil
		}
	}
	return fmt.Errorf("%s's phone did not get through in 40 rounds; last refusals: %w", h.owner.given(), errors.Join(h.refusals...))
}
