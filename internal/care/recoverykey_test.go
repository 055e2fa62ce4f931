package care

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestARecoveryKeyIsAPublicKeyOnTheCurve(t *testing.T) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := RecoveryKeyOf(private.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := RecoveryKeyOf(other.PublicKey()); !errors.Is(err, ErrRecoveryKey) {
		t.Errorf("a key of another curve: %v", err)
	}
	jwk, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseRecoveryKey(jwk)
	if err != nil || !got.Equal(private.PublicKey()) {
		t.Fatalf("read back: %v", err)
	}
	turned := key
	turned.X, turned.Y = key.Y, key.X // 1 in 2^256 that this is a point as well
	wrong, err := json.Marshal(turned)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"no JSON":             `{"kty":`,
		"another kind":        strings.Replace(string(jwk), `"EC"`, `"OKP"`, 1),
		"another curve":       strings.Replace(string(jwk), `"P-256"`, `"P-384"`, 1),
		"short":               `{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}`,
		"no base64":           `{"kty":"EC","crv":"P-256","x":"!","y":"!"}`,
		"not on the curve":    string(wrong),
		"with a private half": strings.Replace(string(jwk), `{`, `{"d":"c2VjcmV0",`, 1),
	} {
		if _, err := ParseRecoveryKey([]byte(bad)); !errors.Is(err, ErrRecoveryKey) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	f, _ := organisations.Field("recovery_key")
	decoded := map[string]any{"kty": key.Kty, "crv": key.Crv, "x": key.X, "y": key.Y}
	if v, p := f.Check(decoded); p != nil || v == nil {
		t.Errorf("the field refuses it: %v", p)
	}
	decoded["d"] = "c2VjcmV0"
	if _, p := f.Check(decoded); p == nil || p.Code != "invalid_key" {
		t.Errorf("the field takes a private half: %v", p)
	}
}
