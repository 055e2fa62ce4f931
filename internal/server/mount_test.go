package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/identity"
	"doorstep/internal/pbapp"
	"doorstep/internal/server"
	"doorstep/internal/testkit/pbtest"
)

// What is under way when the program is told to stop is answered, and PocketBase is closed last.
func TestMount_stops_in_order(t *testing.T) {
	app := core.NewBaseApp(pbapp.Config(t.TempDir()))
	mounted := server.Mount(app, server.Options{Pages: http.NotFoundHandler()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		e.Router.GET("/slow", func(e *core.RequestEvent) error {
			close(entered)
			select {
			case <-release:
				return e.NoContent(http.StatusNoContent)
			case <-e.Request.Context().Done():
				return e.InternalServerError("cut off", nil)
			}
		})
		return e.Next()
	})
	served := make(chan error, 1)
	go func() { served <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	url := "http://" + listener.Addr().String()

	answered := make(chan int, 1)
	go func() {
		response, err := http.Get(url + "/slow")
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		response.Body.Close()
		answered <- response.StatusCode
	}()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- mounted.Stop() }()
	if err := <-served; err != nil { // it takes no new requests from here on
		t.Errorf("serve ended with %v", err)
	}
	if response, err := http.Get(url + httpapi.HealthPath); err == nil {
		response.Body.Close()
		t.Error("a new request was taken while stopping")
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped (%v) before the request under way was answered", err)
	default:
	}
	close(release)
	if status := <-answered; status != http.StatusNoContent {
		t.Errorf("the request under way got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	if n, err := app.CountRecords(care.Patients); err != nil || n != 0 {
		t.Errorf("PocketBase was closed before its owner said so: %v", err)
	}
	if err := mounted.Wait(); err != nil {
		t.Errorf("stop again: %v", err)
	}
	if err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(e *core.TerminateEvent) error { return e.App.ResetBootstrapState() }); err != nil {
		t.Errorf("terminate: %v", err)
	}
}

func TestMount_does_not_start_what_was_stopped(t *testing.T) {
	app := core.NewBaseApp(pbapp.Config(t.TempDir()))
	mounted := server.Mount(app, server.Options{})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ResetBootstrapState() })
	if err := mounted.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := apis.Serve(app, apis.ServeConfig{HttpAddr: "127.0.0.1:0"}); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("serve after stop: %v", err)
	}
}

// A pull that waits for news answers as soon as the server is about to stop.
func TestPull_does_not_hold_up_the_end(t *testing.T) {
	c := newClock()
	app := pbtest.New(t, func(a core.App) { server.Bind(a, false) })
	s, err := server.Start(app.BaseApp, server.Options{Now: c.now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	draining, drain := context.WithCancel(t.Context())
	s.API.Draining = draining
	listener := app.Serve(t)
	trust := app.Org(t, "community_trust", "Trust")
	ann := app.Staff(t, care.DistrictNurse, "Ann", app.Team(t, trust, "nursing", "North"))
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	device, token := enrol(t, s, ann.Id, c.now())
	pull := func(query string, sent func()) (status int, cursor string) {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent() }})
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, listener.URL+httpapi.BasePath+"/pull?client="+device.Client+query, nil)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Error(err)
		}
		var answer struct{ Cursor string }
		if err := json.Unmarshal(bytes.TrimSpace(body), &answer); err != nil {
			t.Error(err)
		}
		return response.StatusCode, answer.Cursor
	}
	_, cursor := pull("", func() {})
	began := time.Now()
	status, again := pull("&wait=25&cursor="+cursor, drain)
	if status != http.StatusOK || again != cursor {
		t.Errorf("the waiting pull got %d and moved from %s to %s", status, cursor, again)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it waited for %s", took)
	}
}

// enrol makes a device for a member of staff and a token for it.
func enrol(t *testing.T, s *server.Server, staff string, now time.Time) (identity.DeviceRecord, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	device, err := s.API.Identity.Enrol(t.Context(), identity.Request{Staff: staff, Name: "Phone", Platform: "test",
		PublicKey: json.RawMessage(`{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`)})
	if err != nil {
		t.Fatal(err)
	}
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": device.ID, "aud": "doorstep", "jti": pbtest.ID(),
		"iat": now.Unix(), "exp": now.Add(50 * time.Second).Unix()}).SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.API.Identity.Exchange(t.Context(), assertion)
	if err != nil {
		t.Fatal(err)
	}
	return device, grant.Token
}
