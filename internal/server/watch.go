package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	watchEvery = 250 * time.Millisecond // foreign writes are looked for so often
	escalation = 15 * time.Second       // deadlines, unless Options say otherwise
)

// watch starts what a server does by itself: notice foreign writes, and do its jobs by the clock.
func (s *Server) watch() error {
	ctx, cancel := context.WithCancel(context.Background())
	log := cron.PrintfLogger(slog.NewLogLogger(s.o.Log.Handler(), slog.LevelError))
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log), cron.WithChain(cron.Recover(log), cron.SkipIfStillRunning(cron.DiscardLogger)))
	jobs := s.jobs()
	for _, j := range jobs {
		if _, err := c.AddFunc(j.schedule, func() { s.run(ctx, j) }); err != nil {
			cancel()
			return fmt.Errorf("schedule the job %q: %w", j.what, err)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, j := range jobs {
			if j.atStart {
				s.run(ctx, j)
			}
		}
		s.noticeWrites(ctx)
	}()
	c.Start()
	s.stop = append(s.stop, func() {
		cancel()
		<-c.Stop().Done()
		<-done
	})
	return nil
}

// noticeWrites looks whether another connection or process committed anything (PRAGMA
// data_version costs no I/O) and lets the engine settle it.
func (s *Server) noticeWrites(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		moved, err := s.Store.OthersWrote(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.o.Log.Error("look for foreign writes", "error", err)
			}
			continue
		}
		if moved {
			s.Engine.Nudge()
		}
		if s.Store.OutboxFilled() {
			if err := s.Engine.EmptyOutbox(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("empty the outbox", "error", err)
			}
		}
	}
}
