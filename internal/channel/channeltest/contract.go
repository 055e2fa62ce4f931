// Package channeltest is the contract that every channel keeps, against a receiver that nobody here wrote.
package channeltest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/delivery"
)

// How a receiver behaves.
type How string

// What a receiver does with what comes.
const (
	Takes   How = "takes it"
	IsBusy  How = "says not now"
	Refuses How = "refuses it for good"
	Silent  How = "never answers"
	Forgets How = "takes it, and its answer is lost"
	Away    How = "is not there"
	Posing  How = "has a certificate of nobody we know"
	Plain   How = "does not encrypt"
)

// Hows are all of them, with what a channel says of each; nil: it was delivered.
var hows = []struct {
	how       How
	why       string
	temporary bool
	took      bool
}{
	{how: Takes, took: true}, {IsBusy, delivery.Busy, true, false}, {Refuses, delivery.Refused, false, false}, {Silent, delivery.Unreachable, true, false},
	{Forgets, delivery.Unreachable, true, true}, {Away, delivery.Unreachable, true, false}, {Posing, delivery.Untrusted, true, false}, {Plain, delivery.Untrusted, true, false},
}

// Arrived is a notice as a receiver has it: the key it goes by, and all bytes of it.
type Arrived struct{ Key, All string }

// Receiver is a running receiver.
type Receiver struct {
	Channel channel.Channel
	Address string
	// Arrived lists what it took; Key is how it names the notice of a key.
	Arrived func() []Arrived
	Key     func(key string) string
	// NoLink: what leaves by it says no more than that something waits, and has no link.
	NoLink bool
}

// At is when notices are sent.
var At = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// KeptBack are words that stand in the handover of a notice, and must never leave with it.
var KeptBack = []string{"Testpatient", "9990000018", "999 000 0018", "1941", "Wound broken down", "Alder Row"}

func noticeOf(class care.Class) channel.Notice {
	return channel.Notice{Key: "01K9ZZZZZZZZZZZZZZZZZZZZZZ:01K9TEAMTEAMTEAMTEAMTEAMTE:inbox:01K9ROUTEROUTEROUTEROUTERO", Classes: []care.Class{class},
		Handover: "01K9ZZZZZZZZZZZZZZZZZZZZZZ", Team: "01K9TEAMTEAMTEAMTEAMTEAMTE", Link: "https://doorstep.example/practice/#/h/01K9ZZZZZZZZZZZZZZZZZZZZZZ", At: At}
}

// Run holds a channel to the contract; open starts a receiver that behaves so, and ends with the test. Where wrong is
// not empty it is an address that the channel does not take.
func Run(t *testing.T, open func(t *testing.T, how How) Receiver, wrong ...string) {
	for _, c := range hows {
		t.Run("one that "+string(c.how), func(t *testing.T) {
			r := open(t, c.how)
			n := noticeOf(care.Urgent)
			err := send(t, r, n, c.how == Silent)
			var f *delivery.Failure
			switch {
			case c.why == "" && err != nil:
				t.Fatalf("it was not delivered: %v (%v)", err, errors.Unwrap(err))
			case c.why != "" && !errors.As(err, &f):
				t.Fatalf("got %v, want a failure: %s", err, c.why)
			case c.why != "" && (f.Why != c.why || f.Temporary() != c.temporary):
				t.Errorf("got %s, temporary %v (%v), want %s, %v", f, f.Temporary(), f.Cause, c.why, c.temporary)
			}
			if f != nil && (strings.Contains(f.Error(), r.Address) || len(f.Error()) > 80) {
				t.Errorf("what is noted and shown of it names the address, or what the receiver said: %q", f.Error())
			}
			if got := len(r.Arrived()); (got > 0) != c.took {
				t.Errorf("%d arrived", got)
			}
		})
	}
	t.Run("what it took before comes under the same key, so that it can drop it", func(t *testing.T) {
		r := open(t, Takes)
		for range 2 {
			if err := send(t, r, noticeOf(care.Urgent), false); err != nil {
				t.Fatal(err)
			}
		}
		other := noticeOf(care.Urgent)
		other.Key += "2"
		if err := send(t, r, other, false); err != nil {
			t.Fatal(err)
		}
		got := r.Arrived()
		if len(got) != 3 || got[0].Key != got[1].Key || got[0].Key == got[2].Key || got[0].Key != r.Key(noticeOf(care.Urgent).Key) {
			t.Errorf("%d arrived under the keys %v", len(got), keysOf(got))
		}
	})
	t.Run("a link and a class leave, and nothing else of a handover", func(t *testing.T) {
		for _, name := range care.Classes {
			r := open(t, Takes)
			n := noticeOf(care.Class(name))
			if err := send(t, r, n, false); err != nil {
				t.Fatal(err)
			}
			got := r.Arrived()
			if len(got) != 1 || strings.Contains(got[0].All, n.Link) == r.NoLink {
				t.Fatalf("%s: the link in %v, no link: %v", name, got, r.NoLink)
			}
			for _, word := range KeptBack {
				if strings.Contains(got[0].All, word) {
					t.Errorf("%s: %q left", name, word)
				}
			}
		}
	})
	t.Run("several that can wait go together, and a test says that it is one", func(t *testing.T) {
		r := open(t, Takes)
		digest := channel.Notice{Key: "digest", Classes: []care.Class{care.Routine, care.Routine, care.Information}, Team: "01K9TEAMTEAMTEAMTEAMTEAMTE", Link: "https://doorstep.example/practice/", At: At}
		test := channel.Notice{Key: "test", Team: digest.Team, Link: digest.Link, At: At, Test: true}
		for _, n := range []channel.Notice{digest, test} {
			if err := send(t, r, n, false); err != nil {
				t.Fatal(err)
			}
		}
		got := r.Arrived()
		if len(got) != 2 || got[0].All == got[1].All || !strings.Contains(strings.ToLower(got[1].All), "test") || strings.Contains(strings.ToLower(got[0].All), "a test") {
			t.Errorf("%+v", got)
		}
	})
	t.Run("an address that it cannot use is told to whoever types it", func(t *testing.T) {
		r := open(t, Takes)
		for _, address := range append([]string{"", " ", "nonsense\r\nBcc: all@example.org"}, wrong...) {
			if r.Channel.Problem(address) == "" {
				t.Errorf("%q passes", address)
			}
		}
		if problem := r.Channel.Problem(r.Address); problem != "" {
			t.Errorf("%s: %s", r.Address, problem)
		}
	})
}

// send makes one attempt. Of a receiver that never answers the patience of the courier is over at once.
func send(t *testing.T, r Receiver, n channel.Notice, impatient bool) error {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if impatient {
		stop()
	}
	return r.Channel.Send(ctx, channel.Route{ID: "01K9ROUTEROUTEROUTEROUTERO", Team: n.Team, Channel: r.Channel.Name(), Address: r.Address, Classes: n.Classes, Hours: channel.Always, Secret: 1}, n)
}

func keysOf(list []Arrived) (keys []string) {
	for _, a := range list {
		keys = append(keys, a.Key)
	}
	return slices.Clip(keys)
}
