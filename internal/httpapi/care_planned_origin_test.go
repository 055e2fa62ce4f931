package httpapi_test

import (
	"testing"
	"time"

	"doorstep/internal/care"
)

// U20: where evidence of a planned visit comes from is whoever recorded it, and when that reached the server, not
// whoever planned it days before. And U4: who reads it learns that the time was entered by hand.
func TestCare_AVisitThatWasPlannedComesFromWhoeverRecordedIt(t *testing.T) {
	w := newTown(t)
	lea, ann := w.phoneOf(w.lea), w.phoneOf(w.ann)
	visit, err := lea.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.ann.Id, "status": "planned", "purpose": "insulin",
		"planned_start": care.Stamp(w.now().Add(26 * time.Hour)), "planned_end": care.Stamp(w.now().Add(27 * time.Hour))})
	must(t, err)
	w.sync(lea, ann)
	w.turn(26 * time.Hour)
	at := w.now()
	must(t, ann.Edit(care.Visits, visit, map[string]any{"status": "no_access", "no_access_kind": "no_reply", "started_at": care.Stamp(at), "ended_at": care.Stamp(at),
		"time_entered_at": care.Stamp(at.Add(time.Minute))}))
	w.turn(3 * time.Hour)
	w.sync(ann)
	w.tick()
	h := w.listed(w.cora, "state=all").Items[0]
	got := w.read(w.cora, h.ID)
	if len(got.Evidence) != 1 {
		t.Fatalf("evidence: %s", toJSON(t, got.Evidence))
	}
	e := got.Evidence[0]
	reached, err := care.ParseStamp(e.ReachedAt)
	must(t, err)
	if e.RecordedBy == nil || e.RecordedBy.Name != "Ann" || reached.Before(at.Add(3*time.Hour-time.Minute)) || e.LateBy < 3*3600-60 || e.LateBy > 3*3600+60 {
		t.Errorf("recorded at %s by %+v, reached the server %s, %d s late", e.RecordedAt, e.RecordedBy, e.ReachedAt, e.LateBy)
	}
	if e.Values["time_entered_at"] != care.Stamp(at.Add(time.Minute)) {
		t.Errorf("entered by hand: %v", e.Values["time_entered_at"])
	}
}
