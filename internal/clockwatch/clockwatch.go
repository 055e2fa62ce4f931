// Package clockwatch notices when the clock of the machine is set: the time that people read then moves on, or
// back, without having passed. What goes by the clock waits until it has been steady for a while.
package clockwatch

import (
	"math"
	"sync"
	"time"
)

const (
	// tolerance is how far the wall clock may move against the time that has passed before that counts as a
	// step. Corrections that go slowly move both alike.
	tolerance = 2 * time.Second
	// SteadyAfter is how long after a step the clock counts as steady again.
	SteadyAfter = time.Minute
)

// Watch compares a wall clock, which can be set, with one that only counts the time since some moment.
type Watch struct {
	wall   func() time.Time
	uptime func() time.Duration

	mu      sync.Mutex
	zero    time.Time // what the wall clock shows, or would have shown, when uptime was 0
	stepped bool
	at      time.Duration // of the last step, by uptime
	since   State         // steps that nothing was done about yet
}

// State is what is known of the clock at a moment.
type State struct {
	// Steady: no step in the last minute.
	Steady bool
	// SteadyFor is how long ago the last step was; the longest there is where none was seen.
	SteadyFor time.Duration
	// By is how far the clock has moved since it was last settled, 0 for not at all; forwards is positive.
	By time.Duration
	// Earliest and Latest are the ends of the time that the steps led over. Zero when By and they are nothing.
	Earliest, Latest time.Time
}

// Stepped says whether there were steps that nothing was done about yet.
func (s State) Stepped() bool { return !s.Earliest.IsZero() }

// New begins to watch.
func New(wall func() time.Time, uptime func() time.Duration) *Watch {
	w := &Watch{wall: wall, uptime: uptime}
	w.zero = plain(wall()).Add(-uptime())
	return w
}

// plain is a time by the wall clock alone.
func plain(t time.Time) time.Time { return t.Round(0) }

// Known tells of a time that the clock showed before it was watched. Where it shows an earlier one now, it was
// set back meanwhile.
func (w *Watch) Known(before time.Time) {
	now := w.wall()
	w.mu.Lock()
	defer w.mu.Unlock()
	if before.IsZero() || plain(before).Sub(plain(now)) <= tolerance {
		return
	}
	w.step(plain(before), plain(now), w.uptime())
}

// Look compares the clocks.
func (w *Watch) Look() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	// The process may be stopped between two of these; only what lies outside of both counts.
	before := w.uptime()
	now := plain(w.wall())
	after := w.uptime()
	switch {
	case now.Sub(w.zero.Add(after)) > tolerance, w.zero.Add(before).Sub(now) > tolerance:
		w.step(w.zero.Add(after), now, after)
		w.zero = now.Add(-after)
	}
	s := w.since
	s.SteadyFor = math.MaxInt64
	if w.stepped {
		s.SteadyFor = after - w.at
	}
	s.Steady = s.SteadyFor >= SteadyAfter
	return s
}

func (w *Watch) step(from, to time.Time, at time.Duration) {
	w.stepped, w.at = true, at
	s := &w.since
	s.By += to.Sub(from)
	for _, t := range []time.Time{from, to} {
		if s.Earliest.IsZero() || t.Before(s.Earliest) {
			s.Earliest = t
		}
		if t.After(s.Latest) {
			s.Latest = t
		}
	}
}

// Settled forgets the steps of a state: what goes by the clock was set right. A step since then is not forgotten.
func (w *Watch) Settled(s State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since.By == s.By && w.since.Earliest.Equal(s.Earliest) && w.since.Latest.Equal(s.Latest) {
		w.since = State{}
	}
}
