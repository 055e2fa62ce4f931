package identity_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/identity"
)

// claims of a good assertion at that time, changed by the case.
func (b *bench) claims(change func(jwt.MapClaims)) jwt.MapClaims {
	c := jwt.MapClaims{"iss": b.dev.ID, "aud": "doorstep", "jti": rand.Text(),
		"iat": b.now.Unix(), "exp": b.now.Add(time.Minute).Unix()}
	if change != nil {
		change(c)
	}
	return c
}

func signed(t testing.TB, k *key, c jwt.MapClaims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, c)
	for name, v := range header {
		token.Header[name] = v
	}
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (b *bench) assertion(t testing.TB, change func(jwt.MapClaims)) string {
	t.Helper()
	return signed(t, b.phone, b.claims(change), nil)
}

func TestExchange_gives_a_token_for_either_kind_of_key(t *testing.T) {
	b := newBench(t)
	for _, phone := range []*key{b.phone, newEd25519(t)} {
		d, err := b.Enrol(t.Context(), identity.Request{Staff: nurse, Name: "Phone", Platform: "ios", PublicKey: phone.jwk})
		if err != nil {
			t.Fatal(err)
		}
		b.phone, b.dev = phone, d
		grant, err := b.Exchange(t.Context(), b.assertion(t, nil))
		if err != nil || grant.Scope != identity.ScopeSync || grant.ExpiresIn != 15*time.Minute {
			t.Fatalf("%s: %+v, %v", phone.method.Alg(), grant, err)
		}
		session, err := b.Authenticate(t.Context(), grant.Token)
		if err != nil || session.Device != d.ID || session.Staff != nurse || session.Client != d.Client || session.PushOnly ||
			session.Directive != identity.DirectiveNone || session.Organisation != "trust" || len(session.Teams) != 1 {
			t.Fatalf("session %+v, %v", session, err)
		}
	}
}

