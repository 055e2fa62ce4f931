package phone

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// verify reads an assertion with the public key that was enrolled.
func verify(t *testing.T, jwk json.RawMessage, text string, now time.Time) *jwt.RegisteredClaims {
	t.Helper()
	var k struct{ Kty, Crv, X, Y string }
	if err := json.Unmarshal(jwk, &k); err != nil {
		t.Fatal(err)
	}
	part := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil || len(b) != 32 {
			t.Fatalf("coordinate %q: %d bytes, %v", s, len(b), err)
		}
		return b
	}
	var key any = ed25519.PublicKey(part(k.X))
	if k.Kty == "EC" {
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, part(k.X)...), part(k.Y)...))
		if err != nil {
			t.Fatal(err)
		}
		key = public
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithAudience("doorstep"), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatalf("the assertion does not verify: %v", err)
	}
	return &claims
}

func TestAPhoneEnrolsAndGetsATokenWithItsOwnKey(t *testing.T) {
	for name, kind := range map[string]KeyType{"Ed25519": Ed25519, "P-256": P256} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(o *Options) { o.KeyType = kind })
			b.on(onSignIn, ok(map[string]any{"token": "staff-token", "record": map[string]string{"id": nia}}))
			b.on(onDevices, ok(wire.EnrolResponse{Device: device1, Client: client1}))
			b.on(onToken, ok(wire.TokenResponse{AccessToken: "access", ExpiresIn: 900, Scope: "sync"}))
			b.on(onHello, hello(func(h *wire.HelloResponse) { h.ClockOffsetMs = 209_787 }))
			b.on(onPull, pulled("e1.0"))
			b.on(onDigest, ok(wire.DigestResponse{Epoch: "e1"}))
			if !b.NeedsSignIn() {
				t.Error("a new phone needs somebody to sign in")
			}
			if err := b.SignIn(context.Background(), "nia@example.org", "secret"); err != nil {
				t.Fatal(err)
			}
			b.sync()

			var enrol wire.EnrolRequest
			b.last(onDevices).decode(t, &enrol)
			if b.last(onDevices).bearer != "staff-token" || enrol.Client != "" {
				t.Errorf("enrolled with %q as client %q", b.last(onDevices).bearer, enrol.Client)
			}
			form, err := url.ParseQuery(string(b.last(onToken).body))
			if err != nil || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
				t.Fatalf("token request %q: %v", b.last(onToken).body, err)
			}
			claims := verify(t, enrol.PublicKey, form.Get("assertion"), morning)
			if claims.Issuer != device1 || len(claims.ID) != 26 || claims.ExpiresAt.Sub(claims.IssuedAt.Time) > time.Minute {
				t.Errorf("assertion of %s, jti %q, lives %s", claims.Issuer, claims.ID, claims.ExpiresAt.Sub(claims.IssuedAt.Time))
			}
			for _, what := range []string{onHello, onPull} {
				if got := b.last(what).bearer; got != "access" {
					t.Errorf("%s with token %q", what, got)
				}
			}
			if b.Device() != device1 || b.Client() != client1 || b.Staff() != nia || b.NeedsSignIn() {
				t.Errorf("device %q, client %q, staff %q, needs sign-in %v", b.Device(), b.Client(), b.Staff(), b.NeedsSignIn())
			}
			if got := b.trueTime().Sub(b.now); got != 209_787*time.Millisecond {
				t.Errorf("offset %s", got)
			}
		})
	}
}

func TestALostAnswerToAnEnrolmentSendsTheSameKeyAgain(t *testing.T) {
	b := newBench(t)
	if err := b.UseCode(nia, "one-time"); err != nil {
		t.Fatal(err)
	}
	b.on(onDevices, answer{err: errNoNetwork}, ok(wire.EnrolResponse{Device: device1, Client: client1}))
	if err := b.Enrol(context.Background()); !errors.Is(err, ErrUnreachable) {
		t.Fatalf("error %v", err)
	}
	b.reopen()
	if err := b.UseCode(nia, "one-time"); err != nil {
		t.Fatal(err)
	}
	if err := b.Enrol(context.Background()); err != nil {
		t.Fatal(err)
	}
	var first, second wire.EnrolRequest
	b.calls[0].decode(t, &first)
	b.calls[1].decode(t, &second)
	if string(first.PublicKey) != string(second.PublicKey) || second.Code != "one-time" {
		t.Errorf("the second enrolment sent %+v after %+v", second, first)
	}
}

