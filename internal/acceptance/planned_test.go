package acceptance

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// Otto records Ada, who is on the other team's caseload: a visit and the readings taken in it, as one
// change. It is held back whole, and goes in whole when the lead of Ada's team lets it in: the
// readings name the visit, and must not wait for it.
func TestStory_AVisitHeldBackWithItsReadingsGoesInTogether(t *testing.T) {
	w := newWorld(t)
	otto, lea := w.phoneOf(w.otto), w.phoneOf(w.lea)
	var visit, set string
	if _, err := otto.InOne(func(c *phone.Change) {
		visit = c.Create(care.Visits, map[string]any{"patient": w.ada.Id, "status": "completed", "note": "Asked in by a neighbour"})
		set = c.Create(care.Observations, map[string]any{"patient": w.ada.Id, "visit": visit, "taken_at": care.Stamp(w.now()), "pulse": 80})
	}); err != nil {
		t.Fatal(err)
	}
	w.sync(otto)
	w.sync(lea)
	if _, there := lea.View(care.Visits, visit); there {
		t.Fatal("the visit was not held back")
	}
	issue := only(t, "issues on the phone of Lea", issuesOn(lea))
	if err := lea.Resolve(issue.ID, map[string]any{}); err != nil {
		t.Fatal(err)
	}
	w.sync(lea)
	w.sync(lea)
	for collection, id := range map[string]string{care.Visits: visit, care.Observations: set} {
		if _, there := lea.View(collection, id); !there {
			t.Errorf("%s did not go in; issues left: %d", collection, len(issuesOn(lea)))
		}
	}
}

// A visit that the dashboard planned for Ann and that she carried out is hers: what the rules raise
// from it goes out under her name.
func TestStory_TheVisitorOfAPlannedVisitIsTheSender(t *testing.T) {
	w := newWorld(t)
	planned := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.ann.Id, "status": "planned",
		"planned_start": w.now().Add(-time.Hour).UTC()})
	w.tick()
	ann := w.phoneOf(w.ann)
	if err := ann.Edit(care.Visits, planned.Id, map[string]any{"status": "completed", "critical_medicine": "missed", "ended_at": care.Stamp(w.now())}); err != nil {
		t.Fatal(err)
	}
	w.sync(ann)
	w.tick()
	w.sync(ann)
	h := only(t, "handovers on the phone of Ann", ann.List(care.Handovers))
	if got := h.Text("from_staff"); got != w.ann.Id {
		t.Errorf("the sender is %q, want Ann", got)
	}
}
