package acceptance

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/clockwatch"
	"doorstep/internal/health"
	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/core"
)

// setClock is a world whose clock on the wall can be set without any time passing: set does that.
func setClock(t *testing.T) (w *world, set func(by time.Duration)) {
	t.Helper()
	var setBy time.Duration
	w = newWorld(t, func(o *server.Options) {
		now := o.Now
		o.Uptime = func() time.Duration { return now().Sub(testkit.Monday) - setBy }
	})
	return w, func(by time.Duration) {
		setBy += by
		w.clock.Pass(by)
	}
}

// health asks how the server is.
func (w *world) health() (status int, h health.Report) {
	w.t.Helper()
	answer := pbtest.Call(w.t, w.http, http.MethodGet, "/api/doorstep/health", "", nil)
	if err := json.Unmarshal(answer.Body, &h); err != nil {
		w.t.Fatalf("health: %d %s", answer.Status, answer.Body)
	}
	return answer.Status, h
}

// ill fails the test unless health names a problem.
func (w *world) ill(when, problem string) {
	w.t.Helper()
	if status, h := w.health(); status != http.StatusServiceUnavailable || !slices.Contains(h.Problems, problem) {
		w.t.Errorf("%s: %d %+v, want %s", when, status, h, problem)
	}
}

func (w *world) well(when string) {
	w.t.Helper()
	if status, h := w.health(); status != http.StatusOK || len(h.Problems) > 0 {
		w.t.Errorf("%s: %d, %v", when, status, h.Problems)
	}
}

// covers are three people whom another team has: until in three weeks, from in three weeks, and for good.
type covers struct{ until, from, always *core.Record }

func (w *world) covers() covers {
	three := w.now().Add(21 * 24 * time.Hour)
	c := covers{w.Patient(w.t, "Until", nil), w.Patient(w.t, "From", nil), w.Patient(w.t, "Always", nil)}
	w.Caseload(w.t, c.until, w.others, time.Time{}, three)
	w.Caseload(w.t, c.from, w.others, three)
	w.Caseload(w.t, c.always, w.others)
	w.tick()
	return c
}

func (w *world) heldByOthers(when string, c covers, until, from bool) {
	w.t.Helper()
	for person, want := range map[*core.Record]bool{c.until: until, c.from: from, c.always: true} {
		if got := slices.Contains(w.srv.Store.Access.TeamsHolding(person.Id), w.others.Id); got != want {
			w.t.Errorf("%s: the other team has %s: %t, want %t", when, person.GetString("family_name"), got, want)
		}
	}
}

// emergency raises one, and says what it is called.
func (w *world) emergency() *core.Record {
	w.t.Helper()
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.readings(w.ada))
	w.sync(ann)
	w.tick()
	return only(w.t, "handovers", w.rows(care.Handovers, "id != ''", nil))
}

const year = 365 * 24 * time.Hour

// K7
func TestAClockThatIsAYearAheadForFourSecondsEscalatesEndsAndBeginsNothing(t *testing.T) {
	t.Parallel()
	w, set := setClock(t)
	c := w.covers()
	h := w.emergency()
	before := w.handover(h.Id)
	w.well("before")

	set(year)
	w.tick()
	w.ill("a year ahead", health.ProblemClock)
	w.pass(4 * time.Second)
	set(-year)
	w.pass(50 * time.Second)
	w.ill("right again, but not for a minute", health.ProblemClock)
	if got := w.handover(h.Id); got.GetString("state") != before.GetString("state") || got.GetString("ack_due") != before.GetString("ack_due") {
		t.Errorf("the handover is %s, due %s; was %s, due %s", got.GetString("state"), got.GetString("ack_due"), before.GetString("state"), before.GetString("ack_due"))
	}
	w.heldByOthers("right again", c, true, false)

	w.pass(clockwatch.SteadyAfter)
	w.well("steady for a minute")
	w.heldByOthers("steady", c, true, false)
	if got := w.handover(h.Id); got.GetString("ack_due") != before.GetString("ack_due") {
		t.Errorf("the deadline moved from %s to %s", before.GetString("ack_due"), got.GetString("ack_due"))
	}
	w.pass(5 * time.Minute)
	w.stands(h.Id, care.Escalated, w.coordination) // by the time that has really passed
	w.pass(21 * 24 * time.Hour)
	w.heldByOthers("three weeks later", c, false, true)
}

