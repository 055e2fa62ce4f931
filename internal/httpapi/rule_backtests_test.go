package httpapi

import (
	"testing"
	"time"

	"doorstep/internal/rulebook"
	"doorstep/internal/testkit/pbtest"
)

// A panic outside of a request would end the server, and all that phones wait for with it.
func TestABacktestThatBreaksDownEndsAlone(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	a := &API{App: pbtest.New(t).BaseApp, Clock: func() time.Time { return at }} // without a store to read
	job := &backtest{id: "one", code: "not_in"}
	if !a.backtests.begin(job) {
		t.Fatal("it is not begun")
	}
	a.runBacktest(job, nil, []rulebook.Entry{{}}, 7)
	if view := job.view(); view.State != "failed" || view.Why == "" {
		t.Errorf("it is %s, because %q", view.State, view.Why)
	}
	if !a.backtests.begin(&backtest{id: "two"}) {
		t.Error("none can be begun after it")
	}
}
