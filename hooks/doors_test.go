package hooks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/logger"
)

// openRoutes are PocketBase's routes on the public listener: what a nurse gets there, and who has no token.
var openRoutes = map[string][2]int{
	"GET /api/health": {200, 200},
	"GET /api/collections/organisations/records":     {200, 401},
	"GET /api/collections/teams/records":             {200, 401},
	"GET /api/collections/neighbourhoods/records":    {200, 401},
	"GET /api/collections/teams/records/TEAM":        {200, 401},
	"GET /api/collections/staff/auth-methods":        {200, 200},
	"POST /api/collections/staff/auth-refresh":       {200, 401},
	"POST /api/collections/staff/auth-with-password": {400, 400}, // without a body; a route of ours answers here
}

// X3, X4, X11: what is not named as open is closed, whatever PocketBase has or gets.
func TestDoors_EveryRouteOfPocketBaseIsClosedOnThePublicListenerUnlessItIsNamed(t *testing.T) {
	w := newWard(t)
	routes := routesOf(t)
	if len(routes) < 40 {
		t.Fatalf("only %d routes were found, which cannot be", len(routes))
	}
	collections := []string{core.CollectionNameSuperusers, core.CollectionNameExternalAuths}
	for _, c := range care.Collections() {
		collections = append(collections, c.Name)
	}
	asked := 0
	for _, route := range routes {
		for _, collection := range collections {
			method, path, _ := strings.Cut(route, " ")
			path = strings.NewReplacer("{collection}", collection, "{id}", w.team.Id, "{recordId}", w.team.Id, "{filename}", "a.pdf", "{key}", "a.zip",
				"{path...}", "").Replace(path)
			for i, token := range []string{w.nurseToken, ""} {
				want, open := openRoutes[strings.Replace(method+" "+path, w.team.Id, "TEAM", 1)]
				if !open {
					want = [2]int{404, 404}
					if strings.HasSuffix(path, w.team.Id) && method == "GET" && slices.Contains([]string{"organisations", "neighbourhoods"}, collection) {
						want = [2]int{404, 401} // a team's id
					}
				}
				asked++
				if got := w.call(t, method, path, token, nil); got.Status != want[i] {
					t.Errorf("%s %s, signed in: %t = %d, want %d: %s", method, path, token != "", got.Status, want[i], got.Body)
				}
			}
			if !strings.Contains(route, "{collection}") {
				break
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d requests were made", asked)
	}
}

// routesOf lists the routes of a plain PocketBase, method and pattern.
//
// NB! Its router keeps its tree to itself, so it is read by reflection; the test above fails if the tree changes
// shape.
func routesOf(t *testing.T) (routes []string) {
	t.Helper()
	app := pbtest.New(t)
	router, err := apis.NewRouter(app.BaseApp)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.OnServe().Trigger(&core.ServeEvent{App: app.BaseApp, Router: router}, func(*core.ServeEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var collect func(group reflect.Value, prefix string)
	collect = func(group reflect.Value, prefix string) {
		group = reflect.Indirect(group)
		prefix += group.FieldByName("Prefix").String()
		children := group.FieldByName("children")
		for i := range children.Len() {
			child := reflect.Indirect(children.Index(i).Elem())
			if method := child.FieldByName("Method"); method.IsValid() {
				routes = append(routes, method.String()+" "+prefix+child.FieldByName("Path").String())
			} else {
				collect(child, prefix)
			}
		}
	}
	collect(reflect.ValueOf(router.RouterGroup), "")
	return routes
}

func TestDoors_ASuperuserIsNobodyOnThePublicListener(t *testing.T) {
	w := newWard(t)
	for _, path := range []string{"/api/collections/patients/records", "/api/collections/teams/records", "/api/settings", "/api/logs", "/api/collections"} {
		if got := w.call(t, "GET", path, w.superuser, nil).Status; got != http.StatusForbidden {
			t.Errorf("GET %s by a superuser = %d, want 403", path, got)
		}
	}
}

// X14: administration has a listener of its own, and each request of a superuser a line of the audit.
func TestDoors_EachRequestOfASuperuserIsInTheAudit(t *testing.T) {
	w := newWard(t)
	var since int64
	newAudit(t, w, &since)
	for _, c := range []struct {
		method, path string
		body         any
		want         int
		detail       string
	}{
		{"GET", "/api/settings", nil, 200, `{"route":"GET /api/settings"}`},
		{"GET", "/api/collections/devices/records?filter=staff='" + w.nurse.Id + "'", nil, 200,
			`{"route":"GET /api/collections/{collection}/records","filter":"staff='` + w.nurse.Id + `'"}`},
		{"POST", "/api/sql", map[string]any{"query": "SELECT count(*) FROM visits"}, 200, `{"route":"POST /api/sql","sql":"SELECT count(*) FROM visits"}`},
		{"GET", "/api/logs", nil, 200, `{"route":"GET /api/logs"}`},
	} {
		if got := w.administer(t, c.method, c.path, c.body); got.Status != c.want {
			t.Errorf("%s %s = %d: %s", c.method, c.path, got.Status, got.Body)
		}
		rows := newAudit(t, w, &since)
		if len(rows) != 1 || rows[0].Role != "superuser" || rows[0].Action != "administration" || rows[0].Detail != c.detail {
			t.Errorf("%s %s: audit = %+v", c.method, c.path, rows)
		}
	}
}

// X12, X14: a backup is everything there is. Nobody but a superuser has one made, put back or fetched, and each of that
// is in the audit, the fetching too, which PocketBase does by a token in the address.
func TestDoors_BackupsAreForSuperusersAndEachIsInTheAudit(t *testing.T) {
	w := newWard(t)
	if got := w.administer(t, "POST", "/api/backups", map[string]any{"name": "night.zip"}); got.Status != http.StatusNoContent {
		t.Fatalf("making one = %d: %s", got.Status, got.Body)
	}
	token := w.administer(t, "POST", "/api/files/token", nil).JSON(t)["token"].(string)
	var since int64
	newAudit(t, w, &since)
	for _, server := range []*httptest.Server{w.server, w.admin} {
		for _, asker := range []string{"", w.nurseToken} {
			for _, c := range [][2]string{{"GET", "/api/backups"}, {"POST", "/api/backups"}, {"POST", "/api/backups/upload"}, {"GET", "/api/backups/night.zip"},
				{"GET", "/api/backups/night.zip?token=" + asker}, {"DELETE", "/api/backups/night.zip"}, {"POST", "/api/backups/night.zip/restore"}} {
				if got := pbtest.Call(t, server, c[0], c[1], asker, nil).Status; got != 404 && got != 401 && got != 403 {
					t.Errorf("%s %s, signed in: %t = %d", c[0], c[1], asker != "", got)
				}
			}
		}
	}
	if got := w.call(t, "GET", "/api/backups/night.zip?token="+token, "", nil).Status; got != http.StatusNotFound {
		t.Errorf("with a superuser's token on the public listener = %d", got)
	}
	if rows := newAudit(t, w, &since); len(rows) != 0 {
		t.Errorf("what was refused is in the audit as done: %+v", rows)
	}
	if got := pbtest.Call(t, w.admin, "GET", "/api/backups/night.zip?token="+token, "", nil); got.Status != http.StatusOK || !strings.HasPrefix(string(got.Body), "PK") {
		t.Errorf("fetching it = %d", got.Status)
	}
	if rows := newAudit(t, w, &since); len(rows) != 1 || rows[0].Detail != `{"route":"GET /api/backups/{key}","backup":"night.zip"}` {
		t.Errorf("audit = %+v", rows)
	}
}

func TestDoors_ASuperusersRequestThatCannotBeWrittenDownIsRefused(t *testing.T) {
	w := newWard(t)
	if _, err := w.NonconcurrentDB().NewQuery("ALTER TABLE audit RENAME TO audit_lost").Execute(); err != nil {
		t.Fatal(err)
	}
	if got := w.administer(t, "GET", "/api/settings", nil).Status; got != http.StatusInternalServerError {
		t.Errorf("settings = %d, want 500", got)
	}
}

// X14: nobody acts under the name of somebody else, and no queue is answered all or nothing.
func TestDoors_ImpersonationAndBatchesAreClosedToAll(t *testing.T) {
	w := newWard(t)
	for _, path := range []string{"/api/batch", "/api/collections/staff/impersonate/" + w.nurse.Id} {
		if got := w.administer(t, "POST", path, map[string]any{"requests": []any{}}).Status; got != http.StatusNotFound {
			t.Errorf("%s = %d", path, got)
		}
	}
}

func TestDoors_OnlySuperusersGetMoreOnTheListenerForAdministration(t *testing.T) {
	w := newWard(t)
	for _, c := range []struct {
		path          string
		nurse, nobody int
	}{
		{"/api/settings", 404, 401},
		{"/api/collections", 404, 401},
		{"/api/collections/_superusers/auth-methods", 404, 200},
		{"/api/collections/teams/records", 200, 401},
		{"/api/collections/visits/records", 404, 404},
		{"/api/collections/teams/records?filter=organisation.name!=''", 400, 401},
	} {
		for token, want := range map[string]int{w.nurseToken: c.nurse, "": c.nobody} {
			if got := pbtest.Call(t, w.admin, "GET", c.path, token, nil).Status; got != want {
				t.Errorf("GET %s, signed in: %t = %d, want %d", c.path, token != "", got, want)
			}
		}
	}
}

// X12: a token signed with a stolen secret lives no longer than one of ours.
func TestDoors_ATokenThatLivesLongerThanTheSettingIsNone(t *testing.T) {
	w := newWard(t)
	life := w.nurse.Collection().AuthToken.DurationTime()
	for _, c := range []struct {
		life time.Duration
		want int
	}{{life - time.Second, 200}, {life + time.Hour, 401}, {365 * 24 * time.Hour, 401}} {
		token, err := w.nurse.NewStaticAuthToken(c.life)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.call(t, "GET", "/api/collections/teams/records", token, nil).Status; got != c.want {
			t.Errorf("a token of %s = %d, want %d", c.life, got, c.want)
		}
	}
}

// X13: neither the page nor the query that failed is in a log, nor the network address.
func TestDoors_AFailedRequestLeavesNoQueryInTheLog(t *testing.T) {
	w := newWard(t)
	const secret = "9990000212"
	for _, path := range []string{"/api/collections/patients/records?filter=nhs_number='" + secret + "'", "/api/collections/teams/records?filter=name.x='" + secret + "'",
		"/api/" + secret, "/api/files/" + secret + "/a/b?token=" + secret} {
		if got := w.call(t, "GET", path, w.nurseToken, nil).Status; got < 400 {
			t.Errorf("%s = %d", path, got)
		}
	}
	if got := w.administer(t, "GET", "/api/collections/patients/records?filter=nhs_number~~'"+secret+"'", nil).Status; got != http.StatusBadRequest {
		t.Errorf("a superuser's broken filter = %d", got)
	}
	text := logs(t, w)
	if strings.Contains(text, secret) || strings.Contains(text, "127.0.0.1") {
		t.Errorf("the log says %s", text)
	}
	if !strings.Contains(text, "request refused") || !strings.Contains(text, "GET /api/collections/{collection}/records") {
		t.Errorf("the log does not say that requests failed: %s", text)
	}
}

// logs is all that PocketBase's log holds.
func logs(t *testing.T, w *ward) string {
	t.Helper()
	if err := w.Logger().Handler().(*logger.BatchHandler).WriteAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Message string `db:"message"`
		Data    string `db:"data"`
	}
	if err := w.AuxDB().NewQuery("SELECT message, data FROM _logs").All(&rows); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, r := range rows {
		text.WriteString(r.Message + " " + r.Data + "\n")
	}
	return text.String()
}

func TestDoors_AnswersOfPocketBaseAreKeptByNoCache(t *testing.T) {
	w := newWard(t)
	request, err := http.NewRequest("GET", w.server.URL+"/api/collections/teams/records", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", w.nurseToken)
	answer, err := w.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
}

// X11: what is read for somebody who is no superuser is small, whether they tell its size or not.
func TestDoors_ABodyHas64KilobytesAtMost(t *testing.T) {
	w := newWard(t)
	handler, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size   int64
		told   bool
		status int
	}{{64 << 10, true, 200}, {64<<10 + 1, true, 413}, {30 << 20, true, 413}, {64 << 10, false, 200}, {30 << 20, false, 413}} {
		read := &counting{left: c.size}
		request := httptest.NewRequest("GET", "/api/collections/teams/records", read)
		if request.ContentLength = -1; c.told {
			request.ContentLength = c.size
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", w.nurseToken)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != c.status || read.n > 66<<10 {
			t.Errorf("%d bytes, told: %t = %d after %d bytes, want %d", c.size, c.told, answer.Code, read.n, c.status)
		}
	}
}

// counting is a JSON object with one long text, and counts what was read of it.
type counting struct{ left, n int64 }

func (c *counting) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), c.left)]
	for i := range p {
		p[i] = 'x'
	}
	if c.n == 0 {
		copy(p, `{"a":"`)
	}
	c.left, c.n = c.left-int64(len(p)), c.n+int64(len(p))
	if c.left == 0 {
		copy(p[len(p)-2:], `"}`)
	}
	return len(p), nil
}

