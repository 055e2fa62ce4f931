package phone

import (
	"context"
	"testing"
	"time"

	"doorstep/internal/wire"
)

func TestDelaysGrowAreJitteredAndKeepTheirLimits(t *testing.T) {
	for _, c := range []struct {
		failures   int
		retryAfter time.Duration
		chance     float64
		want       time.Duration
	}{
		{1, 0, 0, 0},
		{1, 0, 0.5, 2 * time.Second},
		{2, 0, 0.5, 4 * time.Second},
		{5, 0, 0.5, 32 * time.Second},
		{9, 0, 0.5, 5 * time.Minute},
		{60, 0, 0.999999, 10*time.Minute - 600*time.Microsecond},
		{1, 40 * time.Second, 0, 40 * time.Second},
		{1, 40 * time.Second, 0.5, 45*time.Second + 500*time.Millisecond},
		{1, time.Hour, 0, time.Hour},
	} {
		limits, limit := newLimit(), time.Duration(0)
		for range c.failures {
			limit = limits.NextBackOff()
		}
		if got := delay(limit, c.retryAfter, c.chance).Round(time.Microsecond); got != c.want {
			t.Errorf("after %d failures: delay(%s, %g) = %s, want %s", c.failures, c.retryAfter, c.chance, got, c.want)
		}
	}
}

func TestAFailedRoundIsTriedAgainWithoutANewChange(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, answer{err: errNoNetwork})
	for range 12 {
		b.syncFails()
		at, can := b.NextTry()
		if wait := at.Sub(b.now); !can || wait < 0 || wait > 10*time.Minute {
			t.Fatalf("next try in %s, %v", wait, can)
		}
		b.now = at
	}
}

func TestAChangeBringsTheNextRoundForwardButNotAgainstAFailingServer(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	if at, _ := b.NextTry(); at.Sub(b.now) > time.Second {
		t.Errorf("next try in %s", at.Sub(b.now))
	}
	b.on(onPush, answer{status: 429, body: wire.Fail(wire.CodeTooManyRequests, "No."), header: map[string][]string{"Retry-After": {"60"}}})
	b.on(onPull, pulled("e1.10"))
	b.syncFails()
	b.edit("phone", "3")
	if at, _ := b.NextTry(); at.Sub(b.now) < time.Minute {
		t.Errorf("hammers a server that asked for a minute: next try in %s", at.Sub(b.now))
	}
}

func TestTheServersPaceIsKept(t *testing.T) {
	b := enrolled(t)
	b.reopen()
	b.on(onHello, hello(func(h *wire.HelloResponse) { h.Pace = wire.Pace{MinIntervalMs: 300_000, JitterMs: 10_000} }))
	b.on(onPull, pulled("e1.10"))
	b.sync()
	at, _ := b.NextTry()
	if wait := at.Sub(b.now); wait < 5*time.Minute || wait > 5*time.Minute+10*time.Second {
		t.Errorf("next round in %s", wait)
	}
}

// Whatever happens on the phone after its clock was set back: what it had worked out by the later time means nothing any more.
func TestAClockSetBackDoesNotSilenceThePhone(t *testing.T) {
	for name, happens := range map[string]func(*bench){
		"nothing":                  func(*bench) {},
		"the network comes back":   func(b *bench) { b.NetworkCameBack() },
		"a change is written":      func(b *bench) { b.edit("phone", "3") },
		"an emergency is written":  func(b *bench) { b.handOver("E") },
		"one thing after another":  func(b *bench) { b.NetworkCameBack(); b.edit("phone", "3"); b.NetworkCameBack() },
		"the network, and an hour": func(b *bench) { b.NetworkCameBack(); b.now = b.now.Add(time.Hour) },
	} {
		for _, patience := range []string{"", "120"} {
			t.Run(name+", asked for patience "+patience, func(t *testing.T) {
				b := enrolled(t, func(o *Options) { o.Online = func() bool { return true } })
				b.edit("phone", "2")
				b.on(onPush, answer{status: 429, body: wire.Fail(wire.CodeTooManyRequests, "No."), header: map[string][]string{"Retry-After": {patience}}})
				b.on(onPull, pulled("e1.10"))
				b.syncFails()
				b.now = b.now.Add(-48 * time.Hour)
				happens(b)
				if at, can := b.NextTry(); !can || at.After(b.now.Add(time.Minute)) {
					t.Errorf("next try %s after the clock now shows %s", at, b.now)
				}
			})
		}
	}
}

