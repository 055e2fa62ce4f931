package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

func TestToken_opens_the_door_for_fifteen_minutes(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	answer := h.exchange(t, p.assertion(t, nil))
	if answer.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("a token may be cached: %v", answer.header)
	}
	token := into[wire.TokenResponse](t, answer, http.StatusOK)
	if token.TokenType != "Bearer" || token.ExpiresIn != 900 || token.Scope != "sync" {
		t.Fatalf("%+v", token)
	}
	for range 2 {
		s := into[httpapi.ProbeAnswer](t, h.probe(t, token.AccessToken), http.StatusOK).Session
		if s.Device != p.Device || s.Client != p.Client || s.Staff != h.nurse.Id || s.Role != care.DistrictNurse ||
			s.Organisation != h.north.GetString("organisation") || len(s.Teams) != 1 || s.Teams[0] != h.north.Id || s.PushOnly || s.Directive != "none" {
			t.Fatalf("%+v", s)
		}
	}
	h.turn(15 * time.Minute)
	refused(t, h.probe(t, token.AccessToken), http.StatusUnauthorized, "token_expired")
	into[httpapi.ProbeAnswer](t, h.probe(t, p.token(t).AccessToken), http.StatusOK)
}

func TestToken_refuses(t *testing.T) {
	h := newHouse(t)
	p, stranger := h.enrol(t, h.nurse), h.enrol(t, h.other)
	at := func(p *phone, name string, d time.Duration) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { c[name] = h.now().Add(d).Unix() }
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": p.Device, "aud": "doorstep", "jti": "12345678",
		"exp": h.now().Add(30 * time.Second).Unix()}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	used := p.assertion(t, nil)
	into[wire.TokenResponse](t, h.exchange(t, used), http.StatusOK)
	before := h.Hashes(t)
	for _, c := range []struct{ name, assertion, code string }{
		{"used before", used, "replayed"},
		{"alg none", unsigned, "invalid_assertion"},
		{"text", "no.token.this", "invalid_assertion"},
		{"the key of another phone", (&phone{h: h, private: newKey(t), EnrolResponse: p.EnrolResponse}).assertion(t, nil), "invalid_assertion"},
		{"another person's device", stranger.assertion(t, func(c jwt.MapClaims) { c["iss"] = p.Device }), "invalid_assertion"},
		{"a device that is not there", p.assertion(t, func(c jwt.MapClaims) { c["iss"] = "01jdevice0nobody0000000000" }), "invalid_assertion"},
		{"wrong audience", p.assertion(t, func(c jwt.MapClaims) { c["aud"] = "elsewhere" }), "invalid_audience"},
		{"expired", p.assertion(t, func(c jwt.MapClaims) { at(p, "iat", -2*time.Minute)(c); at(p, "exp", -time.Minute)(c) }), "clock"},
		{"exp too far ahead", p.assertion(t, at(p, "exp", 5*time.Minute)), "invalid_assertion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := h.exchange(t, c.assertion)
			refused(t, answer, http.StatusUnauthorized, c.code)
			if answer.header.Get("WWW-Authenticate") != "Bearer" {
				t.Error("401 without WWW-Authenticate")
			}
		})
	}
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"nothing", "", 400, "unsupported_grant_type"},
		{"another grant", "grant_type=password&assertion=x", 400, "unsupported_grant_type"},
		{"no assertion", "grant_type=" + url.QueryEscape("urn:ietf:params:oauth:grant-type:jwt-bearer"), 400, "invalid"},
		{"two assertions", "assertion=a&assertion=b", 400, "malformed"},
		{"a broken form", "a=%zz", 400, "malformed"},
		{"far too much", strings.Repeat("a", 70<<10), 413, "too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, h.do(t, http.MethodPost, base+"/token", "", []byte(c.body), "Content-Type", "application/x-www-form-urlencoded"), c.status, c.code)
		})
	}
	t.Run("JSON instead of a form", func(t *testing.T) {
		refused(t, h.post(t, base+"/token", "", map[string]string{"assertion": "x"}), 415, "unsupported_media_type")
	})
	pbtest.Unchanged(t, "refused assertions", before, h.Hashes(t))
}

func TestToken_an_assertion_works_once_and_is_forgotten_in_time(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	text := p.assertion(t, nil)
	into[wire.TokenResponse](t, h.exchange(t, text), http.StatusOK)
	refused(t, h.exchange(t, text), http.StatusUnauthorized, "replayed")
	for range 5 {
		p.token(t)
	}
	if n := h.count(t, "SELECT count(*) FROM sync_assertions"); n != 6 {
		t.Fatalf("%d remembered", n)
	}
	h.turn(2 * time.Minute)
	p.token(t)
	if n := h.count(t, "SELECT count(*) FROM sync_assertions"); n != 1 {
		t.Fatalf("%d remembered after two minutes", n)
	}
}

