package server_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/httpapi"
	"doorstep/internal/pbapp"
	"doorstep/internal/pbrecords"
	"doorstep/internal/server"
	"doorstep/internal/setup"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// printed collects what a server prints.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// link waits for the link that a server prints.
func (p *printed) link(t *testing.T) (url, secret string) {
	t.Helper()
	var found []string
	testkit.Until(t, "a set-up link is printed", func() bool { found = setUpLink.FindStringSubmatch(p.String()); return found != nil })
	return found[1], found[2]
}

var setUpLink = regexp.MustCompile(`(http://[^\s]+)/setup/#(\S+)`)

// serving runs the serve command on an application until it is told to stop.
func serving(t *testing.T, app core.App, clock *testkit.Clock) (url string, out *printed, stop func()) {
	t.Helper()
	out = &printed{}
	mounted := server.Mount(app, server.Options{Now: clock.Now, Out: out, Pages: http.NotFoundHandler()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		return e.Next()
	})
	served := make(chan error, 1)
	go func() { served <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	testkit.Until(t, "the server listens", func() bool { return strings.Contains(out.String(), "listens") })
	return "http://" + listener.Addr().String(), out, func() {
		if err := mounted.Stop(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		_ = pbapp.CloseApp(app)
	}
}

func post(t *testing.T, url string, body any) (int, string) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func hillside() map[string]any {
	return map[string]any{"name": "Hillside", "administrator": map[string]any{"name": "Ada Quince", "email": "Ada.Quince@trust.example", "password": "tangerine-ladder-cloud"},
		"organisations": []any{map[string]any{"name": "Hillside Trust", "kind": "community_trust", "teams": []any{
			map[string]any{"name": "Nurses", "kind": "nursing"}, map[string]any{"name": "Coordination", "kind": "coordination"}}}}}
}

// U15
func TestAnEmptyServerPrintsALinkThatSetsItUpOnce(t *testing.T) {
	app, clock := newApp(t), &testkit.Clock{}
	url, out, stop := serving(t, app, clock)
	at, secret := out.link(t)
	if at != url {
		t.Errorf("the link leads to %s, want %s", at, url)
	}
	api := url + httpapi.CarePath
	expect := func(what string, wantStatus int, wantText, path string, body any) {
		t.Helper()
		if status, text := post(t, api+path, body); status != wantStatus || !strings.Contains(text, wantText) {
			t.Errorf("%s: %d %s, want %d %s", what, status, text, wantStatus, wantText)
		}
	}
	body := func(link string, n any) map[string]any { return map[string]any{"link": link, "neighbourhood": n} }
	bad := hillside()
	bad["administrator"].(map[string]any)["email"] = "ada"
	expect("the link", http.StatusOK, "expires_at", "/setup/link", map[string]any{"link": secret})
	expect("a guess", http.StatusUnauthorized, "code_invalid", "/setup/link", map[string]any{"link": "guess"})
	expect("a guess with a description", http.StatusUnauthorized, "code_invalid", "/setup", body("guess", hillside()))
	expect("what cannot be", http.StatusBadRequest, `"field":"administrator.email"`, "/setup", body(secret, bad))
	expect("nothing", http.StatusBadRequest, "invalid", "/setup", map[string]any{"link": secret})
	expect("a good one", http.StatusCreated, "safeguarding", "/setup", body(secret, hillside()))
	expect("the link again", http.StatusUnauthorized, "code_invalid", "/setup", body(secret, hillside()))
	expect("the link, looked at again", http.StatusUnauthorized, "code_invalid", "/setup/link", map[string]any{"link": secret})
	status, text := post(t, url+"/api/sync/v1/sign-in", map[string]any{"identity": "ada.quince@TRUST.example", "password": "tangerine-ladder-cloud"})
	if status != http.StatusOK || !strings.Contains(text, `"server_administrator"`) {
		t.Errorf("the sign-in: %d %s", status, text)
	}
	var actions []string
	if err := app.DB().NewQuery(`SELECT action FROM audit ORDER BY id`).Column(&actions); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(actions, " "); got != "set_up_link_made set_up_link_refused set_up_link_refused set_up set_up_link_refused set_up_link_refused sign_in" {
		t.Errorf("the audit has %s", got)
	}
	stop()
}

func TestALinkIsOverAfterHalfAnHourAndWithTheStartThatPrintedIt(t *testing.T) {
	app, clock := newApp(t), &testkit.Clock{}
	dir := app.DataDir()
	url, out, stop := serving(t, app, clock)
	_, first := out.link(t)
	body := func(link string) map[string]any { return map[string]any{"link": link, "neighbourhood": hillside()} }
	clock.Pass(31 * time.Minute)
	if status, text := post(t, url+httpapi.CarePath+"/setup", body(first)); status != http.StatusUnauthorized {
		t.Errorf("after half an hour: %d %s", status, text)
	}
	stop()
	url, out, stop = serving(t, core.NewBaseApp(pbapp.Config(dir)), clock)
	_, second := out.link(t)
	if status, text := post(t, url+httpapi.CarePath+"/setup", body(first)); status != http.StatusUnauthorized {
		t.Errorf("the link of the start before: %d %s", status, text)
	}
	if status, text := post(t, url+httpapi.CarePath+"/setup", body(second)); status != http.StatusCreated {
		t.Errorf("the link of this start: %d %s", status, text)
	}
	stop()
	_, out, stop = serving(t, core.NewBaseApp(pbapp.Config(dir)), clock)
	stop() // whatever it prints at its start is printed by then
	if strings.Contains(out.String(), "setup") {
		t.Errorf("once somebody has an account it prints no link:\n%s", out)
	}
}

// Whoever is at the machine was faster than whoever has the link.
func TestTheLinkSetsNothingUpWhereSomebodyAdministersAlready(t *testing.T) {
	app, clock := newApp(t), &testkit.Clock{}
	url, out, stop := serving(t, app, clock)
	defer stop()
	_, link := out.link(t)
	n, err := setup.Read(strings.NewReader(strings.Replace(setup.Example, `password: ""`, "password: tangerine-ladder-cloud", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := setup.Make(t.Context(), pbrecords.NewAccounts(app, clock.Now, rand.Reader), n, setup.ByTerminal, func() (string, error) { return pbtest.ID(), nil }); err != nil {
		t.Fatal(err)
	}
	if status, text := post(t, url+httpapi.CarePath+"/setup", map[string]any{"link": link, "neighbourhood": hillside()}); status != http.StatusConflict || !strings.Contains(text, `"already"`) {
		t.Errorf("%d %s", status, text)
	}
}