// K7
func TestAClockThatWasAYearAheadForAnHourLeavesNoMarks(t *testing.T) {
	t.Parallel()
	w, set := setClock(t)
	c := w.covers()
	first := w.emergency()
	issue := w.refuse()

	set(year)
	w.pass(time.Second)
	w.pass(time.Hour) // long enough to be believed
	w.heldByOthers("an hour in the next year", c, false, true)
	w.stands(first.Id, care.Escalated, w.coordination)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, w.readings(w.ada)) // and somebody is ill meanwhile
	w.sync(ann)
	w.tick()

	set(-year)
	w.tick()
	w.ill("right again", health.ProblemClock)
	w.pass(clockwatch.SteadyAfter + time.Second)
	w.well("steady for a minute")
	w.heldByOthers("by the dates of the caseload", c, true, false)
	now := w.now()
	for _, h := range w.rows(care.Handovers, "id != ''", nil) {
		for _, field := range []string{"ack_due", "act_due"} {
			if due := h.GetDateTime(field).Time(); due.After(now.Add(24 * time.Hour)) {
				t.Errorf("handover %s has its %s at %s, now is %s", h.Id, field, due, now)
			}
		}
	}
	if due := w.rows(care.Quarantine, "id = '"+issue+"'", nil)[0].GetDateTime("due_at").Time(); due.After(now.Add(24 * time.Hour)) {
		t.Errorf("the issue is due at %s", due)
	}
	if mark := w.srv.Store.LastMark(); mark.After(w.now()) {
		t.Errorf("the feed has a mark of %s", mark)
	}
	for range 4 { // nobody answers: each goes to its end, and none is forgotten for a year
		w.pass(time.Hour)
	}
	for _, h := range w.rows(care.Handovers, "id != ''", nil) {
		if state := h.GetString("state"); state != string(care.Failed) {
			t.Errorf("handover %s, which nobody answers, is %s", h.Id, state)
		}
	}
}

// refuse has a change set aside, and says under which issue.
func (w *world) refuse() string {
	w.t.Helper()
	bob := w.phoneOf(w.bob)
	w.record(bob, care.Visits, map[string]any{"patient": w.ada.Id, "status": "no such status"})
	w.sync(bob)
	return only(w.t, "issues", w.rows(care.Quarantine, "id != ''", nil)).Id
}

// K7
func TestAClockThatGoesBackHoldsDeadlinesForAMinuteAndForgetsNone(t *testing.T) {
	t.Parallel()
	w, set := setClock(t)
	set(-time.Hour)
	w.tick()
	w.ill("an hour behind", health.ProblemClock)
	h := w.emergency()
	set(time.Hour)
	w.tick()
	w.pass(59 * time.Second)
	if state := w.handover(h.Id).GetString("state"); state == string(care.Escalated) {
		t.Errorf("it was escalated within a minute of the correction")
	}
	w.pass(2 * time.Second)
	w.well("steady")
	w.stands(h.Id, care.Escalated, w.coordination)
}

// K7
func TestAServerThatStartsBehindWhatItWroteKnowsThatItsClockWasSet(t *testing.T) {
	t.Parallel()
	w, _ := setClock(t)
	c := w.covers()
	w.pass(48 * time.Hour)
	w.sql(`UPDATE patients SET access_notes = 'key safe' WHERE id = ?`, c.always.Id)
	w.clock.Pass(-24 * time.Hour)
	w.restart()
	w.tick()
	w.ill("a day behind", health.ProblemClock)
	w.pass(clockwatch.SteadyAfter)
	w.well("steady for a minute")
}
