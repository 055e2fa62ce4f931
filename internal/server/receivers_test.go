package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// agreed is what the practice's receiver agreed to.
func agreed(body string) map[string]any {
	return map[string]any{"body": body, "agreed_with": "Dr Guy Owen", "agreed_on": "2026-03-01"}
}

// what leaves in full is what the practice's reception sees; a concern, and an address that is sensitive, never do.
func TestAWholeHandoverLeavesOnlyWhereItsReceiverAgreed(t *testing.T) {
	w := newTold(t)
	w.ada.Load(map[string]any{"address": "14 Oak Street", "address_hidden": true})
	if err := w.app.Save(w.ada); err != nil {
		t.Fatal(err)
	}
	w.tick()
	w.route("/reads", map[string]any{"agreed_with": "Dr Guy Owen", "agreed_on": "2026-03-01"})
	full, _ := w.route("/full", agreed("full"))
	id := w.raise(care.Urgent)
	came := map[string]string{}
	for _, m := range w.receiver.arrived() {
		came[m.path] = m.body
	}
	var whole struct {
		Data struct {
			Handover, Link string
			FHIR           struct {
				ResourceType string
				Entry        []struct{ Resource map[string]any }
			}
		}
	}
	if err := json.Unmarshal([]byte(came["/full"]), &whole); err != nil {
		t.Fatal(err)
	}
	if whole.Data.Handover != id || whole.Data.FHIR.ResourceType != "Bundle" || !strings.Contains(came["/full"], "Wound broken down") || !strings.Contains(came["/full"], `"family":"Testpatient"`) || whole.Data.Link == "" {
		t.Errorf("in full came %.2000s", came["/full"])
	}
	if strings.Contains(came["/full"], "Oak Street") {
		t.Error("a sensitive address left")
	}
	if came["/reads"] == "" || strings.Contains(came["/reads"], "Wound") || strings.Contains(came["/reads"], "fhir") {
		t.Errorf("by reference came %s", came["/reads"])
	}
	if n := w.count(`action = 'sent_in_full' AND record = '` + id + `' AND patient = '` + w.ada.Id + `' AND detail LIKE '%Dr Guy Owen%' AND detail LIKE '%` + full + `%'`); n != 1 {
		t.Errorf("%d lines of the audit say that it left", n)
	}
	told := map[string]bool{}
	deliveries, history, _ := w.sent(id)
	for _, d := range deliveries {
		told[fmt.Sprint(d["state"], " whole ", d["whole"])] = true
	}
	for _, line := range history {
		told[line] = true
	}
	for _, want := range []string{"delivered whole true", "delivered whole <nil>", "notified: By their own system, the whole of it. That a person has read it is not known.",
		"notified: By their own system, as a link. That a person has read it is not known."} {
		if !told[want] {
			t.Errorf("nobody says %q: %v", want, told)
		}
	}
	w.receiver.says("/full", http.StatusGone)
	gone := w.raise(care.Urgent)
	w.receiver.arrived()
	if deliveries, history, _ = w.sent(gone); !slices.Contains(history, "not_delivered: By their own system the whole of it could not be delivered, because the receiver refused it. Please ring, or send it another way.") {
		t.Errorf("what left whole and was refused: %v %q", deliveries, history)
	}
	w.receiver.says("/full", 0)

	// Somebody takes the agreement back.
	w.ask(w.adam, http.MethodPost, "/routes/"+full, map[string]any{"address": w.receiver.URL + "/full", "classes": care.Classes, "hours": "always"}, http.StatusOK)
	w.raise(care.Urgent)
	for _, m := range w.receiver.arrived() {
		if strings.Contains(m.body, "Wound") {
			t.Errorf("without an agreement came %s", m.body)
		}
	}
	if n := w.count(`action = 'route_changed' AND detail LIKE '%"body":"reference"%' AND detail LIKE '%"agreed_with":""%'`); n != 1 {
		t.Errorf("%d lines of the audit say that the agreement ended", n)
	}
}

