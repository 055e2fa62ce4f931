package clockwatch_test

import (
	"testing"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/testkit"
)

// machine has a clock that can be set, and one that counts.
type machine struct {
	wall testkit.Clock
	up   time.Duration
}

func (m *machine) watch() *clockwatch.Watch {
	return clockwatch.New(m.wall.Now, func() time.Duration { return m.up })
}

func (m *machine) pass(d time.Duration) { m.wall.Pass(d); m.up += d }

// K7
func TestAClockThatIsSetIsNoticedAndCountsAsSteadyAgainAMinuteLater(t *testing.T) {
	for _, c := range []struct {
		name            string
		by              time.Duration
		step            bool
		earliest, later time.Duration // after Monday and the hour that has passed
	}{
		{"a year ahead", 365 * 24 * time.Hour, true, 0, 365 * 24 * time.Hour},
		{"an hour back", -time.Hour, true, -time.Hour, 0},
		{"three seconds ahead", 3 * time.Second, true, 0, 3 * time.Second},
		{"three seconds back", -3 * time.Second, true, -3 * time.Second, 0},
		{"a second is no step", time.Second, false, 0, 0},
		{"nor is a second back", -time.Second, false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m machine
			w := m.watch()
			m.pass(time.Hour)
			hour := m.wall.Now()
			if s := w.Look(); !s.Steady || s.Stepped() || s.SteadyFor < 365*24*time.Hour {
				t.Fatalf("before: %+v", s)
			}
			m.wall.Pass(c.by)
			s := w.Look()
			if s.Steady == c.step || s.Stepped() != c.step {
				t.Fatalf("after: %+v", s)
			}
			if !c.step {
				return
			}
			if s.By != c.by || !s.Earliest.Equal(hour.Add(c.earliest)) || !s.Latest.Equal(hour.Add(c.later)) {
				t.Errorf("the step is %s from %s to %s", s.By, s.Earliest, s.Latest)
			}
			m.pass(clockwatch.SteadyAfter - time.Millisecond)
			if s := w.Look(); s.Steady {
				t.Errorf("just before a minute: %+v", s)
			}
			m.pass(time.Millisecond)
			s = w.Look()
			if !s.Steady || !s.Stepped() {
				t.Errorf("after a minute: %+v", s)
			}
			w.Settled(s)
			if s := w.Look(); !s.Steady || s.Stepped() {
				t.Errorf("settled: %+v", s)
			}
		})
	}
}

func TestAStepThereAndBackIsOneSpan(t *testing.T) {
	var m machine
	w := m.watch()
	m.wall.Pass(365 * 24 * time.Hour)
	w.Look()
	m.pass(4 * time.Second)
	m.wall.Pass(-365 * 24 * time.Hour)
	s := w.Look()
	if s.By != 0 || !s.Stepped() || !s.Earliest.Equal(testkit.Monday) || !s.Latest.Equal(testkit.Monday.Add(365*24*time.Hour+4*time.Second)) {
		t.Errorf("%+v", s)
	}
	m.wall.Pass(time.Hour) // again, while the first is being set right
	w.Look()
	w.Settled(s)
	if s := w.Look(); !s.Stepped() || s.Steady {
		t.Errorf("the second step is forgotten with the first: %+v", s)
	}
}

func TestAClockBehindWhatWasWrittenBeforeTheStartWasSetBack(t *testing.T) {
	var m machine
	w := m.watch()
	w.Known(time.Time{})
	w.Known(testkit.Monday.Add(-time.Hour))
	if s := w.Look(); !s.Steady || s.Stepped() {
		t.Errorf("an ordinary start: %+v", s)
	}
	w.Known(testkit.Monday.Add(48 * time.Hour))
	if s := w.Look(); s.Steady || s.By != -48*time.Hour {
		t.Errorf("two days behind: %+v", s)
	}
	m.pass(clockwatch.SteadyAfter)
	if s := w.Look(); !s.Steady || !s.Stepped() {
		t.Errorf("a minute later: %+v", s)
	}
}

func TestAStoppedProcessIsNoStep(t *testing.T) {
	var m machine
	looks := 0
	w := clockwatch.New(func() time.Time {
		if looks++; looks == 2 { // between the look at one clock and the other
			m.pass(time.Hour)
		}
		return m.wall.Now()
	}, func() time.Duration { return m.up })
	if s := w.Look(); s.Stepped() {
		t.Errorf("%+v", s)
	}
}
