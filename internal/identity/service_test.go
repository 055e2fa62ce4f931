package identity_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
	"doorstep/internal/identity"
)

func (b *bench) token(t testing.TB) string {
	t.Helper()
	grant, err := b.Exchange(t.Context(), b.assertion(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	return grant.Token
}

func TestStanding_who_may_get_which_token(t *testing.T) {
	state := func(state string, since time.Time) func(*bench) {
		return func(b *bench) {
			b.change(func(d *identity.DeviceRecord) { d.State, d.StateSince = state, since })
		}
	}
	left := func(since time.Time) func(*bench) {
		return func(b *bench) { b.changeNurse(func(s *identity.StaffRecord) { s.InactiveSince = since }) }
	}
	role := func(r care.Role) func(*bench) {
		return func(b *bench) { b.changeNurse(func(s *identity.StaffRecord) { s.Role = r }) }
	}
	both := func(a, c func(*bench)) func(*bench) { return func(b *bench) { a(b); c(b) } }
	const days = 24 * time.Hour
	cases := []struct {
		name  string
		given func(*bench)
		scope string
		want  error
	}{
		{"an active nurse's phone", func(*bench) {}, identity.ScopeSync, nil},
		{"a nurse who leaves next week", left(noon.Add(7 * days)), identity.ScopeSync, nil},
		{"a nurse who just left", left(noon), identity.ScopePushOnly, nil},
		{"a nurse who left 30 days ago", left(noon.Add(-30 * days)), identity.ScopePushOnly, nil},
		{"a nurse who left over 30 days ago", left(noon.Add(-30*days - time.Second)), "", identity.ErrRelogin},
		{"a draining phone", state("draining", noon.Add(-time.Hour)), identity.ScopePushOnly, nil},
		{"a phone draining without a date", state("draining", time.Time{}), identity.ScopePushOnly, nil},
		{"a phone draining for over 30 days", state("draining", noon.Add(-31*days)), "", identity.ErrRelogin},
		{"a draining phone of a nurse who left long ago", both(state("draining", noon), left(noon.Add(-31*days))), "", identity.ErrRelogin},
		{"a draining phone of somebody now in reception", both(state("draining", noon), role(care.Reception)), identity.ScopePushOnly, nil},
		{"a lost phone", state("lost", noon), "", identity.ErrLost},
		{"a lost phone of a nurse who left", both(state("lost", noon), left(noon.Add(-31*days))), "", identity.ErrLost},
		{"a revoked phone", state("revoked", noon), "", identity.ErrRevoked},
		{"a phone in a state we do not know", state("", noon), "", identity.ErrRevoked},
		{"a nurse who was given a role without a phone hands in what she has", role(care.DutyGP), identity.ScopePushOnly, nil}, // O9
		{"a role we do not know", role("emperor"), "", identity.ErrRole},
		{"somebody who was deleted", func(b *bench) { delete(b.store.staff, nurse) }, "", identity.ErrRevoked},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			before := b.token(t)
			c.given(b)
			grant, err := b.Exchange(t.Context(), b.assertion(t, nil))
			if !errors.Is(err, c.want) || grant.Scope != c.scope {
				t.Fatalf("token: %q, %v; want %q, %v", grant.Scope, err, c.scope, c.want)
			}
			// The token from before must fare the same once the change is known.
			session, err := b.Authenticate(t.Context(), before)
			if !errors.Is(err, c.want) || session.PushOnly != (c.scope == identity.ScopePushOnly) {
				t.Fatalf("session: %+v, %v; want %q, %v", session, err, c.scope, c.want)
			}
			if session.PushOnly && session.Directive != identity.DirectiveDrain {
				t.Fatalf("a phone that may only push is told %q", session.Directive)
			}
		})
	}
}

func TestExchange_wipes_a_lost_phone_whatever_its_clock_says(t *testing.T) {
	b := newBench(t)
	b.change(func(d *identity.DeviceRecord) { d.State = "lost" })
	old := b.assertion(t, func(c jwt.MapClaims) { c["iat"], c["exp"] = 0, 60 })
	if _, err := b.Exchange(t.Context(), old); !errors.Is(err, identity.ErrLost) {
		t.Fatalf("got %v", err)
	}
	b.phone = newP256(t) // a stranger learns nothing about it
	if _, err := b.Exchange(t.Context(), b.assertion(t, nil)); !errors.Is(err, identity.ErrAssertion) {
		t.Fatalf("got %v", err)
	}
}

func TestAuthenticate_reads_the_store_once_until_revoked(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	start := b.store.reads
	for range 3 {
		if _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.store.reads - start; n != 1 {
		t.Fatalf("%d reads for three requests", n)
	}
	b.change(func(d *identity.DeviceRecord) { d.State = "lost" })
	if _, err := b.Authenticate(t.Context(), token); err != nil {
		t.Fatalf("before anybody said so: %v", err)
	}
	b.Revoke(stranger) // somebody else
	if _, err := b.Authenticate(t.Context(), token); err != nil {
		t.Fatalf("another's revocation reached us: %v", err)
	}
	b.Revoke(b.dev.ID)
	if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, identity.ErrLost) {
		t.Fatalf("after: %v", err)
	}
}

