package testkit_test

import (
	"testing"
	"time"

	"doorstep/internal/testkit"
)

func TestAClockStandsStillUntilItIsMoved(t *testing.T) {
	var c testkit.Clock
	if first, again := c.Now(), c.Now(); !first.Equal(testkit.Monday) || !again.Equal(first) {
		t.Errorf("it shows %s, then %s", first, again)
	}
	c.Pass(time.Hour)
	if got := c.Now(); !got.Equal(testkit.Monday.Add(time.Hour)) {
		t.Errorf("an hour later it shows %s", got)
	}
	c.Turn(testkit.Monday.AddDate(0, 0, -7))
	if got := c.Now(); !got.Equal(testkit.Monday.AddDate(0, 0, -7)) {
		t.Errorf("turned back a week it shows %s", got)
	}
}

func TestAClockThatTicksShowsNoTimeTwice(t *testing.T) {
	c := testkit.Clock{Tick: time.Millisecond}
	if first, second := c.Now(), c.Now(); second.Sub(first) != time.Millisecond {
		t.Errorf("it shows %s, then %s", first, second)
	}
}

func TestWaitingEndsWithWhatItWaitedFor(t *testing.T) {
	came := make(chan int, 1)
	came <- 7
	if got := testkit.Receive(t, came, "seven"); got != 7 {
		t.Errorf("got %d", got)
	}
	close(came)
	if _, open := testkit.ReceiveOrEnd(t, came, "the end"); open {
		t.Error("a closed channel is open")
	}
	asked := 0
	testkit.Until(t, "three questions", func() bool { asked++; return asked == 3 })
	if asked != 3 {
		t.Errorf("it asked %d times", asked)
	}
}
