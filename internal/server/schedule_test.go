package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/health"
	"doorstep/internal/syncer"
	"doorstep/internal/testkit"
)

// night is a schedule on a clock that a test turns, and the time that passes beside it.
type night struct {
	wall testkit.Clock
	up   time.Duration
	*schedule
}

func nightOf(t *testing.T, before time.Time, list ...job) *night {
	t.Helper()
	n := &night{}
	var err error
	watch := clockwatch.New(n.wall.Now, func() time.Duration { return n.up })
	if n.schedule, err = newSchedule(list, n.wall.Now, func() time.Duration { return n.up }, watch, slog.New(slog.DiscardHandler), func(string) time.Time { return before }); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *night) pass(d time.Duration) { n.wall.Pass(d); n.up += d }

// tick is a minute in which the schedule looks at a job.
func (n *night) tick(ctx context.Context) {
	n.pass(time.Minute)
	n.clock.Look()
	if n.due(n.jobs[0]) {
		_ = n.run(ctx, n.jobs[0])
	}
}

func (n *night) state() health.JobState { return n.states()[0] }

// K2
func TestAJobThatPanicsRunsAgain(t *testing.T) {
	ran := make(chan int, 3)
	times := 0
	n := nightOf(t, time.Time{}, job{name: "due", every: time.Second, atStart: true, lateAfter: lateMinutes, do: func(context.Context) error {
		times++
		ran <- times
		if times == 1 {
			panic("a nil map")
		}
		return nil
	}})
	ctx, end := context.WithCancel(t.Context())
	tick, ended := make(chan time.Time), make(chan struct{})
	go func() { defer close(ended); n.keep(ctx, n.jobs[0], tick) }()
	for want := 1; want <= 3; want++ {
		if want > 1 {
			tick <- n.wall.Now()
		}
		if got := testkit.Receive(t, ran, "the next run"); got != want {
			t.Fatalf("run %d, want %d", got, want)
		}
	}
	end()
	<-ended
	if s := n.state(); s.Failed || s.LastSuccess.IsZero() {
		t.Errorf("after a run that went well: %+v", s)
	}
}

// K2 K7
func TestHealthKnowsEveryJobByTheTimeThatHasPassed(t *testing.T) {
	broken := errors.New("no disk")
	var fault error
	n := nightOf(t, time.Time{}, job{name: syncer.JobDue, every: time.Second, lateAfter: lateMinutes, do: func(context.Context) error { return fault }})
	late := func() bool {
		s := n.state()
		return health.Judge(health.Measured{Escalation: syncer.JobDue, Jobs: []health.JobState{s}, Clock: clockwatch.State{Steady: true}}).Escalation.Late
	}
	n.tick(t.Context())
	if late() || n.state().LastSuccess != n.wall.Now() {
		t.Errorf("it ran just now: %+v", n.state())
	}
	fault = broken
	n.tick(t.Context())
	if late() || !n.state().Failed {
		t.Errorf("it failed a minute ago: %+v", n.state())
	}
	n.tick(t.Context())
	n.wall.Pass(-3 * time.Hour) // K7: the clock is set back, and nobody sees a last run in the future as a recent one
	if !late() {
		t.Errorf("it has not ended well for two minutes: %+v", n.state())
	}
	fault = nil
	n.tick(t.Context())
	if late() {
		t.Errorf("it runs again: %+v", n.state())
	}
	n.wall.Pass(365 * 24 * time.Hour)
	if late() {
		t.Errorf("the clock was set ahead, which makes nothing late: %+v", n.state())
	}
}

