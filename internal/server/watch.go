package server

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

// Intervals of the background work.
const (
	watchEvery = 250 * time.Millisecond
	escalate   = "@every 15s"
)

// watch starts what a server does by itself: notice foreign writes and work off what is due.
func (s *Server) watch() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.noticeWrites(ctx)
	}()
	log := cron.DiscardLogger
	c := cron.New(cron.WithSeconds(), cron.WithLogger(log), cron.WithChain(cron.Recover(log), cron.SkipIfStillRunning(log)))
	if _, err := c.AddFunc(escalate, func() {
		if err := s.Engine.WorkDue(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Error("work off what is due", "error", err)
		}
	}); err != nil {
		panic("server: the schedule of the escalation job does not parse: " + err.Error()) // it is a constant
	}
	c.Start()
	s.stop = append(s.stop, func() {
		<-c.Stop().Done()
		cancel()
		<-done
	})
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
