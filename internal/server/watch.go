package server

import (
	"context"
	"time"
)

const (
	watchEvery = 250 * time.Millisecond // foreign writes, and a long log, are looked for so often
	escalation = 15 * time.Second       // deadlines, unless Options say otherwise
)

// watch starts what a server does by itself.
func (s *Server) watch() {
	s.Figures.Gently = gently // whoever moves time themselves waits for the figures
	s.stop = append(s.stop, s.schedule.start())
}

// noticeWrites looks whether another connection or process committed anything (PRAGMA data_version costs no I/O)
// and lets the engine settle it; and whether the clock was set.
func (s *Server) noticeWrites(ctx context.Context) error {
	s.clock.Look()
	moved, err := s.Store.OthersWrote(ctx)
	if err != nil {
		return err
	}
	if moved {
		s.Engine.Nudge()
	}
	if s.Store.OutboxFilled() {
		return s.Engine.EmptyOutbox(ctx)
	}
	return nil
}