func TestACancelledContextEndsTheRound(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	ctx, cancel := context.WithCancel(context.Background())
	b.on(onPush, answer{err: context.Canceled, during: func(*call) { cancel() }})
	if err := b.Sync(ctx); err == nil || b.Busy() {
		t.Errorf("error %v, busy %v", err, b.Busy())
	}
	b.unsent(1)
}

func TestRetryAfterIsReadAsSecondsOrDate(t *testing.T) {
	for header, want := range map[string]int{
		"": 0, "7": 7, " 7 ": 7, "-3": 0, "soon": 0,
		"Mon, 02 Mar 2026 07:58:30 GMT": 31, "Mon, 02 Mar 2026 07:00:00 GMT": 0,
	} {
		if got := retryAfter(header, morning); got != want {
			t.Errorf("%q: %d seconds, want %d", header, got, want)
		}
	}
}

// handOver records a handover by hand of a class.
func (b *bench) handOver(class string) {
	b.Helper()
	b.change(func(c *Change) {
		c.Create("handovers", map[string]any{"patient": oldie, "class": class, "recommendation": "Please come."})
	})
}

// While an emergency is unsent and there is a network, nothing makes a phone wait longer than half a minute.
func TestAnEmergencyNeverWaitsLongerThanHalfAMinuteWhileThereIsANetwork(t *testing.T) {
	for _, c := range []struct {
		class  string
		online bool
		capped bool
	}{{"E", true, true}, {"U2", true, true}, {"SD", true, false}, {"E", false, false}} {
		online := c.online
		b := enrolled(t, func(o *Options) { o.Online = func() bool { return online } })
		b.edit("phone", "2")
		b.on(onPush, answer{status: 429, body: wire.Fail(wire.CodeTooManyRequests, "No."), header: map[string][]string{"Retry-After": {"3600"}}})
		b.on(onPull, pulled("e1.10"))
		b.syncFails()
		b.handOver(c.class)
		next := func() time.Duration { at, _ := b.NextTry(); return at.Sub(b.now) }
		if capped := next() <= 30*time.Second; capped != c.capped {
			t.Errorf("%+v written after the server asked for patience: next try in %s", c, next())
		}
		for range 12 {
			b.now = b.now.Add(next())
			b.syncFails()
			if capped := next() <= 30*time.Second; capped != c.capped {
				t.Errorf("%+v after a refusal: next try in %s", c, next())
			}
		}
		online = true
		b.NetworkCameBack()
		if capped := next() <= 30*time.Second; capped != (c.class != "SD") {
			t.Errorf("%+v when the network came back: next try in %s", c, next())
		}
	}
}

func TestANetworkThatComesBackBringsTheNextTryForwardUnlessTheServerAskedForPatience(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onPush, answer{err: errNoNetwork})
	for range 9 {
		b.syncFails()
	}
	b.NetworkCameBack()
	if at, _ := b.NextTry(); at.Sub(b.now) > time.Second {
		t.Errorf("next try in %s", at.Sub(b.now))
	}
	b.on(onPush, answer{status: 503, body: wire.Fail(wire.CodeBusy, "No."), header: map[string][]string{"Retry-After": {"120"}}})
	b.on(onPull, pulled("e1.10"))
	b.syncFails()
	b.NetworkCameBack()
	if at, _ := b.NextTry(); at.Sub(b.now) < 2*time.Minute {
		t.Errorf("it came back %s after a server that asked for two minutes", at.Sub(b.now))
	}
}
