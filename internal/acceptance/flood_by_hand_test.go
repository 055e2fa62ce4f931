package acceptance

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// An app that has lost its way, or somebody with a nurse's phone, hands over by hand without end. The practice's inbox takes as many as one
// person may raise in a day; the rest is kept whole for the lead, who can let each in; an emergency and a concern go out all the
// same.
func TestStory_AFloodOfHandoversByHandIsBoundedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, mid := w.handOf(w.ann), 0
	handOver := func(class care.Class) map[string]any {
		mid++
		return ann.mutation(mid, create(care.Handovers, w.id(), map[string]any{"patient": w.ada.Id, "class": string(class), "situation": fmt.Sprint("Number ", mid), "recommendation": "Please look"}))
	}
	sent, kept := 0, 0
	push := func(n int) {
		var list []map[string]any
		for range n {
			list = append(list, handOver(care.SameDay))
		}
		for _, s := range ann.took(ann.push(list...)) {
			if sent++; s == string(care.Quarantined) {
				kept++
			}
		}
	}
	push(70)
	push(40)
	raised := w.rows(care.Handovers, "from_staff = {:s} && by_hand = true", dbx.Params{"s": w.ann.Id})
	rows := w.rows(care.Quarantine, "code = {:c}", dbx.Params{"c": care.CodeTooManyHandovers})
	if len(raised) != arrange.MaxByHand-20 || len(raised)+kept != sent || len(rows) != kept {
		t.Fatalf("of %d handovers %d went out and %d are kept, in %d rows", sent, len(raised), kept, len(rows))
	}
	if rows[0].GetString("owner_team") != w.nurses.Id || len(w.handoversTo(w.surgery)) != len(raised) {
		t.Errorf("kept for %s; the practice has %d", rows[0].GetString("owner_team"), len(w.handoversTo(w.surgery)))
	}
	for _, class := range []care.Class{care.Emergency, care.Safeguarding} {
		if s := ann.took(ann.push(handOver(class))); s[0] == string(care.Quarantined) {
			t.Errorf("one of class %s is kept", class)
		}
	}
	lea := w.handOf(w.lea)
	var answer wire.PushResponse
	got := lea.push(lea.mutation(1, map[string]any{"op": "resolve", "issue": rows[0].Id, "patient": w.ada.Id, "base": "e1." + fmt.Sprint(w.stored(care.Quarantine, rows[0].Id).GetInt("version")), "set": map[string]any{}}))
	ok(t, json.Unmarshal(got.Body, &answer))
	if n := len(w.handoversTo(w.surgery)); n != len(raised)+2 {
		t.Errorf("the lead let one in and one was an emergency: %s; the practice has %d after %d", got.Body, n, len(raised))
	}
}
