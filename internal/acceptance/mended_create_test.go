package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// O18. What belongs to a record whose create nobody could read waits for it, and is taken in once that was mended: sent
// again under its id in a form that can be read.
func TestWhatBelongsToACreateThatNobodyCouldReadIsTakenInOnceItIsMended(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	visit := w.id()
	mid := 0
	push := func(ops string) wire.Result {
		t.Helper()
		mid++
		change := fmt.Sprintf(`{"mid":%d,"key":"%s","author":"%s","authored_at":"%s","ops":[%s]}`, mid, w.id(), ann.Staff(), care.Stamp(w.now()), ops)
		answer := w.call(net.bearer, http.MethodPost, "/push", []byte(`{"client":"`+ann.Client()+`","epoch":"`+ann.Epoch()+`","schema":1,"mutations":[`+change+`]}`))
		var pushed wire.PushResponse
		if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, &pushed) != nil || len(pushed.Results) != 1 {
			t.Fatalf("%d %.300s", answer.Status, answer.Body)
		}
		return pushed.Results[0]
	}
	create := fmt.Sprintf(`{"op":"create","collection":"visits","id":"%s","set":{"patient":"%s","status":"completed","note":"%%s"}}`, visit, w.ada.Id)
	edit := func(field, value string) string {
		return fmt.Sprintf(`{"op":"update","collection":"visits","id":"%s","patient":"%s","base":"e1.1","set":{"%s":"%s"},"was":{"%s":null}}`, visit, w.ada.Id, field, value, field)
	}
	torn := push(fmt.Sprintf(create, "two\nlines"))
	if torn.Status != care.Quarantined || torn.Issues[0].Code != care.CodeMalformed {
		t.Fatalf("the create ended %+v", torn)
	}
	for name, ops := range map[string]string{"an edit of it": edit("outcome", "care_given"), "what was read there": fmt.Sprintf(`{"op":"create","collection":"observations","id":"%s","set":{"patient":"%s","visit":"%s","pulse":72}}`,
		w.id(), w.ada.Id, visit)} {
		if res := push(ops); res.Status != care.Quarantined || res.Issues[0].Code != care.CodeDependsOn {
			t.Errorf("%s ended %+v", name, res)
		}
	}
	if res := push(fmt.Sprintf(create, "two lines")); res.Status != care.Applied {
		t.Fatalf("mended, it ended %+v", res)
	}
	w.tick()
	if got := w.stored(care.Visits, visit); got == nil || got.GetString("outcome") != "care_given" || got.GetString("note") != "two lines" {
		t.Errorf("the visit is %v", got)
	}
	if sets := w.rows(care.Observations, "", nil); len(sets) != 1 || sets[0].GetString("visit") != visit {
		t.Errorf("%d sets of readings are there", len(sets))
	}
	for _, row := range w.rows(care.Quarantine, "state = 'open'", nil) {
		if row.Id != torn.Issues[0].ID {
			t.Errorf("still open is %s: %s", row.GetString("code"), row.GetString("message"))
		}
	}
	if res := push(edit("no_access_kind", "no_reply")); res.Status != care.Applied { // with the first attempt still undecided
		t.Errorf("a later edit ended %+v", res)
	}
}
