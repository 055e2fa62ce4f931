package server

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

func TestEveryJobHasATimeThatComes(t *testing.T) {
	s := &Server{o: Options{Escalation: escalation}}
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	next := map[string]time.Time{"work off what is due": now.Add(15 * time.Second), "clean up": time.Date(2026, 3, 3, 3, 10, 0, 0, time.UTC)}
	for _, j := range s.jobs() {
		when, err := cron.ParseStandard(j.schedule)
		if err != nil {
			t.Fatalf("%s: %v", j.what, err)
		}
		want, known := next[j.what]
		if got := when.Next(now); !known || !got.Equal(want) {
			t.Errorf("%s: next at %s, want %s", j.what, got, want)
		}
		delete(next, j.what)
	}
	for what := range next {
		t.Errorf("nothing does this by the clock: %s", what)
	}
}
