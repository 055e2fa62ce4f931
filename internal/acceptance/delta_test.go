package acceptance

import (
	"testing"

	"doorstep/internal/care"
)

// Same person on two phones: what one records the other gets at its next pull.
func TestScenario_A7_OnePersonTwoPhones(t *testing.T) {
	w := newWorld(t)
	first, second := w.phoneOf(w.ann), w.phoneOf(w.ann)
	id, err := first.Create(care.Visits, map[string]any{"patient": w.ada.Id, "status": "completed", "note": "Wound clean", "started_at": care.Stamp(w.now())})
	if err != nil {
		t.Fatal(err)
	}
	w.sync(first)
	if n, _ := first.Unsent(); n != 0 {
		t.Errorf("%d changes still unsent", n)
	}
	w.sync(second)
	seen, ok := second.View(care.Visits, id)
	if !ok {
		t.Fatalf("the second phone has no visit; it holds %v", second.Scopes())
	}
	if seen.Text("note") != "Wound clean" {
		t.Errorf("note is %q", seen.Text("note"))
	}
}
