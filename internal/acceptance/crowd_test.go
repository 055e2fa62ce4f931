package acceptance

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// A broken phone sends hundreds of changes that are refused, each with a NEWS2 of 8, about a person whose
// handover is open. The last of them costs what the first ones cost; all of them are judged
// within a minute, together; and what is new among them raises its alarm at once.
func TestStory_ABrokenPhoneCostsTheSameForEachChange(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	const batch, batches = 20, 15
	mid := 0
	push := func(n int, ops func() []map[string]any) int64 {
		var list []map[string]any
		for range n {
			mid++
			list = append(list, ann.mutation(mid, ops()...))
		}
		before := w.srv.Store.StatementsRun()
		for _, status := range ann.took(ann.push(list...)) {
			if status != string(care.Quarantined) {
				t.Fatalf("a change ended %s", status)
			}
		}
		return w.srv.Store.StatementsRun() - before
	}
	refused := func() []map[string]any {
		return []map[string]any{create(care.Observations, w.id(), w.readings(w.ada)), create("wound_photos", w.id(), map[string]any{"patient": w.ada.Id})}
	}
	var costs []int64
	for range batches {
		costs = append(costs, push(batch, refused))
	}
	only(t, "handovers to the practice", w.handoversTo(w.surgery))
	for i, cost := range costs[3:] {
		if cost > costs[2]*11/10 {
			t.Errorf("batch %d cost %d statements and rows, batch 3 %d: it grows with what is open (%v)", i+4, cost, costs[2], costs)
			break
		}
	}

	// Something else among them is not held up.
	push(1, func() []map[string]any {
		return []map[string]any{create(care.Visits, w.id(), map[string]any{"patient": w.ada.Id, "status": "no_access", "no_access_kind": "no_reply"}),
			create("wound_photos", w.id(), map[string]any{"patient": w.ada.Id})}
	})
	noReply := dbx.Params{"p": w.ada.Id}
	if n := len(w.rows(care.Handovers, "patient = {:p} && rules ~ 'no_reply'", noReply)); n == 0 {
		t.Error("nobody was told at once that nobody answered the door")
	}

	w.pass(time.Minute)
	var attached int
	if err := w.DB().NewQuery("SELECT count(*) FROM alarms WHERE holds AND handover <> '' AND rule = 'news2_7'").Row(&attached); err != nil {
		t.Fatal(err)
	}
	if attached != batch*batches {
		t.Errorf("%d of %d alarms stand in a handover a minute later", attached, batch*batches)
	}
	only(t, "handovers to the practice a minute later", w.handoversTo(w.surgery))
}

// The same of sets that are stored, each with a reading that had to be set aside: they are evidence as they
// stand, and one whose handover was answered meanwhile raises its alarm within the minute.
func TestStory_ManyBadReadingsCostTheSameForEachSet(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	const batch, batches = 20, 15
	mid := 0
	push := func(n int) int64 {
		var list []map[string]any
		for range n {
			mid++
			list = append(list, ann.mutation(mid, create(care.Observations, w.id(), with(w.readings(w.ada), "diastolic", "not read"))))
		}
		before := w.srv.Store.StatementsRun()
		for _, status := range ann.took(ann.push(list...)) {
			if status != string(care.Merged) {
				t.Fatalf("a change ended %s", status)
			}
		}
		return w.srv.Store.StatementsRun() - before
	}
	var costs []int64
	for range batches {
		costs = append(costs, push(batch))
	}
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	for i, cost := range costs[3:] {
		if cost > costs[2]*11/10 {
			t.Errorf("batch %d cost %d statements and rows, batch 3 %d: it grows with what is open (%v)", i+4, cost, costs[2], costs)
			break
		}
	}
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Answer, Outcome: "advice_given", Text: "Ambulance called."})
	w.pass(time.Minute)
	var judged int
	if err := w.DB().NewQuery("SELECT count(*) FROM alarms WHERE holds AND handover <> '' AND rule = 'news2_7'").Row(&judged); err != nil {
		t.Fatal(err)
	}
	if judged != batch*batches {
		t.Errorf("%d of %d alarms stand in a handover a minute later", judged, batch*batches)
	}
	only(t, "open handovers to the practice, of what nobody had judged when the first was answered", w.openTo(w.surgery))
}