func TestTheNightlyJobs(t *testing.T) {
	const hour = "10 3 * * *" // Monday 08:00 + 19:10
	for _, c := range []struct {
		name   string
		before time.Time // its last success in an earlier life
		play   func(n *night, ctx context.Context)
		runs   int
	}{
		{"not by day", time.Time{}, func(n *night, ctx context.Context) { n.pass(19 * time.Hour); n.tick(ctx) }, 0},
		{"at ten past three", time.Time{}, func(n *night, ctx context.Context) { n.pass(19*time.Hour + 10*time.Minute); n.tick(ctx) }, 1},
		{"once a night", time.Time{}, func(n *night, ctx context.Context) { n.pass(20 * time.Hour); n.tick(ctx); n.tick(ctx) }, 1},
		{"each night", time.Time{}, func(n *night, ctx context.Context) {
			n.pass(20 * time.Hour)
			n.tick(ctx)
			n.pass(24 * time.Hour)
			n.tick(ctx)
		}, 2},
		{"a night that was missed is made up for", testkit.Monday.Add(-30 * time.Hour), func(n *night, ctx context.Context) { n.tick(ctx); n.tick(ctx) }, 1},
		{"a night that was not missed is not", testkit.Monday.Add(-4 * time.Hour), func(n *night, ctx context.Context) { n.tick(ctx) }, 0},
		{"not while the clock may be wrong", time.Time{}, func(n *night, ctx context.Context) {
			n.wall.Pass(365 * 24 * time.Hour)
			n.tick(ctx)
			n.pass(23 * time.Hour)
			n.tick(ctx)
		}, 0},
		{"but once it was steady for a day", time.Time{}, func(n *night, ctx context.Context) {
			n.wall.Pass(365 * 24 * time.Hour)
			n.tick(ctx)
			n.pass(24 * time.Hour)
			n.tick(ctx)
		}, 1},
		{"also when it was a year ahead in between", time.Time{}, func(n *night, ctx context.Context) {
			n.wall.Pass(365 * 24 * time.Hour)
			n.tick(ctx)
			n.pass(24 * time.Hour)
			n.tick(ctx) // by the wrong clock
			n.wall.Pass(-365 * 24 * time.Hour)
			n.tick(ctx)
			n.pass(24 * time.Hour)
			n.tick(ctx)
		}, 2},
	} {
		runs := 0
		n := nightOf(t, c.before, job{name: "clean_up", daily: hour, lateAfter: lateNight, steady: 24 * time.Hour, do: func(context.Context) error { runs++; return nil }})
		c.play(n, t.Context())
		if runs != c.runs {
			t.Errorf("%s: it ran %d times, want %d", c.name, runs, c.runs)
		}
	}
}

func TestANightlyJobThatFailsIsTriedAgainInAnHour(t *testing.T) {
	runs := 0
	n := nightOf(t, time.Time{}, job{name: "clean_up", daily: "0 3 * * *", lateAfter: lateNight, do: func(context.Context) error {
		if runs++; runs < 3 {
			return errors.New("busy")
		}
		return nil
	}})
	n.pass(20 * time.Hour)
	for range 4 * 60 {
		n.tick(t.Context())
	}
	if runs != 3 || n.state().Failed {
		t.Errorf("it ran %d times in four hours, failed %t; want a run, two more an hour apart, and success", runs, n.state().Failed)
	}
}

func TestEveryJobIsKnownToHealth(t *testing.T) {
	want := map[string]time.Duration{syncer.JobDue: lateMinutes, jobNotice: lateMinutes, jobCheckpoint: lateMinutes, jobFold: lateHours, jobPeople: lateHours, jobRefusals: lateHours, jobContacts: lateHours, jobFigures: lateHours, jobHeard: lateHours, jobSeal: lateHours, jobPlans: lateHours, jobMove: lateHours, jobCleanUp: lateNight, syncer.JobCheck: lateNight}
	s := &Server{o: Options{Escalation: escalation}}
	for _, j := range s.jobs() {
		if late, known := want[j.name]; !known || j.lateAfter != late || j.every == 0 && j.daily == "" || j.every > j.lateAfter {
			t.Errorf("%s: late after %s, every %s, daily at %s; want late after %s", j.name, j.lateAfter, j.every, j.daily, late)
		}
		delete(want, j.name)
	}
	for name := range want {
		t.Errorf("nothing does this: %s", name)
	}
}

func TestAJobWhoseHourCannotBeReadIsRefused(t *testing.T) {
	s := &night{}
	_, err := newSchedule([]job{{name: "clean_up", daily: "at night"}}, s.wall.Now, func() time.Duration { return 0 }, nil, nil, func(string) time.Time { return time.Time{} })
	if err == nil || !strings.Contains(err.Error(), "clean_up") {
		t.Errorf("said %v", err)
	}
}
