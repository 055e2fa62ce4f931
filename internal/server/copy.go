package server

import (
	"context"
	"errors"
	"time"

	"doorstep/internal/copier"
	"doorstep/internal/datafolder"
	"doorstep/internal/health"
)

// beginCopy begins to copy the database off the machine, where that is asked for, and returns what makes a commit safe:
// nil where a commit is enough.
func (s *Server) beginCopy() (secure func(context.Context) error, err error) {
	switch {
	case s.o.CopyTo == "" && s.o.SecureByCopy:
		return nil, errors.New("--acknowledge-after-copy needs --copy-to: nothing would ever be acknowledged")
	case s.o.CopyTo == "":
		return nil, nil
	}
	number, err := datafolder.Number(s.App.DataDir())
	if err != nil {
		return nil, err
	}
	s.copy, err = copier.Start(copier.Options{Dir: s.App.DataDir(), Number: number, To: s.o.CopyTo, Key: s.o.CopyKey, Log: s.o.Log, Uptime: passed(),
		Steady: func() time.Duration { return s.clock.Look().SteadyFor },
		Free: func() (int64, bool) {
			if free := health.MeasureDisk(s.App.DataDir()).FreeBytes; free != nil {
				return *free, true
			}
			return 0, false
		}})
	if err != nil || !s.o.SecureByCopy {
		return nil, err
	}
	return s.copy.Copy, nil
}

// passed counts the time that passes from now on, whatever the clock is set to.
func passed() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// copyState is what health is told of the copy; nil where none is made.
func (s *Server) copyState() func() (time.Duration, bool) {
	if s.copy == nil {
		return nil
	}
	return func() (time.Duration, bool) {
		state := s.copy.State()
		return state.Behind, state.Failing
	}
}

// endCopy copies what is left, as far as that goes in the time that a server may take to end.
func (s *Server) endCopy() error {
	if s.copy == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closingTime)
	defer cancel()
	if err := s.copy.Close(ctx); err != nil {
		s.o.Log.Warn("the copy is not complete; it is made up for at the next start", "error", err)
	}
	return nil
}

// checkpoint copies the write-ahead log into the database. Where a copy is made, that is the copier's: it reads the log, and
// shortens it when it has. A copier that has given up for now does neither.
func (s *Server) checkpoint(ctx context.Context) error {
	if s.copy != nil && !s.copy.GivenUp() {
		return nil
	}
	return s.Store.Checkpoint(ctx)
}