func TestAuthenticate_sees_a_change_of_teams_after_revoking_the_person(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	if _, err := b.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	b.changeNurse(func(s *identity.StaffRecord) { s.Teams = []string{south}; s.Role = care.Matron })
	b.Revoke(nurse)
	session, err := b.Authenticate(t.Context(), token)
	if err != nil || session.Teams[0] != south || session.Role != care.Matron {
		t.Fatalf("%+v, %v", session, err)
	}
}

func TestAuthenticate_keeps_nothing_it_read_before_a_revocation(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	b.store.beforeReturn = func() { // revoked while the first request is under way
		b.store.devices[b.dev.ID] = func(d identity.DeviceRecord) identity.DeviceRecord { d.State = "revoked"; return d }(b.dev)
		b.Revoke(b.dev.ID)
	}
	if _, err := b.Authenticate(t.Context(), token); err != nil {
		t.Fatalf("the one that was under way: %v", err)
	}
	if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, identity.ErrRevoked) {
		t.Fatalf("the next: %v", err)
	}
}

func TestAuthenticate_refuses(t *testing.T) {
	b, elsewhere := newBench(t), newBench(t)
	token := b.token(t)
	parts := strings.Split(token, ".")
	head := func(h string) string { return b64([]byte(h)) + "." + parts[1] + "." }
	resigned := func(kid any) string {
		return signed(t, newEd25519(t), b.claims(nil), map[string]any{"kid": kid, "typ": "at+jwt"})
	}
	var header map[string]any
	raw, err := jwt.NewParser().DecodeSegment(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	if header["alg"] != "EdDSA" || header["typ"] != "at+jwt" || !strings.Contains(string(b.Keys()), header["kid"].(string)) {
		t.Fatalf("header %v", header)
	}
	for name, text := range map[string]string{
		"nothing":                     "",
		"not a token":                 "Bearer",
		"alg none":                    head(`{"alg":"none","typ":"at+jwt"}`),
		"HS256":                       head(`{"alg":"HS256","typ":"at+jwt"}`) + parts[2],
		"signed by another server":    elsewhere.token(t),
		"signed by anybody":           resigned(header["kid"]),
		"signed by an unknown key":    resigned("../../etc/passwd"),
		"an assertion":                b.assertion(t, nil),
		"claims changed":              parts[0] + "." + b64([]byte(`{"sub":"`+lead+`"}`)) + "." + parts[2],
		"signature of another token":  parts[0] + "." + parts[1] + "." + strings.Split(elsewhere.token(t), ".")[2],
		"something after":             token + ".x",
		"something very long":         strings.Repeat("x", 1<<20),
		"padding after the signature": token + "==",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := b.Authenticate(t.Context(), text); !errors.Is(err, identity.ErrTokenInvalid) {
				t.Fatalf("got %v", err)
			}
		})
	}
	t.Run("of a device that went to somebody else", func(t *testing.T) {
		b.change(func(d *identity.DeviceRecord) { d.Staff = lead })
		if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, identity.ErrTokenInvalid) {
			t.Fatalf("got %v", err)
		}
	})
}

// X12: whoever got hold of the signing key makes no token that outlives ours.
func TestAuthenticate_ATokenThatLivesLongerThanTheSettingIsNone(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	if _, err := b.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	b.now = noon.Add(-identity.Leeway - time.Second) // by which it has a second more to live than any may have
	b.Revoke(nurse)
	if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, identity.ErrTokenInvalid) {
		t.Errorf("got %v", err)
	}
}

// K7: what a clock that was ahead has given out is renewed when the clock is right, and not kept until the time
// that was written on it. A clock put right by a second sends nobody away.
func TestAuthenticate_ATokenOfAClockThatWasAheadIsRenewed(t *testing.T) {
	for _, c := range []struct {
		name  string
		ahead time.Duration
		want  error
	}{
		{"a second", time.Second, nil},
		{"ten seconds", identity.Leeway, nil},
		{"a minute", time.Minute, identity.ErrTokenInvalid},
		{"an hour", time.Hour, identity.ErrTokenInvalid},
		{"a year", 365 * 24 * time.Hour, identity.ErrTokenInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, memory := range []bool{true, false} {
				b := newBench(t)
				b.now = noon.Add(c.ahead)
				token := b.token(t)
				if memory {
					if _, err := b.Authenticate(t.Context(), token); err != nil {
						t.Fatal(err)
					}
				}
				b.now = noon
				for range 2 {
					if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, c.want) {
						t.Errorf("known before: %t: got %v, want %v", memory, err, c.want)
					}
				}
				if _, err := b.Authenticate(t.Context(), b.token(t)); err != nil {
					t.Errorf("the new token: %v", err)
				}
				b.now = noon.Add(c.ahead) // when that time has come it is a token like any other
				if _, err := b.Authenticate(t.Context(), token); err != nil {
					t.Errorf("at its own time: %v", err)
				}
			}
		})
	}
}

func TestAuthenticate_ends_with_the_token_also_from_memory(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	for _, at := range []time.Duration{0, 15*time.Minute - time.Second} {
		b.now = noon.Add(at)
		if _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Fatalf("after %s: %v", at, err)
		}
	}
	b.now = noon.Add(15 * time.Minute)
	for range 2 { // from memory, then from its signature
		if _, err := b.Authenticate(t.Context(), token); !errors.Is(err, identity.ErrTokenExpired) {
			t.Fatalf("got %v", err)
		}
	}
}

func BenchmarkAuthenticate(t *testing.B) {
	b := newBench(t)
	token := b.token(t)
	for t.Loop() {
		if _, err := b.Authenticate(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
}
