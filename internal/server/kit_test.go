package server_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
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
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// started is a server on a database of its own, on a clock that stands still, listening until the test ends.
type started struct {
	app      *pbtest.App
	srv      *server.Server
	clock    testkit.Clock
	listener *httptest.Server
}

func start(t testing.TB, o server.Options) *started {
	t.Helper()
	s := &started{}
	s.app = pbtest.New(t, func(a core.App) { server.Bind(a, s.clock.Now) })
	o.Now = s.clock.Now
	var err error
	if s.srv, err = server.Start(s.app.BaseApp, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.srv.Close(); err != nil {
			t.Error(err)
		}
	})
	s.listener = s.app.Serve(t)
	return s
}

func (s *started) address() string { return s.listener.Listener.Addr().String() }

// enrol makes a device for a member of staff and returns a token for it.
func (s *started) enrol(t testing.TB, staff string) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	device, err := s.srv.API.Identity.Enrol(t.Context(), identity.Request{Staff: staff, Name: "Phone", Platform: "test",
		PublicKey: json.RawMessage(`{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`)})
	if err != nil {
		t.Fatal(err)
	}
	assertion, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": device.ID, "aud": "doorstep", "jti": pbtest.ID(),
		"iat": s.clock.Now().Unix(), "exp": s.clock.Now().Add(50 * time.Second).Unix()}).SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.srv.API.Identity.Exchange(t.Context(), assertion)
	if err != nil {
		t.Fatal(err)
	}
	return grant.Token
}

// open opens a stream on a connection of its own, without a goroutine, until the test ends.
func open(t testing.TB, address, base, token string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(testkit.Deadline()); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s/stream HTTP/1.1\r\nHost: doorstep\r\nAuthorization: Bearer %s\r\n\r\n", base, token); err != nil {
		t.Fatal(err)
	}
	return conn
}

func await(t testing.TB, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the stream ended before %q: %v", text, lines.Err())
}

// crowd is many phones that listen, of nurses of some teams; the teams go round.
type crowd struct {
	s      *started
	people []*core.Record // one on the caseload of each team
	conns  []net.Conn
}

func (s *started) crowd(t testing.TB, teams, phones int) *crowd {
	t.Helper()
	c := &crowd{s: s}
	trust := s.app.Org(t, "community_trust", "Trust")
	staff := make([]string, teams)
	for i := range staff {
		team := s.app.Team(t, trust, "nursing", fmt.Sprint("Team ", i))
		person := s.app.Patient(t, fmt.Sprint("Person ", i), nil)
		s.app.Caseload(t, person, team)
		c.people = append(c.people, person)
		staff[i] = s.app.Staff(t, care.DistrictNurse, fmt.Sprint("Nurse ", i), team).Id
	}
	if err := s.srv.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	tokens := make([]string, phones)
	for i := range tokens {
		tokens[i] = s.enrol(t, staff[i%teams])
	}
	for _, token := range tokens {
		c.conns = append(c.conns, open(t, s.address(), httpapi.BasePath, token))
	}
	return c
}

// change writes something about the person of a team, and the server notices.
func (c *crowd) change(t testing.TB, team int) {
	t.Helper()
	c.people[team].Set("access_notes", pbtest.ID())
	if err := c.s.app.Save(c.people[team]); err != nil {
		t.Fatal(err)
	}
	if err := c.s.srv.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// poked reads until a poke has come.
func poked(t testing.TB, conn net.Conn) {
	t.Helper()
	buffer := make([]byte, 4<<10)
	for got := 0; !bytes.Contains(buffer[:got], []byte("event: poke")); {
		n, err := conn.Read(buffer[got:])
		if err != nil {
			t.Fatalf("%v after %q", err, buffer[:got])
		}
		got += n
	}
}

// newApp is a fresh application that is not bootstrapped yet, on a migrated database.
func newApp(t testing.TB) *core.BaseApp {
	t.Helper()
	dir := t.TempDir()
	if err := pbtest.Fill(dir); err != nil {
		t.Fatal(err)
	}
	return core.NewBaseApp(pbapp.Config(dir))
}

// served is an application that is served as the serve command does it.
type served struct {
	*server.Mounted
	app *core.BaseApp
	url string
}

// mount serves a fresh application until the test ends.
func mount(t *testing.T, o server.Options) *served {
	t.Helper()
	app := newApp(t)
	mounted := server.Mount(app, o)
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Listener = listener
		defer close(ready)
		return e.Next()
	})
	done := make(chan error, 1)
	go func() { done <- apis.Serve(app, apis.ServeConfig{HttpAddr: listener.Addr().String()}) }()
	t.Cleanup(func() {
		if err := mounted.Stop(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := pbapp.CloseApp(app); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("serve: %v", err)
	}
	return &served{mounted, app, "http://" + listener.Addr().String()}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request as it is, without following where it leads.
func ask(t *testing.T, method, url string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}
