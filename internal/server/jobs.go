package server

import (
	"context"
	"fmt"

	"doorstep/internal/syncer"
)

// job is work that the server does by the clock, in UTC. A job that still runs when its time comes again is
// left to finish.
type job struct {
	what     string // for the log, when it fails
	schedule string // as cron writes it: five fields, or "@every 15s"
	atStart  bool   // and once when the server starts
	do       func(context.Context) error
}

// jobs are what a server does by the clock. A further one is a line here.
func (s *Server) jobs() []job {
	return []job{
		{"work off what is due", fmt.Sprintf("@every %s", s.o.Escalation), true, s.Engine.WorkDue},
		{"clean up", "10 3 * * *", false, s.CleanUp}, // while people sleep
	}
}

// run does a job and logs what went wrong.
func (s *Server) run(ctx context.Context, j job) {
	if err := j.do(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error(j.what, "error", err)
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
