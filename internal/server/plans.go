package server

import (
	"context"

	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
)

// ExtendPlans is the job that lets the next days of repeating plans stand. It goes in steps of a few plans, each a
// transaction of its own, so that no push waits for long; each plan notes how far it stands, so that a run that was
// stopped goes on where it was. A plan that cannot be worked out is logged and holds up no other.
func (s *Server) ExtendPlans(ctx context.Context) error {
	for after := ""; ; {
		if err := s.Engine.Do(ctx, func(tx *pbstore.Tx) error {
			planner := httpapi.PlannerIn(s.Engine, s.Store, tx, desk.Lead{})
			last, err := planner.ExtendPlans(after, func(plan string, work func() error) error {
				failed, err := tx.Savepoint(func() error { tx.Next(); return work() })
				if failed != nil {
					s.o.Log.Error("extend a plan", "plan", plan, "error", failed)
				}
				return err
			})
			after = last
			return err
		}); err != nil {
			return err
		}
		if after == "" {
			return s.Engine.Ran(ctx, jobPlans, "")
		}
	}
}
