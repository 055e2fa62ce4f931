package testkit

import (
	"testing"
	"time"
)

// Patience ends a test that hangs. It is no bar: nothing that works comes near it, on however busy a machine.
const Patience = 5 * time.Minute

// Receive waits for what must come from a channel; what names it.
func Receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	v, open := ReceiveOrEnd(t, from, what)
	if !open {
		t.Fatalf("%s: it ended", what)
	}
	return v
}

// ReceiveOrEnd waits for what must come from a channel, or for its end.
func ReceiveOrEnd[T any](t testing.TB, from <-chan T, what string) (v T, open bool) {
	t.Helper()
	select {
	case v, open = <-from:
		return v, open
	case <-time.After(Patience):
		t.Fatalf("%s: it does not come", what)
	}
	return v, false
}

// Until waits until something holds that nobody tells of: it asks again and again.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for late := time.After(Patience); !holds(); {
		select {
		case <-late:
			t.Fatalf("%s: it does not come to that", what)
		case <-time.After(time.Millisecond):
		}
	}
}

// Deadline is for connections that take no context: when Patience ends.
func Deadline() time.Time { return time.Now().Add(Patience) }
