package acceptance

import (
	"fmt"
	"testing"
	"time"

	"doorstep/internal/care"
)

// midnights are beginnings of days in London, in the order of a year: in winter and in summer, and on both sides of the
// days on which the clocks change.
var midnights = []struct{ name, before, day, utc string }{
	{"in winter", "2035-01-16", "2035-01-17", "2035-01-17T00:00:00.000Z"},
	{"the clocks go forward on the day that begins", "2035-03-24", "2035-03-25", "2035-03-25T00:00:00.000Z"},
	{"the clocks went forward on the day that ends", "2035-03-25", "2035-03-26", "2035-03-25T23:00:00.000Z"},
	{"in summer", "2035-07-03", "2035-07-04", "2035-07-03T23:00:00.000Z"},
	{"the clocks go back on the day that begins", "2035-10-27", "2035-10-28", "2035-10-27T23:00:00.000Z"},
	{"the clocks went back on the day that ends", "2035-10-28", "2035-10-29", "2035-10-29T00:00:00.000Z"},
}

// D3, case 51. Consent ends with its last day, and a practice is closed from the first moment of its day on: both at
// midnight in London, whichever way its clocks are about to change or have just changed. What is open with the practice
// goes on to the care coordinator, and what is raised from then on goes there at once.
func TestConsentEndsAndAPracticeClosesAtMidnightInLondon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.village()
	w.Caseload(t, w.ada, v.vera)
	w.tick()
	vera, ann := w.phoneOf(v.vera, w.findingIt), w.phoneOf(w.ann, w.findingIt)
	handover := func(situation string) string {
		t.Helper()
		id := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "class": string(care.Routine), "situation": situation, "recommendation": "Please look at it"})
		w.sync(ann)
		w.tick()
		return id
	}
	for i, m := range midnights {
		midnight, err := time.Parse(time.RFC3339, m.utc)
		ok(t, err)
		w.clock.Turn(midnight.Add(-72 * time.Hour))
		w.tick()
		w.set(w.ada, map[string]any{"consent": consent(v.service, true, m.before)})
		w.set(w.practice, map[string]any{"closed_on": m.day})
		if i%2 == 1 {
			w.restart() // what is planned outlives it
		}
		w.clock.Turn(midnight.Add(-time.Hour))
		w.tick()
		open := handover(fmt.Sprintf("Wound slow to heal, %d", i))
		w.clock.Turn(midnight.Add(-time.Second))
		w.tick()
		w.syncAll(vera)
		shows(t, vera, w.ada, true, m.name+": a second before midnight the volunteer")
		w.stands(open, care.Sent, w.surgery)

		w.clock.Turn(midnight)
		w.tick() // what is planned for midnight
		w.tick() // what that made due
		w.syncAll(vera, ann)
		shows(t, vera, w.ada, false, m.name+": at midnight the volunteer")
		shows(t, ann, w.ada, true, m.name+": at midnight the nurse")
		w.stands(open, care.Escalated, w.coordination)
		w.stands(handover(fmt.Sprintf("No better, %d", i)), care.NoDestination, w.coordination)
		w.set(w.practice, map[string]any{"closed_on": ""})
	}
}
