package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
)

// BenchmarkPlans_AThousandVisits lets a thousand visits stand: what the job does.
func BenchmarkPlans_AThousandVisits(b *testing.B) {
	p := newPlanned(b, 72)
	for b.Loop() {
		b.StopTimer()
		if err := p.srv.Engine.Do(b.Context(), func(tx *pbstore.Tx) error {
			for _, statement := range []string{`DELETE FROM plan_visits`, `DELETE FROM visits`, `UPDATE visit_plans SET planned_to = ''`} {
				if _, err := tx.Statements().Exec(statement); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		p.tick(b)
		p.clock.Pass(24 * time.Hour)
		b.StartTimer()
		if err := p.srv.ExtendPlans(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.count(b, planned14)), "visits")
}

// BenchmarkPlans_MoveTwoHundred gives the two hundred visits of two days of a round to nobody, and the next time back, in one action.
func BenchmarkPlans_MoveTwoHundred(b *testing.B) {
	p := newPlanned(b, 100)
	first := plan.Later(plan.DayOf(p.clock.Now()), 2)
	last := plan.Later(first, 1)
	from, to := p.nurse.Id, ""
	for b.Loop() {
		p.post(b, "/board/move", fmt.Sprintf(`{"team":%q,"round":{"staff":%q,"first":%q,"last":%q},"staff":%q}`, p.team.Id, from, first, last, to), http.StatusOK)
		from, to = to, from
	}
}