func TestExchange_refuses(t *testing.T) {
	b := newBench(t)
	other := newP256(t)
	mine := func(change func(jwt.MapClaims)) func(*testing.T) string {
		return func(t *testing.T) string { return b.assertion(t, change) }
	}
	at := func(name string, d time.Duration) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { c[name] = b.now.Add(d).Unix() }
	}
	cases := []struct {
		name string
		text func(*testing.T) string
		want error
	}{
		{"nothing", func(*testing.T) string { return "" }, identity.ErrAssertion},
		{"not a token", func(*testing.T) string { return "a.b.c" }, identity.ErrAssertion},
		{"something very long", func(*testing.T) string { return strings.Repeat("a", 5000) }, identity.ErrAssertion},
		{"alg none", func(t *testing.T) string {
			text, err := jwt.NewWithClaims(jwt.SigningMethodNone, b.claims(nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}, identity.ErrAssertion},
		{"the public key as an HMAC secret", func(t *testing.T) string {
			text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, b.claims(nil)).SignedString(b.phone.jwk)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}, identity.ErrAssertion},
		{"another key", func(t *testing.T) string { return signed(t, other, b.claims(nil), nil) }, identity.ErrAssertion},
		{"another kind of key", func(t *testing.T) string { return signed(t, newEd25519(t), b.claims(nil), nil) }, identity.ErrAssertion},
		{"a key of its own in the header", func(t *testing.T) string {
			return signed(t, other, b.claims(nil), map[string]any{"jwk": string(other.jwk)})
		}, identity.ErrAssertion},
		{"an extension we must understand", func(t *testing.T) string {
			return signed(t, b.phone, b.claims(nil), map[string]any{"crit": []string{"b64"}})
		}, identity.ErrAssertion},
		{"signature cut off", func(t *testing.T) string {
			text := b.assertion(t, nil)
			return text[:strings.LastIndexByte(text, '.')+1]
		}, identity.ErrAssertion},
		{"another phone's id", mine(func(c jwt.MapClaims) { c["iss"] = "01jdevice0nobody0000000000" }), identity.ErrAssertion},
		{"no iss", mine(func(c jwt.MapClaims) { delete(c, "iss") }), identity.ErrAssertion},
		{"iss that is no id", mine(func(c jwt.MapClaims) { c["iss"] = "' OR 1=1 --" }), identity.ErrAssertion},
		{"sub that is somebody else", mine(func(c jwt.MapClaims) { c["sub"] = lead }), identity.ErrAssertion},
		{"no jti", mine(func(c jwt.MapClaims) { delete(c, "jti") }), identity.ErrAssertion},
		{"a long jti", mine(func(c jwt.MapClaims) { c["jti"] = strings.Repeat("j", 200) }), identity.ErrAssertion},
		{"no exp", mine(func(c jwt.MapClaims) { delete(c, "exp") }), identity.ErrAssertion},
		{"an hour asked for", mine(at("exp", time.Hour)), identity.ErrAssertion},
		{"wrong audience", mine(func(c jwt.MapClaims) { c["aud"] = "https://elsewhere.example" }), identity.ErrAudience},
		{"no audience", mine(func(c jwt.MapClaims) { delete(c, "aud") }), identity.ErrAudience},
		{"expired", mine(func(c jwt.MapClaims) { at("iat", -2*time.Minute)(c); at("exp", -time.Minute)(c) }), identity.ErrClock},
		{"exp too far ahead, without iat", mine(func(c jwt.MapClaims) { delete(c, "iat"); at("exp", 2*time.Minute)(c) }), identity.ErrClock},
		{"made in the future", mine(func(c jwt.MapClaims) { at("iat", time.Minute)(c); at("exp", time.Minute)(c) }), identity.ErrClock},
		{"not valid yet", mine(at("nbf", time.Minute)), identity.ErrClock},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := b.Exchange(t.Context(), c.text(t)); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
	if len(b.store.used) != 0 {
		t.Fatalf("%d refused assertions were kept", len(b.store.used))
	}
}

func TestExchange_takes_an_assertion_once(t *testing.T) {
	b := newBench(t)
	text := b.assertion(t, nil)
	if _, err := b.Exchange(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{0, 30 * time.Second, time.Minute, identity.Leeway} {
		b.now = noon.Add(later)
		if _, err := b.Exchange(t.Context(), text); !errors.Is(err, identity.ErrReplayed) {
			t.Fatalf("after %s: %v", later, err)
		}
	}
	b.now = noon.Add(time.Minute + identity.Leeway)
	if _, err := b.Exchange(t.Context(), text); !errors.Is(err, identity.ErrClock) {
		t.Fatalf("past its time: %v", err)
	}
}

func TestExchange_two_devices_may_pick_the_same_jti(t *testing.T) {
	b := newBench(t)
	same := func(c jwt.MapClaims) { c["jti"] = "0123456789" }
	if _, err := b.Exchange(t.Context(), b.assertion(t, same)); err != nil {
		t.Fatal(err)
	}
	b.phone = newEd25519(t)
	var err error
	b.dev, err = b.Enrol(t.Context(), identity.Request{Staff: lead, PublicKey: b.phone.jwk})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Exchange(t.Context(), b.assertion(t, same)); err != nil {
		t.Fatal(err)
	}
}

func TestExchange_of_a_phone_two_days_fast_succeeds_on_the_retry(t *testing.T) {
	b := newBench(t)
	fast := 48 * time.Hour
	wrong := func(c jwt.MapClaims) {
		c["iat"], c["exp"] = b.now.Add(fast).Unix(), b.now.Add(fast+time.Minute).Unix()
	}
	if _, err := b.Exchange(t.Context(), b.assertion(t, wrong)); !errors.Is(err, identity.ErrClock) {
		t.Fatalf("got %v", err)
	}
	if _, err := b.Exchange(t.Context(), b.assertion(t, nil)); err != nil {
		t.Fatalf("after the clock was told: %v", err)
	}
}

func TestExchange_tells_a_store_that_cannot_answer_from_a_bad_assertion(t *testing.T) {
	b := newBench(t)
	b.store.broken = errors.New("disk I/O error")
	if _, err := b.Exchange(t.Context(), b.assertion(t, nil)); !errors.Is(err, b.store.broken) || errors.Is(err, identity.ErrAssertion) {
		t.Fatalf("got %v", err)
	}
}