func TestAWrongClockIsToldAndSucceedsOnTheRetry(t *testing.T) {
	b := enrolled(t)
	b.now = morning.Add(48 * time.Hour) // two days fast
	server := morning.Add(time.Minute)
	b.on(onToken, refuse(401, "clock", func(e *wire.Error) { e.ServerTime = care.Stamp(server) }),
		ok(wire.TokenResponse{AccessToken: "access2", ExpiresIn: 900, Scope: "sync"}))
	b.on(onPull, pulled("e1.10"))
	b.sync()
	if got, want := b.asked()[:2], []string{"token", "token"}; !slices.Equal(got, want) {
		t.Fatalf("asked %v", got)
	}
}

func TestTheSecondAssertionIsDatedByTheServersClock(t *testing.T) {
	b := enrolled(t)
	b.now = morning.Add(48 * time.Hour)
	server := morning.Add(time.Minute)
	b.on(onToken, refuse(401, "clock", func(e *wire.Error) { e.ServerTime = care.Stamp(server) }),
		ok(wire.TokenResponse{AccessToken: "access2", ExpiresIn: 900, Scope: "sync"}))
	b.on(onPull, pulled("e1.10"))
	b.sync()
	public, err := publicJWK(b.self.Key)
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(b.last(onToken).body))
	if err != nil {
		t.Fatal(err)
	}
	verify(t, public, form.Get("assertion"), server)
}

func TestAnExpiredTokenKeepsTheOutboxAndIsRefreshed(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.on(onPush, refuse(401, "token_expired"), applied(b))
	b.on(onPull, pulled("e1.11", confirms(1, key)))
	b.sync()
	if got, want := b.asked(), []string{"push", "token", "push", "GET " + basePath + "/pull"}; !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
	b.unsent(0)
}

func TestAServerThatRefusesTheDeviceForGoodAsksForASignInAndKeepsTheOutbox(t *testing.T) {
	b := enrolled(t)
	key := b.edit("phone", "2")
	b.now = b.now.Add(time.Hour)
	b.on(onToken, refuse(401, "invalid_assertion"))
	for range 3 {
		_ = b.Sync(context.Background()) // each round fails; what matters is where it ends
	}
	if !b.NeedsSignIn() {
		t.Fatal("nobody is asked to sign in")
	}
	if _, any := b.NextTry(); any {
		t.Error("tries go on although only a person can help")
	}
	b.unsent(1)
	if err := b.SignIn(context.Background(), "nia@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	b.on(onDevices, ok(wire.EnrolResponse{Device: device2, Client: client1}))
	b.on(onToken, ok(wire.TokenResponse{AccessToken: "access2", ExpiresIn: 900, Scope: "sync"}))
	b.on(onPush, applied(b))
	b.on(onPull, pulled("e1.11", confirms(1, key)))
	b.sync()
	var enrol wire.EnrolRequest
	b.last(onDevices).decode(t, &enrol)
	if enrol.Client != client1 || b.sentMutations()[0].Mid != 1 || b.Pending() != 0 {
		t.Errorf("re-enrolled as client %q, sent mid %d, %d pending", enrol.Client, b.sentMutations()[0].Mid, b.Pending())
	}
}

func TestAnotherPersonCannotTakeAPhoneWithUnsentWork(t *testing.T) {
	b := enrolled(t)
	b.edit("phone", "2")
	b.on(onSignIn, ok(map[string]any{"token": "other", "record": map[string]string{"id": "01jz0000000000000000000sam"}}))
	if err := b.SignIn(context.Background(), "sam@example.org", "secret"); !errors.Is(err, ErrUnsent) {
		t.Fatalf("error %v", err)
	}
	b.unsent(1)
	b.holds("patients", oldie, true)
}

func TestAPhoneHandedOverEmptyBelongsToTheNextPerson(t *testing.T) {
	b := enrolled(t)
	b.on(onSignIn, ok(map[string]any{"token": "other", "record": map[string]string{"id": "01jz0000000000000000000sam"}}))
	if err := b.SignIn(context.Background(), "sam@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	b.holds("patients", oldie, false)
	if b.Device() != "" || b.Staff() != "01jz0000000000000000000sam" {
		t.Errorf("device %q, staff %q", b.Device(), b.Staff())
	}
}

func TestNobodySignedInRecordsNothing(t *testing.T) {
	b := newBench(t)
	if _, err := b.Create("visits", map[string]any{"patient": oldie}); !errors.Is(err, ErrNotSignedIn) {
		t.Errorf("error %v", err)
	}
}
