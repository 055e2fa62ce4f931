package collections_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/core"
)

// neighbourhood is a small one: two nursing teams, a charity, and a person on the caseload of North.
type neighbourhood struct {
	*pbtest.App
	server       *httptest.Server
	north, south *core.Record
	charity      *core.Record
	patient      *core.Record
	records      map[string]string // by collection: the id of one record about the patient
	rows         map[string]*core.Record
}

func newNeighbourhood(t *testing.T) *neighbourhood {
	t.Helper()
	n := &neighbourhood{App: pbtest.New(t)}
	trust := n.Org(t, "community_trust", "Trust")
	n.north, n.south = n.Team(t, trust, "nursing", "North"), n.Team(t, trust, "nursing", "South")
	n.charity = n.Team(t, n.Org(t, "voluntary", "Good Neighbours"), "voluntary", "Callers")
	n.patient = n.Patient(t, "Okafor", nil)
	n.rows = map[string]*core.Record{"north": n.App.Caseload(t, n.patient, n.north), "charity": n.App.Caseload(t, n.patient, n.charity)}
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

// sees tells whether a reader gets the record by view and by list; the two must agree.
func (n *neighbourhood) sees(t *testing.T, token, collection string) bool {
	t.Helper()
	id := n.records[collection]
	view := pbtest.Call(t, n.server, "GET", "/api/collections/"+collection+"/records/"+id, token, nil)
	list := pbtest.Call(t, n.server, "GET", "/api/collections/"+collection+"/records", token, nil)
	if list.Status != http.StatusOK {
		t.Errorf("list %s = %d: %s", collection, list.Status, list.Body)
		return false
	}
	items := list.JSON(t)["items"].([]any)
	listed := slices.ContainsFunc(items, func(item any) bool { return item.(map[string]any)["id"] == id })
	viewed := view.Status == http.StatusOK
	if listed != viewed || (!viewed && view.Status != http.StatusNotFound) {
		t.Errorf("%s: view answers %d, list has it: %t", collection, view.Status, listed)
	}
	return viewed
}

func TestAccess_EveryRoleReadsCareRecordsOnItsOwnCaseloadOnly(t *testing.T) {
	n := newNeighbourhood(t)
	for i, duty := range care.Duties() {
		name := string(duty.Role)
		near := n.Staff(t, duty.Role, "near "+name, n.north)
		far := n.Staff(t, duty.Role, "far "+name, n.south)
		alone := n.Staff(t, duty.Role, "alone "+name)
		for collection := range n.records {
			clinical := duty.View == care.Clinical && duty.May(care.Read, collection)
			if got, want := n.sees(t, n.Token(t, near), collection), clinical && duty.Reach == care.TeamPeople; got != want {
				t.Errorf("%s of the team that holds the person sees %s: %t, want %t", name, collection, got, want)
			}
			for _, stranger := range []*core.Record{far, alone} {
				if n.sees(t, n.Token(t, stranger), collection) {
					t.Errorf("%s sees %s", stranger.GetString("name"), collection)
				}
			}
		}
		if i%3 != 0 { // a row that names the person; a few roles of each kind are enough
			continue
		}
		row := n.App.Caseload(t, n.patient, alone)
		want := duty.View == care.Clinical
		if got := n.sees(t, n.Token(t, alone), care.Patients); got != want {
			t.Errorf("%s named by a caseload row sees the person: %t, want %t", name, got, want)
		}
		if err := n.Delete(row); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAccess_ASupportWorkerReadsThoseNamedToThemOnly(t *testing.T) {
	n := newNeighbourhood(t)
	worker := n.Staff(t, care.SupportWorker, "Sam Field", n.north)
	if n.sees(t, n.Token(t, worker), care.Visits) {
		t.Error("sees the whole team's people")
	}
	n.App.Caseload(t, n.patient, worker)
	if !n.sees(t, n.Token(t, worker), care.Visits) {
		t.Error("does not see a person named to them")
	}
}

func TestAccess_FollowsTheWindowOfTheCaseloadRow(t *testing.T) {
	now := time.Now().UTC()
	before, after := now.Add(-time.Hour), now.Add(time.Hour)
	for _, c := range []struct {
		name     string
		from, to time.Time
		want     bool
	}{
		{"open-ended", time.Time{}, time.Time{}, true},
		{"cover that runs", before, after, true},
		{"cover that ended", before.Add(-time.Hour), before, false},
		{"cover that has yet to begin", after, after.Add(time.Hour), false},
		{"ended, without a start", time.Time{}, before, false},
		{"begun, without an end", before, time.Time{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNeighbourhood(t)
			if err := n.Delete(n.rows["north"]); err != nil {
				t.Fatal(err)
			}
			nurse := n.Staff(t, care.DistrictNurse, "Amina Yusuf", n.north)
			// Rows that would each let one condition through must not add up to access.
			n.App.Caseload(t, n.patient, n.south)
			n.App.Caseload(t, n.Patient(t, "Somebody else", nil), n.north)
			n.App.Caseload(t, n.patient, n.north, before.Add(-2*time.Hour), before.Add(-time.Hour))
			n.App.Caseload(t, n.patient, n.north, after.Add(time.Hour), after.Add(2*time.Hour))
			n.App.Caseload(t, n.patient, n.north, c.from, c.to)
			if got := n.sees(t, n.Token(t, nurse), care.Observations); got != c.want {
				t.Errorf("sees = %t, want %t", got, c.want)
			}
		})
	}
}

func TestAccess_ARowForOnePersonOpensNothingToOthersWithoutTeams(t *testing.T) {
	n := newNeighbourhood(t)
	for _, row := range n.rows {
		if err := n.Delete(row); err != nil {
			t.Fatal(err)
		}
	}
	named := n.Staff(t, care.DistrictNurse, "Amina Yusuf")
	other := n.Staff(t, care.DistrictNurse, "Ben Cole") // no team, as the row has none
	n.App.Caseload(t, n.patient, named)
	if !n.sees(t, n.Token(t, named), care.Patients) {
		t.Error("the one who is named does not see the person")
	}
	if n.sees(t, n.Token(t, other), care.Patients) {
		t.Error("a colleague without a team sees the person")
	}
}

func TestAccess_ALeaverIsOutAtOnce(t *testing.T) {
	n := newNeighbourhood(t)
	nurse := n.Staff(t, care.DistrictNurse, "Amina Yusuf", n.north)
	token := n.Token(t, nurse)
	signIn := func() int {
		return pbtest.Call(t, n.server, "POST", "/api/collections/staff/auth-with-password", "",
			map[string]any{"identity": nurse.Email(), "password": pbtest.Password}).Status
	}
	if got := signIn(); got != http.StatusOK {
		t.Fatalf("sign-in = %d", got)
	}
	if !n.sees(t, token, care.Visits) {
		t.Fatal("sees nothing to begin with")
	}
	nurse.Set("inactive_since", testkit.Monday.AddDate(-2, 0, 0)) // PocketBase asks the real clock
	if err := n.Save(nurse); err != nil {
		t.Fatal(err)
	}
	if got := signIn(); got != http.StatusForbidden {
		t.Errorf("sign-in of a leaver = %d", got)
	}
	if got := pbtest.Call(t, n.server, "POST", "/api/collections/staff/auth-refresh", token, nil).Status; got != http.StatusForbidden {
		t.Errorf("a leaver's token was renewed: %d", got)
	}
	for _, collection := range []string{care.Visits, care.Organisations} {
		answer := pbtest.Call(t, n.server, "GET", "/api/collections/"+collection+"/records", token, nil).JSON(t)
		if items := answer["items"].([]any); len(items) != 0 {
			t.Errorf("a leaver's token still lists %s", collection)
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

func TestAccess_TheDirectoryIsForSignedInStaff(t *testing.T) {
	n := newNeighbourhood(t)
	tokens := map[string]int{"": 0}
	for _, role := range []care.Role{care.Volunteer, care.Reception, care.DistrictNurse} {
		tokens[n.Token(t, n.Staff(t, role, string(role)))] = 2
	}
	for token, want := range tokens {
		answer := pbtest.Call(t, n.server, "GET", "/api/collections/organisations/records", token, nil)
		if got := len(answer.JSON(t)["items"].([]any)); got != want {
			t.Errorf("organisations = %d, want %d", got, want)
		}
	}
}

func TestAccess_HiddenFieldsAndClosedCollections(t *testing.T) {
	n := newNeighbourhood(t)
	token := n.Token(t, n.Staff(t, care.TeamLead, "Lena Ford", n.north))
	checkin := pbtest.Call(t, n.server, "GET", "/api/collections/checkins/records/"+n.records[care.Checkins], token, nil).JSON(t)
	for _, field := range []string{"safeguarding", "changed"} {
		if _, there := checkin[field]; there {
			t.Errorf("a check-in shows %s", field)
		}
	}
	probe := pbtest.Call(t, n.server, "GET", "/api/collections/checkins/records?filter=safeguarding~'secret'", token, nil)
	if probe.Status != http.StatusBadRequest {
		t.Errorf("a filter on a hidden field = %d", probe.Status)
	}
	for _, collection := range []string{care.StaffName, care.Caseload, care.Handovers, care.HandoverEvents,
		care.HandoverRules, care.Devices, care.Conflicts, care.Quarantine} {
		for _, by := range []string{"", token} {
			if got := pbtest.Call(t, n.server, "GET", "/api/collections/"+collection+"/records", by, nil).Status; got != http.StatusForbidden {
				t.Errorf("list %s = %d, want 403", collection, got)
			}
		}
	}
	probe = pbtest.Call(t, n.server, "GET", "/api/collections/patients/records?filter=caseload_via_patient.reason~'test'", token, nil)
	if probe.Status != http.StatusBadRequest {
		t.Errorf("a filter through a closed collection = %d", probe.Status)
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