// X11: nobody holds a connection open by sending slower than any phone.
func TestDoors_ABodyHasFifteenSecondsToArrive(t *testing.T) {
	w := newWard(t)
	handler, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		length       int64
		timed        bool
	}{
		{"POST", "/api/collections/staff/auth-refresh", 20, true},
		{"POST", "/api/nothing", -1, true},
		{"GET", "/api/collections/teams/records", 0, false}, // or streams would end
	} {
		request := httptest.NewRequest(c.method, c.path, strings.NewReader(strings.Repeat(" ", max(0, int(c.length)))))
		request.ContentLength = c.length
		answer := &timed{ResponseRecorder: httptest.NewRecorder()}
		before := time.Now()
		handler.ServeHTTP(answer, request)
		if got := len(answer.deadlines); (got == 1) != c.timed || got > 1 {
			t.Errorf("%s %s: the body got %d deadlines", c.method, c.path, got)
		}
		for _, at := range answer.deadlines {
			if given := at.Sub(before); given < 15*time.Second || given > time.Minute {
				t.Errorf("%s %s: the body gets %s", c.method, c.path, given)
			}
		}
	}
}

// timed notes the deadlines that a body is given.
type timed struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

// SetReadDeadline is what http.ResponseController looks for.
func (w *timed) SetReadDeadline(at time.Time) error {
	w.deadlines = append(w.deadlines, at)
	return nil
}
