package syncer

import (
	"context"
	"errors"
	"testing"

	"doorstep/internal/testkit"
)

const (
	aRound   = 2 << 10   // bytes of a body
	aWeek    = 300 << 10 // which is large
	thereIs  = 10        // places for those who wait
	manySent = 100
)

// entered is somebody who may decode, and how they leave.
type entered struct {
	who   string
	leave func()
}

// door is where pushes come in that a test sends.
type door struct {
	*decoding
	t  *testing.T
	in chan entered
}

func newDoor(t *testing.T) *door {
	return &door{newDecoding(), t, make(chan entered, manySent)}
}

// now enters without waiting.
func (d *door) now(bytes int) (leave func()) {
	d.t.Helper()
	leave, err := d.enter(d.t.Context(), bytes, 0)
	if err != nil {
		d.t.Fatalf("%d bytes: %v", bytes, err)
	}
	return leave
}

// waits has somebody wait, who comes out of d.in when they have entered.
func (d *door) waits(who string, bytes int) {
	d.t.Helper()
	before := d.waiting.Load()
	go func() {
		leave, err := d.enter(context.Background(), bytes, thereIs)
		if err != nil {
			d.t.Errorf("%s: %v", who, err)
		}
		d.in <- entered{who, leave}
	}()
	testkit.Until(d.t, who+" to wait", func() bool { return d.waiting.Load() == before+1 })
}

func (d *door) busy(bytes int) bool {
	d.t.Helper()
	leave, err := d.enter(d.t.Context(), bytes, 0)
	if err == nil {
		leave()
	} else if !errors.Is(err, ErrBusy) {
		d.t.Errorf("got %v, want ErrBusy", err)
	}
	return err != nil
}

func TestDecoding_AsMuchIsDecodedAtOnceAsThereIsRoomForAndTheRestInTheOrderItCame(t *testing.T) {
	d := newDoor(t)
	var leave []func()
	for range smallRoom / smallBody {
		leave = append(leave, d.now(smallBody))
	}
	d.waits("the first", smallBody)
	d.waits("the second", aRound)
	leave[0]()
	if in := testkit.Receive(t, d.in, "the first"); in.who != "the first" {
		t.Errorf("%s came in before it", in.who)
	}
	leave[0]() // leaves no second time
	if n := d.waiting.Load(); n != 1 {
		t.Errorf("%d wait, want 1", n)
	}
	leave[1]()
	if in := testkit.Receive(t, d.in, "the second"); in.who != "the second" {
		t.Errorf("%s came in", in.who)
	}
}

func TestDecoding_WhoSendsARoundWaitsForNobodysWeek(t *testing.T) {
	d := newDoor(t)
	for range largeRoom / aWeek {
		d.now(aWeek)
	}
	if !d.busy(aWeek) {
		t.Error("one week more is decoded than there is room for")
	}
	for range manySent {
		d.now(aRound)
	}
}

func TestDecoding_HoweverLargeABodyIsItComesInAndFourOfThemAreDecodedAtOnce(t *testing.T) {
	d := newDoor(t)
	for range 4 {
		d.now(largeRoom * 2)
	}
	if !d.busy(largestFor) {
		t.Error("a fifth is decoded")
	}
}

func TestDecoding_WhoCannotWaitIsTold(t *testing.T) {
	d := newDoor(t)
	for range smallRoom / smallBody {
		d.now(smallBody)
	}
	for range thereIs {
		d.waits("somebody", aRound)
	}
	if _, err := d.enter(t.Context(), aRound, thereIs); !errors.Is(err, ErrBusy) {
		t.Errorf("where as many wait as may, got %v, want ErrBusy", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := d.enter(ended, aRound, thereIs+1); !errors.Is(err, context.Canceled) {
		t.Errorf("a phone that has gone: got %v", err)
	}
	if n := d.waiting.Load(); n != thereIs {
		t.Errorf("%d wait, want %d: who was turned away does not", n, thereIs)
	}
}