func TestToken_of_many_who_send_the_same_assertion_one_gets_in(t *testing.T) {
	h := newHouse(t)
	text := h.enrol(t, h.nurse).assertion(t, nil)
	const many = 8
	answers := make(chan answer, many)
	for range many {
		go func() { answers <- h.exchange(t, text) }()
	}
	won := 0
	for range many {
		if a := <-answers; a.status == http.StatusOK {
			won++
		} else {
			refused(t, a, http.StatusUnauthorized, "replayed")
		}
	}
	if won != 1 {
		t.Fatalf("%d got in", won)
	}
}

func TestToken_a_phone_two_days_fast_succeeds_on_the_retry(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, h.nurse)
	clock := h.now().Add(48 * time.Hour)
	sign := func(at time.Time) string {
		return p.assertion(t, func(c jwt.MapClaims) { c["iat"], c["exp"] = at.Unix(), at.Add(time.Minute).Unix() })
	}
	e := refused(t, h.exchange(t, sign(clock)), http.StatusUnauthorized, "clock")
	told, err := care.ParseStamp(e.ServerTime)
	if err != nil || e.Retry != wire.RetryNow {
		t.Fatalf("%+v, %v", e, err)
	}
	into[wire.TokenResponse](t, h.exchange(t, sign(told)), http.StatusOK)
}

func TestToken_follows_what_became_of_device_and_person(t *testing.T) {
	const days = 24 * time.Hour
	device := func(state string) func(*testing.T, *house, *phone) {
		return func(t *testing.T, h *house, p *phone) {
			h.set(t, care.Devices, p.Device, map[string]any{"state": state, "state_since": h.now()})
		}
	}
	person := func(field string, value func(*house) any) func(*testing.T, *house, *phone) {
		return func(t *testing.T, h *house, p *phone) {
			h.set(t, care.StaffName, h.nurse.Id, map[string]any{field: value(h)})
		}
	}
	left := person("inactive_since", func(h *house) any { return h.now() })
	for _, c := range []struct {
		name      string
		given     func(*testing.T, *house, *phone)
		later     time.Duration
		status    int
		outcome   string // a scope or a code
		directive string
	}{
		{"draining", device("draining"), 0, 200, "push_only", "drain"},
		{"draining for 29 days", device("draining"), 29 * days, 200, "push_only", "drain"},
		{"draining for 31 days", device("draining"), 31 * days, 401, "relogin", "relogin"},
		{"deactivated", left, 0, 200, "push_only", "drain"},
		{"deactivated 31 days ago", left, 31 * days, 401, "relogin", "relogin"},
		{"lost", device("lost"), 0, 403, "lost", "wipe"},
		{"revoked", device("revoked"), 0, 401, "revoked", "relogin"},
		{"moved to reception", person("role", func(*house) any { return string(care.Reception) }), 0, 200, "push_only", "drain"},
		{"moved to another team", person("teams", func(h *house) any { return []string{h.south.Id} }), 0, 200, "sync", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			p := h.enrol(t, h.nurse)
			old := p.token(t).AccessToken
			into[httpapi.ProbeAnswer](t, h.probe(t, old), http.StatusOK) // now it is in memory
			c.given(t, h, p)
			if c.later > 0 { // the token from before is long gone
				h.turn(c.later)
			} else if c.status == http.StatusOK {
				s := into[httpapi.ProbeAnswer](t, h.probe(t, old), http.StatusOK).Session
				if s.PushOnly != (c.outcome == "push_only") || s.Directive != c.directive {
					t.Fatalf("the token from before: %+v", s)
				}
				if c.name == "moved to another team" && s.Teams[0] != h.south.Id {
					t.Fatalf("still in the old team: %+v", s)
				}
			} else if e := refused(t, h.probe(t, old), c.status, c.outcome); e.Directive != c.directive {
				t.Fatalf("the token from before: %+v", e)
			}
			answer := h.exchange(t, p.assertion(t, nil))
			if c.status == http.StatusOK {
				if token := into[wire.TokenResponse](t, answer, http.StatusOK); token.Scope != c.outcome {
					t.Fatalf("%+v", token)
				}
				return
			}
			if e := refused(t, answer, c.status, c.outcome); e.Directive != c.directive {
				t.Fatalf("%+v", e)
			}
		})
	}
}

func TestToken_of_another_server_is_none(t *testing.T) {
	h, elsewhere := newHouse(t), newHouse(t)
	p := h.enrol(t, h.nurse)
	refused(t, elsewhere.probe(t, p.token(t).AccessToken), http.StatusUnauthorized, "token_invalid")
	keys := into[struct{ Keys []map[string]string }](t, h.do(t, http.MethodGet, base+"/keys", "", nil), http.StatusOK)
	if len(keys.Keys) != 1 || keys.Keys[0]["crv"] != "Ed25519" || keys.Keys[0]["d"] != "" {
		t.Fatalf("%v", keys)
	}
}
