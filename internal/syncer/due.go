package syncer

import (
	"context"

	"doorstep/internal/pbstore"
)

// JobDue is the name under which the escalation job notes that it ran; health asks for it.
const JobDue = "due"

// dueAtOnce rows are worked off by one transaction.
const dueAtOnce = 200

// WorkDue works off everything that is due by now: caseloads that start or end, deadlines of
// handovers and issues, deliveries. It notes that it ran.
func (e *Engine) WorkDue(ctx context.Context) error {
	for {
		n := 0
		if err := e.Do(ctx, func(tx *pbstore.Tx) error {
			list, err := tx.TakeDue(dueAtOnce)
			n = len(list)
			if err != nil {
				return err
			}
			return tx.Ran(JobDue)
		}); err != nil || n < dueAtOnce {
			return err
		}
	}
}