func TestASafeguardingConcernNeverLeavesInFull(t *testing.T) {
	w := newTold(t)
	trust := w.app.Org(t, "community_trust", "Another trust")
	safeguarding := w.app.Team(t, trust, "safeguarding", "Safeguarding")
	w.tick()
	body := agreed("full")
	body["channel"], body["address"], body["classes"], body["hours"] = "webhook", w.receiver.URL+"/concerns", care.Classes, "always"
	made := w.ask(w.adam, http.MethodPost, "/teams/"+safeguarding.Id+"/routes", body, http.StatusCreated)
	token := w.ask(w.adam, http.MethodPost, "/routes/"+made["id"].(string)+"/tokens", nil, http.StatusCreated)["receiver_token"].(string)
	id, err := w.phone.Create(care.Handovers, map[string]any{"patient": w.ada.Id, "from_team": w.nurses.Id, "to_team": safeguarding.Id, "class": string(care.Safeguarding), "situation": "Bruises on both arms", "recommendation": "Please look"})
	if err != nil {
		t.Fatal(err)
	}
	w.sync()
	w.tick()
	came := w.receiver.arrived()
	if len(came) != 1 || strings.Contains(came[0].body, "Bruises") || strings.Contains(came[0].body, "fhir") || !strings.Contains(came[0].body, id) {
		t.Errorf("of a concern came %+v", came)
	}
	for _, kind := range []string{"Task", "Bundle"} {
		if got := w.fhir(token, kind+"/"+id); got.status != http.StatusNotFound {
			t.Errorf("a receiver reads the %s of a concern: %d %s", kind, got.status, got.body)
		}
	}
}

