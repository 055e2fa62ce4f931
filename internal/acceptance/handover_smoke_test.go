package acceptance

import (
	"testing"

	"doorstep/internal/care"
)

// A NEWS2 of 8 recorded at the door stands in the practice's inbox, and the nurse's phone shows it.
func TestStory_NEWS2Of8ReachesThePracticeAndTheNurseSeesIt(t *testing.T) {
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	if _, err := ann.Create(care.Observations, map[string]any{"patient": w.ada.Id, "taken_at": care.Stamp(w.now()), "respiration_rate": 25,
		"spo2": 91, "on_oxygen": false, "systolic": 105, "pulse": 112, "acvpu": "A", "temperature": 38.4}); err != nil {
		t.Fatal(err)
	}
	w.sync(ann)
	w.tick()
	w.sync(ann)
	list := ann.List(care.Handovers)
	if len(list) != 1 {
		t.Fatalf("the phone shows %d handovers, want 1; items %+v", len(list), ann.Items())
	}
	h := list[0]
	if h.Text("class") != "E" || h.Text("state") != "sent" || h.Text("to_team") != w.surgery.Id {
		t.Errorf("handover is class %s, state %s, with %s", h.Text("class"), h.Text("state"), h.Text("to_team"))
	}
	t.Log(h.Text("situation"), "\n", h.Text("assessment"), "\n", h.Text("recommendation"))
}
