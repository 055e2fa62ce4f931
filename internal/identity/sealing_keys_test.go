package identity_test

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/identity"
)

// sealTo seals as a phone does, by the public half that hello tells.
func sealTo(t *testing.T, k *identity.SealingKeys, terms, plain string) []byte {
	t.Helper()
	to, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(terms), []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestLoadSealingKeys_makes_a_key_once_keeps_it_closed_and_keeps_the_old_ones(t *testing.T) {
	path := filepath.Join(t.TempDir(), identity.SealingKeyFile)
	first, err := identity.LoadSealingKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	before := sealTo(t, first, "terms", "before")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if again, err := identity.LoadSealingKeys(path); err != nil || again.ID() != first.ID() {
		t.Fatalf("%v, %v", again, err)
	}
	id, err := identity.NewSealingKey(path)
	if err != nil || id == first.ID() {
		t.Fatalf("%s, %v", id, err)
	}
	second, err := identity.LoadSealingKeys(path)
	if err != nil || second.ID() != id {
		t.Fatalf("%v, %v", second, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if plain, err := second.Open(first.ID(), "terms", before); err != nil || string(plain) != "before" {
		t.Errorf("what was sealed to the old key: %q, %v", plain, err)
	}
	if plain, err := second.Open(id, "terms", sealTo(t, second, "terms", "after")); err != nil || string(plain) != "after" {
		t.Errorf("what was sealed to the new key: %q, %v", plain, err)
	}
	for name, c := range map[string]struct {
		id, terms string
		sealed    []byte
		want      error
	}{
		"a key that is not ours": {"AAAAAAAAAAAAAAAA", "terms", before, identity.ErrSealedFor},
		"the other key":          {id, "terms", before, identity.ErrSealed},
		"other terms":            {first.ID(), "other terms", before, identity.ErrSealed},
		"cut short":              {first.ID(), "terms", before[:64], identity.ErrSealed},
		"nothing":                {first.ID(), "terms", nil, identity.ErrSealed},
		"a byte turned":          {first.ID(), "terms", append([]byte(nil), append(before[:len(before)-1:len(before)-1], before[len(before)-1]^1)...), identity.ErrSealed},
	} {
		if plain, err := second.Open(c.id, c.terms, c.sealed); !errors.Is(err, c.want) || plain != nil {
			t.Errorf("%s: %q, %v", name, plain, err)
		}
	}
}

func TestLoadSealingKeys_refuses_what_is_no_key_and_leaves_it(t *testing.T) {
	signing := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"
	for name, text := range map[string]string{"empty": "", "cut short": "-----BEGIN PRIVATE KEY-----\nMC4", "not a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a key to sign with": signing, "words": "no key"} {
		path := filepath.Join(t.TempDir(), identity.SealingKeyFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.LoadSealingKeys(path); err == nil {
			t.Errorf("%s: taken", name)
		}
		if text == "" {
			continue // a new key may be put there
		}
		if _, err := identity.NewSealingKey(path); err == nil {
			t.Errorf("%s: a new key was put before it", name)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != text {
			t.Errorf("%s: changed: %v", name, err)
		}
	}
}

// What the field app sealed (e2e/unit/hpke.test.mjs holds it to the same file) opens here.
func TestSealingKeys_openWhatAPhoneSealed(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "sealed-by-a-phone.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct{ PEM, KID, Terms, Plain, Sealed string }
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), identity.SealingKeyFile)
	if err := os.WriteFile(path, []byte(c.PEM), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := identity.LoadSealingKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := keys.Open(c.KID, c.Terms, sealed)
	if err != nil || string(plain) != c.Plain || !strings.Contains(c.Plain, "ŵ") {
		t.Errorf("%q, %v", plain, err)
	}
}

// U3: a locked phone signs in with the key it has for that, and with no other; neither is taken in place of the other.
func TestExchangeLocked_takesTheLockedKeyAlone(t *testing.T) {
	b := newBench(t)
	locked := newEd25519(t)
	if _, err := b.ExchangeLocked(t.Context(), b.assertion(t, nil)); !errors.Is(err, identity.ErrAssertion) {
		t.Fatalf("a phone that has none: %v", err)
	}
	for name, key := range map[string][]byte{"its own": b.phone.jwk, "no key": []byte(`{"kty":"RSA"}`)} {
		if err := b.KeepLockedKey(t.Context(), b.dev.ID, key); !errors.Is(err, identity.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.KeepLockedKey(t.Context(), b.dev.ID, locked.jwk); err != nil {
		t.Fatal(err)
	}
	grant, err := b.ExchangeLocked(t.Context(), signed(t, locked, b.claims(nil), nil))
	if err != nil || grant.Scope != identity.ScopeLocked {
		t.Fatalf("%+v, %v", grant, err)
	}
	for range 2 { // verified, and from memory
		if s, err := b.Authenticate(t.Context(), grant.Token); err != nil || !s.Locked || s.Device != b.dev.ID {
			t.Errorf("%+v, %v", s, err)
		}
	}
	if _, err := b.Exchange(t.Context(), signed(t, locked, b.claims(nil), nil)); !errors.Is(err, identity.ErrAssertion) {
		t.Errorf("the locked key for everything: %v", err)
	}
	if _, err := b.ExchangeLocked(t.Context(), b.assertion(t, nil)); !errors.Is(err, identity.ErrAssertion) {
		t.Errorf("the device's own key while locked: %v", err)
	}
	open, err := b.Exchange(t.Context(), b.assertion(t, nil))
	if s, failed := b.Authenticate(t.Context(), open.Token); err != nil || failed != nil || s.Locked {
		t.Errorf("%+v, %v, %v", s, err, failed)
	}
	b.change(func(d *identity.DeviceRecord) { d.State = "lost" })
	if _, err := b.ExchangeLocked(t.Context(), signed(t, locked, b.claims(nil), nil)); !errors.Is(err, identity.ErrLost) {
		t.Errorf("a lost phone: %v", err)
	}
}
