package collections_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/core"
)

// neighbourhood is a small one: a nursing team with a person on its caseload, served by PocketBase with its rules
// alone.
type neighbourhood struct {
	*pbtest.App
	server  *httptest.Server
	north   *core.Record
	patient *core.Record
	records map[string]string // by collection: the id of one record about the patient
}

func newNeighbourhood(t *testing.T) *neighbourhood {
	t.Helper()
	n := &neighbourhood{App: pbtest.New(t)}
	n.north = n.Team(t, n.Org(t, "community_trust", "Trust"), "nursing", "North")
	n.patient = n.Patient(t, "Okafor", n.Org(t, "practice", "Elm Row Surgery"))
	n.Caseload(t, n.patient, n.north)
	about := map[string]any{"patient": n.patient.Id}
	n.records = map[string]string{
		care.Patients:     n.patient.Id,
		care.Visits:       n.Put(t, care.Visits, about).Id,
		care.Observations: n.Put(t, care.Observations, about).Id,
		care.Checkins:     n.Put(t, care.Checkins, map[string]any{"patient": n.patient.Id, "safeguarding": "a secret"}).Id,
	}
	n.server = n.Serve(t)
	return n
}

// X3: behind the doors the rules of the collections hold by themselves: no role lists what is about people, and
// no filter on what it may list asks about them.
func TestAccess_NobodyReadsWhatIsAboutPeopleByPocketBasesRoutes(t *testing.T) {
	n := newNeighbourhood(t)
	for _, duty := range care.Duties() {
		token := n.Token(t, n.Staff(t, duty.Role, "near "+string(duty.Role), n.north))
		for _, c := range care.Collections() {
			want := http.StatusForbidden
			if c.Name == care.Organisations || c.Name == care.Teams || c.Name == care.Neighbourhoods {
				want = http.StatusOK
			}
			if got := pbtest.Call(t, n.server, "GET", "/api/collections/"+c.Name+"/records", token, nil).Status; got != want {
				t.Errorf("%s lists %s: %d, want %d", duty.Role, c.Name, got, want)
			}
		}
		for _, filter := range []string{"patients_via_practice.visits_via_patient.note!~'insulin'", "patients_via_practice.nhs_number?~'9'", "teams_via_organisation.caseload_via_team.reason~'t'"} {
			if got := pbtest.Call(t, n.server, "GET", "/api/collections/organisations/records?filter="+filter, token, nil).Status; got != http.StatusBadRequest {
				t.Errorf("%s filters organisations by %s: %d, want 400", duty.Role, filter, got)
			}
		}
	}
}

// X15: who leaves on a later day works until then; who has left is out at once.
func TestAccess_ALeaverIsOutFromTheDayAndNotBefore(t *testing.T) {
	n := newNeighbourhood(t)
	nurse := n.Staff(t, care.DistrictNurse, "Amina Yusuf", n.north)
	token := n.Token(t, nurse)
	for _, c := range []struct {
		name   string
		leaves time.Time
		works  bool
	}{
		{"stays", time.Time{}, true},
		{"will leave in three days", time.Now().UTC().AddDate(0, 0, 3), true}, // PocketBase asks the real clock
		{"has left", testkit.Monday.AddDate(-2, 0, 0), false},
	} {
		nurse.Set("inactive_since", c.leaves)
		if err := n.Save(nurse); err != nil {
			t.Fatal(err)
		}
		signIn := pbtest.Call(t, n.server, "POST", "/api/collections/staff/auth-with-password", "",
			map[string]any{"identity": nurse.Email(), "password": pbtest.Password}).Status
		if got := signIn == http.StatusOK; got != c.works {
			t.Errorf("who %s signs in: %d", c.name, signIn)
		}
		refresh := pbtest.Call(t, n.server, "POST", "/api/collections/staff/auth-refresh", token, nil).Status
		if got := refresh == http.StatusOK; got != c.works {
			t.Errorf("the token of who %s is renewed: %d", c.name, refresh)
		}
		answer := pbtest.Call(t, n.server, "GET", "/api/collections/organisations/records", token, nil).JSON(t)
		if got := len(answer["items"].([]any)) > 0; got != c.works {
			t.Errorf("who %s lists organisations: %t", c.name, got)
		}
	}
}

func TestAccess_TokensAndPasswords(t *testing.T) {
	c, err := pbtest.New(t).FindCollectionByNameOrId(care.StaffName)
	if err != nil {
		t.Fatal(err)
	}
	if c.AuthToken.Duration != 900 {
		t.Errorf("tokens live %d seconds, want 900", c.AuthToken.Duration)
	}
	if got := c.Fields.GetByName("password").(*core.PasswordField).Min; got != 10 {
		t.Errorf("shortest password = %d characters, want 10", got)
	}
}

func TestAccess_BuiltInWritesAreClosed(t *testing.T) {
	n := newNeighbourhood(t)
	tokens := map[string]string{"guest": "", "team lead": n.Token(t, n.Staff(t, care.TeamLead, "Lena Ford", n.north)),
		"administrator": n.Token(t, n.Staff(t, care.Administrator, "Ada Root"))}
	for _, c := range care.Collections() {
		id, ok := n.records[c.Name]
		if !ok {
			id = pbtest.ID()
		}
		path := "/api/collections/" + c.Name + "/records"
		for who, token := range tokens {
			for _, attempt := range []struct {
				method, path string
				body         any
			}{
				{"POST", path, map[string]any{"id": pbtest.ID(), "patient": n.patient.Id, "email": "x@example.org", "password": pbtest.Password, "passwordConfirm": pbtest.Password}},
				{"PATCH", path + "/" + id, map[string]any{"name": "changed"}},
				{"DELETE", path + "/" + id, nil},
			} {
				if got := pbtest.Call(t, n.server, attempt.method, attempt.path, token, attempt.body).Status; got != http.StatusForbidden {
					t.Errorf("%s %s by %s = %d, want 403", attempt.method, c.Name, who, got)
				}
			}
		}
	}
	for collection, id := range n.records {
		if _, err := n.FindRecordById(collection, id); err != nil {
			t.Errorf("%s is gone: %v", collection, err)
		}
	}
}

func TestAccess_NobodySignsUp(t *testing.T) {
	n := newNeighbourhood(t)
	account := map[string]any{"email": "x@example.org", "password": pbtest.Password, "passwordConfirm": pbtest.Password}
	for collection, want := range map[string]int{"users": http.StatusNotFound, "staff": http.StatusForbidden} {
		if got := pbtest.Call(t, n.server, "POST", "/api/collections/"+collection+"/records", "", account).Status; got != want {
			t.Errorf("sign-up to %s = %d, want %d", collection, got, want)
		}
	}
	if got := pbtest.Call(t, n.server, "POST", "/api/batch", "", map[string]any{"requests": []any{}}).Status; got != http.StatusForbidden {
		t.Errorf("batch = %d, want 403", got)
	}
}
