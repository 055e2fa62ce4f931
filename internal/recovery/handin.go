package recovery

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"doorstep/internal/phone"
)

// HandIn configures the sending of recovered work.
type HandIn struct {
	Server string // base address
	HTTP   phone.Doer
	Code   string // a one-time sign-in code a lead made for the author
	Now    func() time.Time
	// ClockWasRight: take the times of a phone whose clock was never measured as they are.
	ClockWasRight bool
}

// maxRounds bounds how often a failed push is tried again; nothing is lost by giving up, the same
// command can be run again with a new code.
const maxRounds = 5

// HandIn sends the changes as the phone would have: in order, under their own keys, so that what
// the phone did send, or sends after all, takes effect once. It enrols a device of its own, whose
// clock is off as the phone's was, and pulls nothing. Errors: ErrClock, ErrNoStaff, ErrOthersWork,
// and the errors that the server answers with.
func (w *Work) HandIn(ctx context.Context, h HandIn) ([]phone.Item, error) {
	switch {
	case w.Cover.Staff == "":
		return nil, ErrNoStaff
	case !w.Cover.OffsetKnown && !h.ClockWasRight:
		return nil, ErrClock
	}
	changes := make([]phone.Recovered, len(w.Changes))
	for i, c := range w.Changes {
		if c.Author != w.Cover.Staff {
			return nil, ErrOthersWork
		}
		changes[i] = phone.Recovered{Key: c.Key, Author: c.Author, AuthoredAt: c.AuthoredAt, Ops: c.Ops}
	}
	offset := time.Duration(w.Cover.OffsetMs) * time.Millisecond
	p, err := phone.New(phone.Options{Server: h.Server, HTTP: h.HTTP, Now: func() time.Time { return h.Now().Add(-offset) },
		Entropy: rand.Reader, Name: "Recovered work", Platform: "recovery", KeyType: phone.P256})
	if err != nil {
		return nil, err
	}
	if err := p.UseCode(w.Cover.Staff, h.Code); err != nil {
		return nil, err
	}
	if err := p.Enrol(ctx); err != nil {
		return nil, fmt.Errorf("sign in with the code: %w", err)
	}
	if err := p.AddRecovered(changes); err != nil {
		return nil, err
	}
	for range maxRounds {
		if err = send(ctx, p); err == nil {
			break
		}
	}
	if n, _ := p.Unsent(); err == nil && n > 0 {
		err = fmt.Errorf("%d changes were not taken in: the server says %q", n, p.Directive())
	}
	return p.Items(), err
}

// send pushes until nothing is left, or the round is over, and stops before the pull.
func send(ctx context.Context, p *phone.Phone) error {
	p.Begin()
	for {
		if n, _ := p.Unsent(); n == 0 {
			return nil
		}
		step, err := p.Step(ctx)
		if err != nil {
			return err
		}
		if step.Kind == phone.StepIdle || step.Kind == phone.StepPull {
			return nil
		}
	}
}

// writeReceipts says what became of each change.
func writeReceipts(out io.Writer, items []phone.Item) error {
	look := 0
	for _, i := range items {
		if i.State == phone.NeedsYou {
			look++
		}
	}
	_, err := fmt.Fprintf(out, "\nHanded in: %s. %d of them need somebody's look: they are with the author's team lead, and on the author's phone after its next sync.\n"+
		"A device called \"Recovered work\" is on the desk now; it is done and can be revoked.\n", many(len(items), "change", "changes"), look)
	return err
}