// count counts lines of the audit.
func (w *told) count(where string) (n int) {
	w.t.Helper()
	if err := w.app.DB().NewQuery(`SELECT count(*) FROM audit WHERE ` + where).Row(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// asked is what a receiver is answered.
type asked struct {
	status int
	header http.Header
	body   string
}

// outcome is the code of an OperationOutcome.
func (a asked) outcome(t *testing.T) string {
	t.Helper()
	var o struct {
		ResourceType string
		Issue        []struct {
			Severity, Code string
			Details        struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(a.body), &o); err != nil || o.ResourceType != "OperationOutcome" || len(o.Issue) != 1 || o.Issue[0].Severity == "" || o.Issue[0].Details.Text == "" || a.header.Get("Content-Type") != "application/fhir+json" {
		t.Errorf("this is no outcome: %d %v %s", a.status, a.header, a.body)
		return ""
	}
	return o.Issue[0].Code
}

func (w *told) fhir(token, path string, headers ...string) asked {
	return w.fhirBy(http.MethodGet, token, path, headers...)
}

func (w *told) fhirBy(method, token, path string, headers ...string) asked {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.listener.URL+"/fhir/"+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return asked{response.StatusCode, response.Header, string(body)}
}

func TestAReceiverReadsHowAHandoverStandsThatItWasToldOf(t *testing.T) {
	w := newTold(t)
	route, _ := w.route("/one", agreed("reference"))
	made := w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusCreated)
	token := made["receiver_token"].(string)
	if !strings.HasPrefix(token, "dsr_") || len(token) != 30 {
		t.Errorf("the token is %q", token)
	}
	id := w.raise(care.Urgent)
	task := func(want, business string) asked {
		t.Helper()
		got := w.fhir(token, "Task/"+id)
		var r struct {
			ResourceType, ID, Status, Description string
			BusinessStatus                        struct{ Coding []struct{ Code string } }
			Input                                 []struct{ ValueReference struct{ Reference string } }
		}
		if err := json.Unmarshal([]byte(got.body), &r); err != nil || got.status != http.StatusOK || r.ResourceType != "Task" || r.ID != id || r.Status != want || r.BusinessStatus.Coding[0].Code != business || !strings.Contains(r.Description, "Wound broken down") {
			t.Fatalf("%d %s, want %s %s", got.status, got.body, want, business)
		}
		if last := r.Input[len(r.Input)-1].ValueReference.Reference; last != "Bundle/"+id {
			t.Errorf("the whole is at %q", last)
		}
		return got
	}
	first := task("requested", "sent")
	if got := w.fhir(token, "Task/"+id, "If-None-Match", first.header.Get("ETag")); got.status != http.StatusNotModified || got.body != "" {
		t.Errorf("what it has already is answered %d %s", got.status, got.body)
	}
	w.ask(w.guy, http.MethodPost, "/handovers/"+id+"/accept", map[string]any{"version": w.version(id)}, http.StatusOK)
	task("accepted", "accepted")
	w.ask(w.guy, http.MethodPost, "/handovers/"+id+"/answer", map[string]any{"version": w.version(id), "outcome": "home_visit", "text": "Seen at home."}, http.StatusOK)
	if done := task("completed", "done"); !strings.Contains(done.body, "Seen at home.") {
		t.Errorf("the answer is missing: %s", done.body)
	}
	if got := w.fhir(token, "Bundle/"+id); got.status != http.StatusOK || !strings.Contains(got.body, `"type":"collection"`) || !strings.Contains(got.body, "application/pdf") {
		t.Errorf("the whole is %d %.300s", got.status, got.body)
	}
	if n := w.count(`action = 'read_by_receiver' AND record = '` + id + `' AND detail LIKE '%` + made["id"].(string) + `%'`); n != 4 {
		t.Errorf("%d lines of the audit say that it was read", n)
	}
	listed := w.ask(w.adam, http.MethodGet, "/teams/"+w.surgery.Id+"/routes", nil, http.StatusOK)
	shown := listed["items"].([]any)[0].(map[string]any)
	tokens := shown["tokens"].([]any)
	if len(tokens) != 1 || tokens[0].(map[string]any)["used_at"] == nil || shown["agreed_with"] != "Dr Guy Owen" || strings.Contains(toText(listed), token) {
		t.Errorf("the desk reads %v", listed)
	}
	kept := 0
	if err := w.app.DB().NewQuery(`SELECT count(*) FROM receiver_tokens WHERE hash = '` + token + `' OR hash LIKE '%dsr_%'`).Row(&kept); err != nil || kept != 0 {
		t.Errorf("the token itself is kept: %v", err)
	}
}

func (w *told) version(id string) any {
	w.t.Helper()
	return w.ask(w.guy, http.MethodGet, "/handovers/"+id, nil, http.StatusOK)["version"]
}

// What is not there and what is not theirs is answered alike, to the byte.
func TestAReceiverReadsNothingElse(t *testing.T) {
	w := newTold(t)
	before := w.raise(care.Routine) // before there was a way
	route, _ := w.route("/one", agreed("reference"))
	other, _ := w.route("/two", agreed("reference"), map[string]any{"classes": []string{"R"}})
	issue := func(route string) string {
		return w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusCreated)["receiver_token"].(string)
	}
	token, others := issue(route), issue(other)
	id := w.raise(care.Urgent)
	missing := w.fhir(token, "Task/01k9zzzzzzzzzzzzzzzzzzzzzz")
	if missing.status != http.StatusNotFound || missing.outcome(t) != "not-found" {
		t.Errorf("%+v", missing)
	}
	for what, got := range map[string]asked{"what it was not told of": w.fhir(token, "Task/"+before), "what went by another way": w.fhir(others, "Task/"+id), "a strange id": w.fhir(token, "Task/%27%20OR%201=1--"),
		"an id of nothing": w.fhir(token, "Bundle/%00%2e%2e"), "a long id": w.fhir(token, "Task/"+strings.Repeat("x", 4000))} {
		if got.status != missing.status || got.body != missing.body {
			t.Errorf("%s is answered %d %s", what, got.status, got.body)
		}
	}
	for what, c := range map[string]struct {
		got    asked
		status int
		code   string
	}{
		"no token":          {w.fhir("", "Task/"+id), 401, "login"},
		"a made-up token":   {w.fhir("dsr_"+strings.Repeat("A", 26), "Task/"+id), 401, "login"},
		"a token of staff":  {w.fhir(w.app.Token(t, w.guy), "Task/"+id), 401, "login"},
		"nothing there":     {w.fhir(token, "Patient/"+w.ada.Id), 404, "not-found"},
		"a search":          {w.fhir(token, "Task"), 404, "not-found"},
		"another method":    {w.fhirBy(http.MethodDelete, token, "Task/"+id), 405, "not-supported"},
		"a write of a Task": {w.fhirBy(http.MethodPut, token, "Task/"+id), 405, "not-supported"},
	} {
		if c.got.status != c.status || c.got.outcome(t) != c.code {
			t.Errorf("%s: %d %s, want %d %s", what, c.got.status, c.got.body, c.status, c.code)
		}
	}
	if got := w.fhir("", "metadata"); got.status != http.StatusOK || !strings.Contains(got.body, `"fhirVersion":"4.0.1"`) {
		t.Errorf("metadata: %d %s", got.status, got.body)
	}

	// A backup that is put back brings none to life that was taken back since: all are made anew.
	token = w.newEpoch(token, id, route, issue)

	// Nobody reads with what was taken back, or where nothing is agreed any more.
	tokens := w.ask(w.adam, http.MethodGet, "/teams/"+w.surgery.Id+"/routes", nil, http.StatusOK)["items"].([]any)[0].(map[string]any)["tokens"].([]any)
	end := "/receiver-tokens/" + tokens[0].(map[string]any)["id"].(string) + "/end"
	w.ask(w.adam, http.MethodPost, end, nil, http.StatusOK)
	w.ask(w.adam, http.MethodPost, end, nil, http.StatusNotFound)
	if got := w.fhir(token, "Task/"+id); got.status != http.StatusUnauthorized {
		t.Errorf("a token that was taken back: %d", got.status)
	}
	token = issue(route)
	w.ask(w.adam, http.MethodPost, "/routes/"+route, map[string]any{"address": w.receiver.URL + "/one", "classes": care.Classes, "hours": "always"}, http.StatusOK)
	if got := w.fhir(token, "Task/"+id); got.status != http.StatusUnauthorized {
		t.Errorf("where nothing is agreed any more: %d", got.status)
	}
	w.ask(w.adam, http.MethodPost, "/routes/"+other+"/end", nil, http.StatusOK)
	if got := w.fhir(others, "Task/"+id); got.status != http.StatusUnauthorized {
		t.Errorf("by a way that was taken away: %d", got.status)
	}
}

// newEpoch lets an epoch begin, as after a restore, and makes a token in the place of one.
func (w *told) newEpoch(token, id, route string, issue func(string) string) string {
	w.t.Helper()
	if got := w.fhir(token, "Task/"+id); got.status != http.StatusOK {
		w.t.Errorf("before the restore: %d", got.status)
	}
	if err := w.srv.Engine.Do(w.t.Context(), func(tx *pbstore.Tx) error { return tx.NewEpoch() }); err != nil {
		w.t.Fatal(err)
	}
	if got := w.fhir(token, "Task/"+id); got.status != http.StatusUnauthorized {
		w.t.Errorf("after a restore a token opens: %d", got.status)
	}
	return issue(route)
}

func TestATokenIsMadeWhereItWasAgreedAndAsksNotTooOften(t *testing.T) {
	w := newTold(t)
	route, _ := w.route("/one")
	said := func(answer map[string]any) string { return toText(answer["fields"]) }
	if got := said(w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusBadRequest)); !strings.Contains(got, "only where it was agreed") {
		t.Error(got)
	}
	for field, more := range map[string]map[string]any{"agreed_with": {"body": "full"}, "agreed_on": {"agreed_with": "Guy"}, "body": {"body": "all"}, "digest": {"body": "full", "agreed_with": "Guy", "agreed_on": "2026-03-01", "digest": []string{"08:30"}}} {
		body := map[string]any{"address": w.receiver.URL + "/one", "classes": care.Classes, "hours": "always"}
		for k, v := range more {
			body[k] = v
		}
		if got := said(w.ask(w.adam, http.MethodPost, "/routes/"+route, body, http.StatusBadRequest)); !strings.Contains(got, field) {
			t.Errorf("%v: %s", more, got)
		}
	}
	if got := said(w.ask(w.adam, http.MethodPost, "/routes/"+route, map[string]any{"address": w.receiver.URL + "/one", "classes": care.Classes, "hours": "always", "agreed_with": "Guy", "agreed_on": "2026-03-03"}, http.StatusBadRequest)); !strings.Contains(got, "has not come yet") {
		t.Error(got)
	}
	body := agreed("reference")
	body["address"], body["classes"], body["hours"] = w.receiver.URL+"/one", care.Classes, "always"
	w.ask(w.adam, http.MethodPost, "/routes/"+route, body, http.StatusOK)
	token := w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusCreated)["receiver_token"].(string)
	w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusCreated)
	if got := said(w.ask(w.adam, http.MethodPost, "/routes/"+route+"/tokens", nil, http.StatusBadRequest)); !strings.Contains(got, "two tokens") {
		t.Error(got)
	}
	for range 30 {
		if got := w.fhir(token, "Task/x"); got.status != http.StatusNotFound {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	if got := w.fhir(token, "Task/x"); got.status != http.StatusTooManyRequests || got.outcome(t) != "throttled" || got.header.Get("Retry-After") == "" {
		t.Errorf("whoever asks too often is answered %d %s", got.status, got.body)
	}
	w.clock.Pass(10 * time.Second)
	if got := w.fhir(token, "Task/x"); got.status != http.StatusNotFound {
		t.Errorf("a while later: %d", got.status)
	}
}
