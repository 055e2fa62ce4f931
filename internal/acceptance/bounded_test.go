package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/wire"
)

// X5
func TestStory_AStuckSensorCostsTheSameForEachPushAndIsSaidToTheCoordinatorOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	mid := 0
	push := func(n int) int64 {
		var list []map[string]any
		for range n {
			mid++
			list = append(list, ann.mutation(mid, create(care.Observations, w.id(), w.readings(w.ada))))
		}
		before := w.srv.Store.StatementsRun()
		for _, status := range ann.took(ann.push(list...)) {
			if status != string(care.Applied) {
				t.Fatalf("a change ended %s", status)
			}
		}
		return w.srv.Store.StatementsRun() - before
	}
	push(150)
	push(150)
	first := push(40)
	last := int64(0)
	for range 3 {
		last = push(40)
	}
	if last > first*12/10 {
		t.Errorf("a push of 40 cost %d statements and rows with 340 readings there, and %d with 420: it grows", first, last)
	}
	only(t, "handovers to the practice", w.handoversTo(w.surgery))
	h := only(t, "handovers to the coordinator", w.handoversTo(w.coordination))
	if !strings.Contains(h.GetString("rules"), rules.TooMany.Code) || !strings.Contains(h.GetString("situation"), rules.TooMany.Title) {
		t.Errorf("the coordinator reads %q, because of %s", h.GetString("situation"), h.GetString("rules"))
	}
	var alarms int
	if err := w.DB().NewQuery("SELECT count(*) FROM alarms WHERE holds AND handover <> '' AND rule = 'news2_7'").Row(&alarms); err != nil {
		t.Fatal(err)
	}
	if alarms != mid {
		t.Errorf("%d of %d alarms stand in a handover", alarms, mid)
	}
}

// B10
func TestOneChangeThatIsNoJSONIsKeptWithItsBytesAndItsNeighboursAreTakenIn(t *testing.T) {
	t.Parallel()
	r := newReaders(t)
	for name, broken := range map[string]string{
		"a number that is none":             `"respiration_rate":40,"pulse":NaN`,
		"a decimal comma":                   `"temperature":37,5,"respiration_rate":40`,
		"a leading zero":                    `"temperature":036.5,"respiration_rate":40`,
		"a line break inside a text":        "\"note\":\"line\nbreak\",\"respiration_rate\":40",
		"an alarm behind the decimal comma": `"temperature":41,5,"pulse":140,"respiration_rate":40`,
	} {
		var changes, ids []string
		for _, member := range []string{`"pulse":72`, broken, `"pulse":73`} {
			r.mid++
			id := r.w.id()
			ids = append(ids, id)
			changes = append(changes, fmt.Sprintf(`{"mid":%d,"key":"%s","author":"%s","authored_at":"%s","ops":[{"op":"create","collection":"observations","id":"%s","set":{"patient":"%s",%s}}]}`,
				r.mid, r.w.id(), r.ann.Staff(), care.Stamp(r.w.now()), id, r.w.ada.Id, member))
		}
		answer := r.w.call(r.annNet.bearer, http.MethodPost, "/push", []byte(`{"client":"`+r.ann.Client()+`","epoch":"`+r.ann.Epoch()+`","schema":1,"mutations":[`+strings.Join(changes, ",")+`]}`))
		var pushed wire.PushResponse
		if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &pushed) != nil || len(pushed.Results) != 3 {
			t.Fatalf("%s: %d %.300s", name, answer.Status, answer.Body)
		}
		for i, want := range []care.Status{care.Applied, care.Quarantined, care.Applied} {
			if pushed.Results[i].Status != want {
				t.Errorf("%s: change %d ended %+v", name, i+1, pushed.Results[i])
			}
		}
		if r.w.stored(care.Observations, ids[0]) == nil || r.w.stored(care.Observations, ids[2]) == nil {
			t.Errorf("%s: its neighbours are not there", name)
		}
		for who, issue := range r.everyAnswer(pushed.Results[1].Issues[0].ID) {
			if got := sent(t, issue); got != changes[1] {
				t.Errorf("%s: %s reads %q", name, who, got)
			}
		}
	}
	// What was meant raises its alarm, marked as not verified.
	if list := r.w.rows(care.Handovers, "patient = {:p} && to_team = {:t} && unverified = true", dbx.Params{"p": r.w.ada.Id, "t": r.w.surgery.Id}); len(list) == 0 {
		t.Error("nobody is told of a respiration rate of 40")
	}
}

// D10, O15
func TestTheSameNumberAndKeyWithOtherWordsIsKeptWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.handOf(w.ann)
	first := ann.mutation(1, create(care.Visits, w.id(), w.visit(w.ada, "as it was sent first")))
	ann.took(ann.push(first))
	second := map[string]any{}
	for k, v := range first {
		second[k] = v
	}
	second["ops"] = []any{create(care.Visits, w.id(), w.visit(w.ada, "in other words"))}
	var issues []string
	for range 2 {
		var answer wire.PushResponse
		got := ann.push(second)
		ok(t, json.Unmarshal(got.Body, &answer))
		if len(answer.Results) != 1 || answer.Results[0].Status != care.Quarantined || answer.Results[0].Issues[0].Code != care.CodeKeyTaken || answer.LastMid != 1 {
			t.Fatalf("it is answered %s", got.Body)
		}
		issues = append(issues, answer.Results[0].Issues[0].ID)
	}
	row := only(t, "rows that keep it", w.rows(care.Quarantine, "code = {:c}", dbx.Params{"c": care.CodeKeyTaken}))
	if issues[0] != row.Id || issues[1] != row.Id || !strings.Contains(row.GetString("content"), "in other words") {
		t.Errorf("issues %v, kept is %s", issues, row.GetString("content"))
	}
	if statuses := ann.took(ann.push(first)); statuses[0] != string(care.Applied) {
		t.Errorf("the first wording is answered %v", statuses)
	}
}

func TestANumberSpoiledPastTheServerIsKeptInAnIssue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.sync(ann)
	w.sql(`UPDATE observations SET pulse = 'fast <&' WHERE id = ?`, id)
	if got := w.stored(care.Observations, id).GetString("pulse"); got != "72" {
		t.Errorf("the pulse is %s", got)
	}
	row := only(t, "rows that keep it", w.rows(care.Quarantine, "record = {:r}", dbx.Params{"r": id}))
	if got := row.GetString("content"); got != `"fast <&"` {
		t.Errorf("kept is %s", got)
	}
}
