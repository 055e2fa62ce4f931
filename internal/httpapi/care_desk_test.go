package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	reference "doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// disagree makes two nurses write different notes of one visit offline; Bob's arrives second.
func (w *town) disagree() (visit string, ann, bob *reference.Phone) {
	w.t.Helper()
	ann, bob = w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "note": "Heel red", "started_at": care.Stamp(w.now())})
	must(w.t, err)
	w.sync(ann, bob)
	must(w.t, ann.Edit(care.Visits, visit, map[string]any{"note": "Heel broken"}))
	must(w.t, bob.Edit(care.Visits, visit, map[string]any{"note": "Heel better"}))
	w.sync(ann, bob, ann)
	return visit, ann, bob
}

func (w *town) resolve(who *core.Record, issue, base string, set map[string]any) answer {
	w.t.Helper()
	return w.send(who, "/issues/"+issue+"/resolve", map[string]any{"base": base, "set": set})
}

// The lead sees both sides, decides, and both phones agree.
//
//	Ann    red ── broken ─────────────┐
//	Bob    red ── better ── conflict ─┤
//	Lea                               └─ "Heel broken, but better" ── both
func TestDesk_AConflictIsDecidedAndBothPhonesAgree(t *testing.T) {
	w := newTown(t)
	visit, ann, bob := w.disagree()
	open := w.issues(w.lea)
	if len(open.Items) != 1 {
		t.Fatalf("the desk shows %s", toJSON(t, open))
	}
	c := open.Items[0]
	person, _ := c["patient"].(map[string]any)
	by := func(side string) any { m, _ := c[side].(map[string]any); return m["name"] }
	if c["kind"] != "conflict" || c["field"] != "note" || c["before"] != "Heel red" || c["kept"] != "Heel broken" || c["lost"] != "Heel better" ||
		by("kept_by") != "Ann" || by("lost_by") != "Bob" || c["lost_at"] == nil || person["family_name"] != "Testpatient" {
		t.Errorf("the conflict: %s", toJSON(t, c))
	}
	id, _ := c["id"].(string)
	refused(t, w.resolve(w.hella, id, open.Base, map[string]any{"note": "x"}), http.StatusNotFound, "not_found")
	refused(t, w.resolve(w.lea, id, "soon", map[string]any{"note": "x"}), http.StatusBadRequest, "invalid")
	refused(t, w.resolve(w.lea, id, open.Base, map[string]any{"outcome": "died"}), http.StatusBadRequest, "invalid")
	refused(t, w.resolve(w.lea, id, open.Base, map[string]any{"note": 5}), http.StatusBadRequest, "wrong_type")
	set := map[string]any{"note": "Heel broken, but better"}
	got := into[decision](t, w.resolve(w.lea, id, open.Base, set), http.StatusOK)
	if !got.Settled || got.Status != "applied" || got.Issue["state"] != "resolved" {
		t.Errorf("the decision: %+v", got)
	}
	again := into[decision](t, w.resolve(w.lea, id, open.Base, set), http.StatusOK)
	equal(t, "sent again", again.Settled, true)
	late := refused(t, w.resolve(w.cora, id, open.Base, map[string]any{"note": "Other"}), http.StatusConflict, "already")
	if late.By != w.lea.Id || late.ByName != "Lea" || !strings.HasPrefix(late.Message, "Lea has decided") {
		t.Errorf("the second lead is told %+v", late)
	}
	w.sync(ann, bob)
	for _, p := range []*reference.Phone{ann, bob} {
		seen, ok := p.View(care.Visits, visit)
		if !ok || seen.Text("note") != "Heel broken, but better" || len(p.List(care.SyncIssues)) != 0 {
			t.Errorf("a phone shows %+v, %d issues", seen, len(p.List(care.SyncIssues)))
		}
	}
	equal(t, "on the desk", len(w.issues(w.lea).Items), 0)
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'resolve' AND record = '`+id+`'`), 2)
}

// What changed after the lead looked is not decided over.
func TestDesk_DecidingFromAnOldPage(t *testing.T) {
	w := newTown(t)
	visit, ann, _ := w.disagree()
	open := w.issues(w.lea)
	id, _ := open.Items[0]["id"].(string)
	must(t, ann.Edit(care.Visits, visit, map[string]any{"note": "Heel black"}))
	w.sync(ann)
	no := refused(t, w.resolve(w.lea, id, open.Base, map[string]any{"note": "Heel better"}), http.StatusConflict, "changed")
	equal(t, "who changed it", no.ByName, "Ann")
	stored, _ := w.issues(w.lea).Items[0]["stored"].(map[string]any)
	by, _ := stored["by"].(map[string]any)
	if stored["value"] != "Heel black" || by["name"] != "Ann" || stored["at"] == nil {
		t.Errorf("what stands there now: %v", stored)
	}
	equal(t, "issues still open", len(w.issues(w.lea).Items), 1)
	into[decision](t, w.resolve(w.lea, id, w.issues(w.lea).Base, nil), http.StatusOK) // what is stored stays
	w.sync(ann)
	seen, _ := ann.View(care.Visits, visit)
	equal(t, "the note", seen.Text("note"), "Heel black")
}

// A visit about somebody else's patient is quarantined with its readings; the lead lets it in, and
// what depended on it follows.
func TestDesk_AQuarantinedVisitIsLetInWithWhatDependsOnIt(t *testing.T) {
	w := newTown(t)
	otto := w.phoneOf(w.otto)
	var visit string
	_, err := otto.InOne(func(c *reference.Change) {
		visit = c.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.hill.Id, "status": "completed", "note": "Passing by"})
	})
	must(t, err)
	set, err := otto.Create(care.Observations, map[string]any{"patient": w.ada.Id, "visit": visit, "taken_at": care.Stamp(w.now()), "pulse": 80})
	must(t, err)
	w.sync(otto)
	open := w.issues(w.lea)
	if len(open.Items) != 2 {
		t.Fatalf("the desk shows %s", toJSON(t, open.Items))
	}
	equal(t, "the other lead's desk", len(w.issues(w.hella).Items), 0)
	first := open.Items[slices.IndexFunc(open.Items, func(i map[string]any) bool { return i["code"] == "no_permission" })]
	if !strings.Contains(toJSON(t, first["content"]), "Passing by") || first["author"].(map[string]any)["name"] != "Otto" || first["fix"] != "supervisor" {
		t.Errorf("the visit: %s", toJSON(t, first))
	}
	got := into[decision](t, w.resolve(w.lea, first["id"].(string), open.Base, map[string]any{"note": "Passing by, asked by Ann"}), http.StatusOK)
	equal(t, "settled", got.Settled, true)
	equal(t, "left on the desk", len(w.issues(w.lea).Items), 0)
	equal(t, "the note", w.column(`SELECT note FROM visits WHERE id = ?`, visit), "Passing by, asked by Ann")
	equal(t, "the readings followed", w.column(`SELECT pulse FROM observations WHERE id = ?`, set), "80")
	equal(t, "author", w.column(`SELECT author FROM visits WHERE id = ?`, visit), w.otto.Id)
}

// A reading set aside is mended; a hopeless one is dismissed with a reason, and stays readable.
func TestDesk_ASetAsideReading(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	obs, err := ann.Create(care.Observations, map[string]any{"patient": w.ada.Id, "taken_at": care.Stamp(w.now()), "pulse": 900, "spo2": "ninety"})
	must(t, err)
	w.sync(ann)
	open := w.issues(w.lea)
	if len(open.Items) != 2 {
		t.Fatalf("the desk shows %s", toJSON(t, open.Items))
	}
	by := map[string]map[string]any{}
	for _, i := range open.Items {
		by[i["field"].(string)] = i
	}
	refused(t, w.resolve(w.lea, by["pulse"]["id"].(string), open.Base, map[string]any{"pulse": 901}), http.StatusBadRequest, "out_of_range")
	into[decision](t, w.resolve(w.lea, by["pulse"]["id"].(string), open.Base, map[string]any{"pulse": 90}), http.StatusOK)
	equal(t, "the pulse", w.column(`SELECT pulse FROM observations WHERE id = ?`, obs), "90")
	spo2 := by["spo2"]["id"].(string)
	refused(t, w.send(w.lea, "/issues/"+spo2+"/dismiss", map[string]any{}), http.StatusBadRequest, "invalid")
	refused(t, w.send(w.hella, "/issues/"+spo2+"/dismiss", map[string]any{"reason": "x"}), http.StatusNotFound, "not_found")
	reason := map[string]any{"reason": "Not taken"}
	equal(t, "dismissed", into[decision](t, w.send(w.lea, "/issues/"+spo2+"/dismiss", reason), http.StatusOK).Issue["state"], any("dismissed"))
	into[decision](t, w.send(w.lea, "/issues/"+spo2+"/dismiss", reason), http.StatusOK)
	refused(t, w.send(w.cora, "/issues/"+spo2+"/dismiss", reason), http.StatusConflict, "already")
	one := into[decision](t, w.get(w.lea, "/issues/"+spo2), http.StatusOK)
	if one.Issue["content"] != "ninety" || !strings.Contains(toJSON(t, one.Issue["resolution"]), "Not taken") {
		t.Errorf("what was refused: %s", toJSON(t, one.Issue))
	}
	w.sync(ann)
	equal(t, "issues on the phone", len(ann.List(care.SyncIssues)), 0)
}

// X10: a list says what there is to decide, and holds none of what makes it long; the issue by itself holds all.
func TestDesk_AListOfIssuesLeavesLargeContentToTheIssueItself(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	text := strings.Repeat("The dressing was changed. ", 8000)
	for _, note := range []string{text, text, "short"} {
		_, err := ann.Create(care.Observations, map[string]any{"patient": w.ada.Id, "taken_at": care.Stamp(w.now()), "pulse": note})
		must(t, err)
		w.sync(ann)
		w.turn(time.Second)
	}
	list := w.issues(w.lea)
	if len(list.Items) != 3 || len(toJSON(t, list)) > 32<<10 {
		t.Fatalf("%d issues in a list of %d bytes", len(list.Items), len(toJSON(t, list)))
	}
	for i, want := range []string{text, text, "short"} {
		listed := list.Items[i]
		out := fmt.Sprint(listed["left_out"])
		if large := len(want) > 1000; large != (out == "[content]") || large == (listed["content"] == want) {
			t.Errorf("issue %d of the list: content %.40v, left out %s", i, listed["content"], out)
		}
		if one := into[decision](t, w.get(w.lea, "/issues/"+listed["id"].(string)), http.StatusOK).Issue; one["content"] != want || one["left_out"] != nil {
			t.Errorf("issue %d by itself: %.40v", i, one["content"])
		}
	}
}

// Nobody decides in a day: it is the coordinators', and the lead's desk lets go of it.
func TestDesk_AnIssueNobodyDecidesIsEscalated(t *testing.T) {
	w := newTown(t)
	w.disagree()
	lea := w.phoneOf(w.lea)
	equal(t, "on the lead's phone", len(lea.List(care.SyncIssues)), 1)
	w.pass(24*time.Hour - time.Minute)
	equal(t, "a minute before", len(w.issues(w.lea).Items), 1)
	w.pass(2 * time.Minute)
	equal(t, "on the lead's desk", len(w.issues(w.lea).Items), 0)
	at := w.issues(w.cora)
	if len(at.Items) != 1 || at.Items[0]["escalated_at"] == nil || at.Items[0]["owner_team"].(map[string]any)["name"] != "Coordination" {
		t.Fatalf("the coordinator's desk: %s", toJSON(t, at.Items))
	}
	w.sync(lea)
	equal(t, "on the lead's phone, which has the person", len(lea.List(care.SyncIssues)), 1)
	into[decision](t, w.resolve(w.cora, at.Items[0]["id"].(string), at.Base, map[string]any{"note": "Ask Ann"}), http.StatusOK)
	w.sync(lea)
	equal(t, "decided, on the lead's phone", len(lea.List(care.SyncIssues)), 0)
	w.pass(48 * time.Hour)
	equal(t, "decided issues stay decided", len(w.issues(w.cora).Items), 0)
}

// A voluntary service's desk reads what its volunteers wrote and nothing clinical.
func TestDesk_OfAVoluntaryService(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.vic)
	w.tick()
	vic := w.phoneOf(w.vic)
	_, err := vic.Create(care.Checkins, map[string]any{"patient": w.ada.Id, "team": w.visitors.Id, "seen": "perhaps", "safeguarding": "He hits her", "happened_at": care.Stamp(w.now())})
	must(t, err)
	w.sync(vic)
	// The nurses hold Ada as a team, so it is theirs; here it was passed to the service.
	equal(t, "owned by", w.column(`SELECT owner_team FROM quarantine`), w.nurses.Id)
	w.save(mustFind(t, w, care.Quarantine), map[string]any{"owner_team": w.visitors.Id})
	w.tick()
	a := w.get(w.vera, "/issues")
	if strings.Contains(string(a.body), "hits") || !strings.Contains(string(a.body), "perhaps") || strings.Contains(string(a.body), "Testpatient") {
		t.Errorf("the coordinator reads %s", a.body)
	}
}

func mustFind(t *testing.T, w *town, collection string) *core.Record {
	t.Helper()
	list, err := w.FindAllRecords(collection)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d records of %s", len(list), collection)
	}
	return list[0]
}

// The counts a desk opens with, own teams only; the coordinator sees the neighbourhood.
func TestDesk_Queues(t *testing.T) {
	w := newTown(t)
	w.disagree() // and two phones
	w.save(w.elm, map[string]any{"route": "phone"})
	w.tick()
	w.raise(care.SameDay, w.elm)
	w.save(w.ada, map[string]any{"practice": ""})
	w.tick()
	w.raise(care.Routine, nil)
	w.raise(care.Urgent, w.mental)
	w.pass(16 * time.Minute) // the urgent one goes to the coordinator, with a new clock
	want := desk.Queues{NoDestination: 1, CallNeeded: 1, Open: 3, Issues: 1}
	equal(t, "the lead's", into[desk.Queues](t, w.get(w.lea, "/queues"), http.StatusOK), want)
	equal(t, "the coordinator's", into[desk.Queues](t, w.get(w.cora, "/queues"), http.StatusOK), want)
	equal(t, "another lead's", into[desk.Queues](t, w.get(w.hella, "/queues"), http.StatusOK), desk.Queues{})
	w.turn(25 * time.Hour)
	late := into[desk.Queues](t, w.get(w.lea, "/queues"), http.StatusOK)
	if late.Overdue < 1 || late.IssuesOverdue != 1 || late.SilentDevices != 5 {
		t.Errorf("a day later: %+v", late)
	}
}

// Registering a person, once; a number that is taken is asked about.
func TestDesk_RegisterAPerson(t *testing.T) {
	w := newTown(t)
	lea := w.phoneOf(w.ann)
	id := pbtest.ID()
	body := map[string]any{"id": id, "team": w.nurses.Id, "set": map[string]any{"family_name": "Newman", "given_name": "Nora", "nhs_number": "999 000 0026", "date_of_birth": "1950-01-02"}}
	for _, c := range []struct {
		change map[string]any
		status int
		code   string
	}{
		{map[string]any{"set": map[string]any{"given_name": "Nora"}}, 400, "invalid"},
		{map[string]any{"set": map[string]any{"family_name": "N", "nhs_number": "9990000027"}}, 400, "invalid_nhs_number"},
		{map[string]any{"set": map[string]any{"family_name": "N", "nhs_number_status": "verified"}}, 400, "invalid"},
		{map[string]any{"set": []any{}}, 400, "malformed"},
		{map[string]any{"team": w.hill.Id}, 404, "not_found"},
		{map[string]any{"id": "short"}, 400, "invalid"},
		{map[string]any{"id": w.ada.Id}, 409, "id_taken"},
		{map[string]any{"set": map[string]any{"family_name": "N", "nhs_number": "9990000018"}}, 409, "same_number"},
	} {
		changed := map[string]any{}
		for k, v := range body {
			changed[k] = v
		}
		for k, v := range c.change {
			changed[k] = v
		}
		refused(t, w.send(w.lea, "/people", changed), c.status, c.code)
	}
	equal(t, "people", w.count(t, `SELECT count(*) FROM patients`), 1)
	for _, status := range []int{http.StatusCreated, http.StatusOK} {
		got := into[struct{ ID string }](t, w.send(w.lea, "/people", body), status)
		equal(t, "id", got.ID, id)
	}
	equal(t, "caseload rows", w.count(t, `SELECT count(*) FROM caseload WHERE patient = '`+id+`' AND team = '`+w.nurses.Id+`'`), 1)
	// A coordinator, who has a team of their own, registers for the nurses.
	theirs := into[struct{ ID string }](t, w.send(w.cora, "/people", map[string]any{"team": w.nurses.Id, "set": map[string]any{"family_name": "Zimmer"}}), http.StatusCreated).ID
	equal(t, "caseload rows", w.count(t, `SELECT count(*) FROM caseload WHERE patient = '`+theirs+`'`), 1)
	equal(t, "of the nurses", w.count(t, `SELECT count(*) FROM caseload WHERE patient = '`+theirs+`' AND team = '`+w.nurses.Id+`'`), 1)
	w.sync(lea)
	seen, ok := lea.View(care.Patients, id)
	if !ok || seen.Text("nhs_number") != "9990000026" {
		t.Errorf("the nurse's phone shows %+v", seen)
	}
	body["id"], body["anyway"] = pbtest.ID(), true
	into[struct{ ID string }](t, w.send(w.lea, "/people", body), http.StatusCreated)
}

// Bad bodies and cursors of the desk are answered as documented and change nothing.
func TestDesk_BadInput(t *testing.T) {
	w := newTown(t)
	w.disagree()
	id, _ := w.issues(w.lea).Items[0]["id"].(string)
	token := w.Token(t, w.lea)
	for _, body := range []string{``, `[]`, `{`, `{"base":1}`, `{"base":"e1.1","base":"e1.2"}`, `{"base":"e1.-1"}`, `{"base":"e1.1","set":[1]}`, `{"base":"e1.1","set":"x"}`,
		`{"base":"e1.1","set":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40) + `}`} {
		a := w.do(t, http.MethodPost, pages+"/issues/"+id+"/resolve", token, []byte(body))
		if a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	for _, path := range []string{"/issues?cursor=%00", "/issues?cursor=%0D%0A", "/issues?limit=x", "/caseload", "/caseload?team=" + w.nurses.Id + "&staff=" + w.ann.Id, "/devices?state=gone", "/devices?failing=maybe", "/caseload?team=" + w.nurses.Id + "&ended=maybe"} {
		if a := w.get(w.lea, path); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	big := w.do(t, http.MethodPost, pages+"/issues/"+id+"/dismiss", token, []byte(`{"reason":"`+strings.Repeat("x", 70<<10)+`"}`))
	refused(t, big, http.StatusRequestEntityTooLarge, "too_large")
	equal(t, "still open", len(w.issues(w.lea).Items), 1)
	var paged []string
	cursor := ""
	w.disagree()
	for range 5 {
		page := into[issues](t, w.get(w.lea, "/issues?limit=1&cursor="+cursor), http.StatusOK)
		for _, i := range page.Items {
			paged = append(paged, i["id"].(string))
		}
		if cursor = page.Cursor; !page.More {
			break
		}
	}
	if len(paged) != 2 || paged[0] != id {
		t.Errorf("page by page: %v", paged)
	}
}
