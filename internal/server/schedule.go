package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"doorstep/internal/clockwatch"
	"doorstep/internal/health"
)

// retryDaily is how long after a failure a daily job is tried again.
const retryDaily = time.Hour

// schedule does jobs when their time has come, and knows how each ended. Whatever a job does, a panic included, its
// next run comes. How long ago something was goes by the time that has passed: the clock on the wall can be set.
type schedule struct {
	jobs   []*scheduled
	now    func() time.Time
	uptime func() time.Duration
	clock  *clockwatch.Watch
	log    *slog.Logger
}

// scheduled is a job with what became of its runs.
type scheduled struct {
	job
	at cron.Schedule // of a daily job

	mu        sync.Mutex
	succeeded time.Time     // by the wall clock; zero = never
	since     time.Duration // of the last success, or of the start
	failed    bool          // its last run
	day       time.Time     // whose time the last daily run was
	after     time.Duration // a daily job that failed is not tried before
}

// newSchedule plans jobs. Before says when each succeeded last, in an earlier life of the server.
func newSchedule(list []job, now func() time.Time, uptime func() time.Duration, clock *clockwatch.Watch, log *slog.Logger, before func(name string) time.Time) (*schedule, error) {
	s := &schedule{now: now, uptime: uptime, clock: clock, log: log}
	for _, j := range list {
		e := &scheduled{job: j, succeeded: before(j.name), since: uptime()}
		if e.every == 0 {
			var err error
			if e.at, err = cron.ParseStandard(e.daily); err != nil {
				return nil, fmt.Errorf("read when the job %s is done: %w", e.name, err)
			}
			e.day = e.dayOf(now())
			if !e.succeeded.IsZero() {
				e.day = e.dayOf(e.succeeded) // a night that was missed is made up for
			}
		}
		s.jobs = append(s.jobs, e)
	}
	return s, nil
}

// dayOf is when the time of a daily job came last.
func (e *scheduled) dayOf(t time.Time) time.Time { return e.at.Next(t.UTC().Add(-24 * time.Hour)) }

// due says whether a job's time has come. Jobs that run every so often are asked just so often.
func (s *schedule) due(e *scheduled) bool {
	if e.steady > 0 && s.clock.Look().SteadyFor < e.steady {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.every > 0 || s.uptime() >= e.after && !e.dayOf(s.now()).Equal(e.day)
}

// run does a job and notes how it ended.
func (s *schedule) run(ctx context.Context, e *scheduled) error {
	var day time.Time
	if e.at != nil {
		day = e.dayOf(s.now())
	}
	err := survived(ctx, e.do)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		e.day, e.failed, e.succeeded, e.since = day, false, s.now(), s.uptime()
		return nil
	}
	if ctx.Err() != nil { // it was stopped
		return err
	}
	if !e.failed || e.every == 0 || e.every >= time.Second { // what runs all the time does not fill the log
		s.log.Error("a job failed; it runs again", "job", e.name, "error", err)
	}
	e.failed, e.after = true, s.uptime()+retryDaily
	return err
}

// survived makes an error of a panic.
func survived(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return do(ctx)
}

// keep does a job whenever its time comes, until ctx ends. Tick comes as often as the job is to be looked at.
func (s *schedule) keep(ctx context.Context, e *scheduled, tick <-chan time.Time) {
	if e.atStart {
		_ = s.run(ctx, e) // logged
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		if s.due(e) {
			_ = s.run(ctx, e) // logged
		}
	}
}

// start keeps all jobs, each in a goroutine of its own; the returned function ends them and waits.
func (s *schedule) start() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, e := range s.jobs {
		running.Go(func() {
			look := e.every
			if look == 0 {
				look = time.Minute
			}
			ticker := time.NewTicker(look)
			defer ticker.Stop()
			s.keep(ctx, e, ticker.C)
		})
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// runNow does the job of a name, for whoever moves time themselves.
func (s *schedule) runNow(ctx context.Context, name string) error {
	for _, e := range s.jobs {
		if e.name == name {
			return s.run(ctx, e)
		}
	}
	return fmt.Errorf("no job %s", name)
}

// states are for health.
func (s *schedule) states() []health.JobState {
	var list []health.JobState
	for _, e := range s.jobs {
		e.mu.Lock()
		list = append(list, health.JobState{Name: e.name, LastSuccess: e.succeeded, Ago: s.uptime() - e.since, LateAfter: e.lateAfter, Failed: e.failed})
		e.mu.Unlock()
	}
	return list
}
