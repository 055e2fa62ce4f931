package httpapi_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/identity"
	"doorstep/internal/pbrecords"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

const base = httpapi.BasePath

// house is a served application with the people of the tests in it.
type house struct {
	*pbtest.App
	server *httptest.Server
	clock  testkit.Clock

	nurse, lead, other, gp *core.Record
	north, south           *core.Record
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{App: pbtest.New(t), clock: testkit.Clock{Tick: time.Millisecond}}
	keys, err := identity.LoadKeyring(filepath.Join(h.DataDir(), identity.KeyFile), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	service := identity.New(identity.Config{Store: pbrecords.NewIdentity(h.App, h.SecondConnection(t)), Keys: keys, Clock: h.now})
	pbrecords.BindRevocation(h.App, service.Revoke)
	api := &httpapi.API{App: h.App, Identity: service, Clock: h.now}
	h.OnServe().BindFunc(api.Register)
	h.OnServe().BindFunc(api.BindProbe)
	h.server = h.Serve(t)

	trust := h.Org(t, "community_trust", "Trust")
	h.north, h.south = h.Team(t, trust, "nursing", "North"), h.Team(t, trust, "nursing", "South")
	h.nurse = h.Staff(t, care.DistrictNurse, "Ann Nurse", h.north)
	h.lead = h.Staff(t, care.TeamLead, "Lea Lead", h.north)
	h.other = h.Staff(t, care.DistrictNurse, "Otto Other", h.south)
	h.gp = h.Staff(t, care.DutyGP, "Guy Gp", h.north)
	return h
}

func (h *house) now() time.Time { return h.clock.Now() }

func (h *house) turn(d time.Duration) { h.clock.Pass(d) }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (h *house) do(t *testing.T, method, path, token string, body []byte, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, h.server.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.Header.Get("Content-Type") == "text/event-stream" { // which does not end: the first event will do
		line, err := bufio.NewReader(response.Body).ReadBytes('\n')
		if err != nil && method != http.MethodHead {
			t.Fatal(err)
		}
		return answer{response.StatusCode, response.Header, line}
	}
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, got}
}

func (h *house) post(t *testing.T, path, token string, body any, headers ...string) answer {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return h.do(t, http.MethodPost, path, token, text, headers...)
}

// into reads an answer that must be a success.
func into[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var v T
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// refused checks that an answer is an error of our shape and returns it.
func refused(t *testing.T, a answer, status int, code string) wire.Error {
	t.Helper()
	var e wire.Error
	if err := json.Unmarshal(a.body, &e); err != nil {
		t.Fatalf("status %d: %v: %s", a.status, err, a.body)
	}
	if a.status != status || e.Code != code || e.Message == "" || e.Retry == "" || a.header.Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %s, want %d %s", a.status, a.body, status, code)
	}
	return e
}

// phone is a device and its key.
type phone struct {
	h       *house
	private ed25519.PrivateKey
	wire.EnrolResponse
}

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func jwk(private ed25519.PrivateKey) json.RawMessage {
	x := base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	return json.RawMessage(`{"kty":"OKP","crv":"Ed25519","x":"` + x + `"}`)
}

func request(private ed25519.PrivateKey, client, code string) wire.EnrolRequest {
	return wire.EnrolRequest{Name: "Phone", Platform: "android", PublicKey: jwk(private), Client: client, Code: code}
}

func (h *house) enrol(t *testing.T, staff *core.Record) *phone {
	t.Helper()
	p := &phone{h: h, private: newKey(t)}
	p.EnrolResponse = into[wire.EnrolResponse](t, h.post(t, base+"/devices", h.Token(t, staff), request(p.private, "", "")), http.StatusCreated)
	return p
}

// assertion signs a good one, changed by the case.
func (p *phone) assertion(t *testing.T, change func(jwt.MapClaims)) string {
	t.Helper()
	now := p.h.now()
	c := jwt.MapClaims{"iss": p.Device, "aud": "doorstep", "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(50 * time.Second).Unix()}
	if change != nil {
		change(c)
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, c).SignedString(p.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (h *house) exchange(t *testing.T, assertion string) answer {
	t.Helper()
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	return h.do(t, http.MethodPost, base+"/token", "", []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

func (p *phone) token(t *testing.T) wire.TokenResponse {
	t.Helper()
	return into[wire.TokenResponse](t, p.h.exchange(t, p.assertion(t, nil)), http.StatusOK)
}

func (h *house) probe(t *testing.T, token string) answer {
	t.Helper()
	return h.post(t, base+"/probe", "Bearer "+token, map[string]any{})
}

func (h *house) set(t *testing.T, collection, id string, fields map[string]any) {
	t.Helper()
	r, err := h.FindRecordById(collection, id)
	if err != nil {
		t.Fatal(err)
	}
	r.Load(fields)
	if err := h.App.Save(r); err != nil {
		t.Fatal(err)
	}
}

func (h *house) count(t *testing.T, query string) (n int) {
	t.Helper()
	if err := h.DB().NewQuery(query).Row(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
