package server

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"doorstep/internal/syncer"
)

// When the background work is done.
const (
	watchEvery = 250 * time.Millisecond
	escalation = 15 * time.Second // unless Options say otherwise
	nightly    = "10 3 * * *"     // UTC: while people sleep
)

// watch starts what a server does by itself: notice foreign writes, work off what is due, at
// once and then again and again, and clean up at night.
func (s *Server) watch() error {
	ctx, cancel := context.WithCancel(context.Background())
	log := cron.PrintfLogger(slog.NewLogLogger(s.o.Log.Handler(), slog.LevelError))
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log), cron.WithChain(cron.Recover(log), cron.SkipIfStillRunning(cron.DiscardLogger)))
	c.Schedule(cron.Every(s.o.Escalation), cron.FuncJob(func() { s.job(ctx, "work off what is due", s.Engine.WorkDue) }))
	if _, err := c.AddFunc(nightly, func() { s.job(ctx, "clean up", s.CleanUp) }); err != nil {
		cancel()
		return fmt.Errorf("schedule the nightly job: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.job(ctx, "work off what is due", s.Engine.WorkDue)
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

func (s *Server) job(ctx context.Context, what string, run func(context.Context) error) {
	if err := run(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error(what, "error", err)
	}
}

// CleanUp is the nightly job: it removes what no phone needs any more and lets SQLite look at its statistics. It stands
// in for PocketBase's own nightly job, which truncates the write-ahead log and stops every
// writer meanwhile.
func (s *Server) CleanUp(ctx context.Context) error {
	if err := s.Engine.Retain(ctx, syncer.Retention{Tombstones: s.o.Tombstones}); err != nil {
		return err
	}
	_, err := s.App.NonconcurrentDB().NewQuery("PRAGMA optimize").WithContext(ctx).Execute()
	return err
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
