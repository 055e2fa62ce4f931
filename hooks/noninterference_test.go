package hooks_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
)

// seed begins the fuzz, so that it is the same each time; asked is how many requests it makes.
const (
	seed  = 20261129
	asked = 1500
)

// X3, X4: whatever anybody asks PocketBase's routes, the answer is the same after everything that is kept
// about people was changed. A filter that could see any of it would tell by its answer.
func TestNothingOfACareRecordIsReachableThroughPocketBasesRoutes(t *testing.T) {
	w := newWard(t)
	practice := w.Org(t, "practice", "Elm Row Surgery")
	w.Put(t, care.Neighbourhoods, map[string]any{"name": "Riverside"})
	tokens := []string{""}
	for _, duty := range care.Duties() {
		tokens = append(tokens, w.Token(t, w.Staff(t, duty.Role, "A "+string(duty.Role), w.team)))
	}
	people := map[string][]string{care.Patients: {w.person.Id}}
	for i := range 3 {
		p := w.Patient(t, fmt.Sprintf("Family%d", i), practice)
		w.Caseload(t, p, w.team)
		people[care.Patients] = append(people[care.Patients], p.Id)
		people[care.Visits] = append(people[care.Visits], w.Put(t, care.Visits, map[string]any{"patient": p.Id, "note": fmt.Sprintf("insulin %d", i)}).Id)
		people[care.Checkins] = append(people[care.Checkins], w.Put(t, care.Checkins, map[string]any{"patient": p.Id, "concern": "none"}).Id)
	}
	handler, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	asker := asker{random: random, ids: []string{w.team.Id, practice.Id, w.person.Id, people[care.Visits][0], w.nurse.Id}}
	type request struct{ method, path, token string }
	requests := make([]request, asked)
	for i := range requests {
		method, path := asker.request()
		requests[i] = request{method, path, tokens[random.IntN(len(tokens))]}
	}
	ask := func() (answers []string, found int) {
		for _, r := range requests {
			ask := httptest.NewRequest(r.method, r.path, nil)
			ask.Header.Set("Authorization", r.token)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, ask)
			if answer.Code == http.StatusOK && !strings.Contains(r.path, "auth") {
				found++
			}
			if !strings.Contains(r.path, "auth-refresh") { // a new token is another each time
				answers = append(answers, fmt.Sprint(answer.Code, " ", answer.Body))
			} else {
				answers = append(answers, fmt.Sprint(answer.Code))
			}
		}
		return answers, found
	}
	before, found := ask()
	if found < asked/20 {
		t.Fatalf("only %d of %d requests found anything: nothing was asked that is allowed", found, asked)
	}
	for collection, ids := range people {
		for i, id := range ids {
			change := dbx.Params{"retracted": "2026-03-02 08:00:00.000Z"}
			switch collection {
			case care.Patients:
				change = dbx.Params{"family_name": fmt.Sprint("Secret", i), "nhs_number": "9990000018", "practice": "", "risk_note": "changed"}
			case care.Visits:
				change["note"] = fmt.Sprint("SECRET ", i)
			}
			if _, err := w.NonconcurrentDB().Update(collection, change, dbx.HashExp{"id": id}).Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.NonconcurrentDB().NewQuery("DELETE FROM caseload").Execute(); err != nil {
		t.Fatal(err)
	}
	after, _ := ask()
	for i, r := range requests {
		if before[i] != after[i] {
			t.Errorf("seed %d: %s %s tells of care records:\nbefore %.300s\nafter  %.300s", seed, r.method, r.path, before[i], after[i])
		}
	}
}

// asker makes up requests: mostly reads of reference collections with something in the query.
type asker struct {
	random *rand.Rand
	ids    []string
}

func (a asker) one(of ...string) string { return of[a.random.IntN(len(of))] }

func (a asker) collection() string {
	if a.random.IntN(3) > 0 {
		return a.one(care.Organisations, care.Teams, care.Neighbourhoods)
	}
	all := care.Collections()
	return a.one(all[a.random.IntN(len(all))].Name, "_superusers", "_externalAuths", "ORGANISATIONS")
}

func (a asker) request() (method, path string) {
	c := a.collection()
	q := url.Values{}
	for _, name := range []string{"filter", "sort", "expand", "fields"} {
		if a.random.IntN(3) > 0 {
			continue
		}
		switch name {
		case "filter":
			q.Set(name, a.filter(0))
		case "sort":
			q.Set(name, a.one("", "-", "+")+a.operand(c))
		default:
			q.Set(name, a.operand(c))
		}
	}
	query := ""
	if len(q) > 0 {
		query = "?" + q.Encode()
	}
	switch a.random.IntN(12) {
	case 0:
		return "GET", "/api/collections/" + c + "/records/" + a.one(a.ids...) + query
	case 1:
		return a.one("POST", "PATCH", "DELETE", "PUT"), "/api/collections/" + c + "/records" + a.one("", "/"+a.one(a.ids...)) + query
	case 2:
		return a.one("GET", "POST"), a.one("/api/realtime", "/api/files/"+c+"/"+a.one(a.ids...)+"/a.pdf", "/api/files/token", "/api/oauth2-redirect", "/api/batch", "/api/sql",
			"/api/collections/"+c+"/"+a.one("auth-refresh", "auth-methods", "auth-with-oauth2", "request-otp", "request-password-reset", "request-verification")) + query
	}
	return "GET", "/api/collections/" + c + "/records" + query
}

func (a asker) filter(depth int) string {
	if depth < 3 && a.random.IntN(4) == 0 {
		return "(" + a.filter(depth+1) + a.one(" && ", " || ") + a.filter(depth+1) + ")"
	}
	return a.operand("") + " " + a.one("=", "!=", "~", "!~", ">", "<=", "?=", "?!=", "?~", "?!~", "?>") + " " + a.operand("")
}

// operand is something to compare or to sort by: half of it a plain field or a text, the rest every way of
// PocketBase to get at something else.
func (a asker) operand(string) string {
	plain := []string{"id", "name", "kind", "organisation", "phone", "'Elm%'", "'x'", "1", "null", "true", "''"}
	if a.random.IntN(2) == 0 {
		return a.one(plain...)
	}
	path := a.one("patients_via_practice", "visits_via_staff", "teams_via_organisation", "staff_via_teams", "caseload_via_team", "handovers_via_to_team", "organisation",
		"@request.auth", "@collection.patients", "@collection.visits:x", "@request.query", "@request.headers", "@request.body")
	for range a.random.IntN(3) {
		path += "." + a.one("patient", "practice", "visits_via_patient", "caseload_via_patient", "organisation", "patients_via_practice")
	}
	path += "." + a.one("note", "family_name", "nhs_number", "id", "risk_note", "password", "tokenKey", "safeguarding")
	return a.one(path, path+":lower", path+":length", path+":each", "geoDistance("+path+",1,2,3)", "strftime('%Y',"+path+")", "@random", "@rowid", "@now", "@todayStart",
		"name:lower", "changed", "(SELECT note FROM visits)", "patients.note", "id; --", "name//", "\"name\"")
}
