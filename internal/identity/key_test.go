package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/identity"
)

// key is what a phone keeps.
type key struct {
	private crypto.Signer
	method  jwt.SigningMethod
	jwk     []byte
}

var b64 = base64.RawURLEncoding.EncodeToString

func newP256(t testing.TB) *key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return &key{private, jwt.SigningMethodES256, object(t, map[string]any{
		"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})}
}

func newEd25519(t testing.TB) *key {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key{private, jwt.SigningMethodEdDSA, object(t, map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(public)})}
}

func object(t testing.TB, m map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// with returns the members of a JWK with some changed; nil removes one.
func with(t *testing.T, jwk []byte, changes map[string]any) []byte {
	t.Helper()
	m := map[string]any{}
	if err := json.Unmarshal(jwk, &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range changes {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	return object(t, m)
}

// The example keys of RFC 7517 appendix A.1 and RFC 8037 appendix A.2, with the thumbprint
// that RFC 8037 appendix A.3 gives for the second.
const (
	rfc7517           = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}`
	rfc8037           = `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	rfc8037Thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
)

func TestParseJWK_takes_the_published_examples(t *testing.T) {
	k, err := identity.ParseJWK([]byte(rfc8037))
	if err != nil || k.Alg != identity.EdDSA || k.Thumbprint() != rfc8037Thumbprint {
		t.Fatalf("RFC 8037: %v, %+v", err, k)
	}
	k, err = identity.ParseJWK([]byte(strings.Replace(rfc7517, "enc", "sig", 1)))
	if err != nil || k.Alg != identity.ES256 {
		t.Fatalf("RFC 7517: %v, %+v", err, k)
	}
	again, err := identity.ParseJWK([]byte(k.JWK()))
	if err != nil || again.JWK() != k.JWK() {
		t.Fatalf("the text form does not read back: %v", err)
	}
}

func TestParseJWK_refuses(t *testing.T) {
	ec, ed := newP256(t).jwk, newEd25519(t).jwk
	zero := b64(make([]byte, 32))
	cases := map[string][]byte{
		"nothing":                  nil,
		"not JSON":                 []byte("-----BEGIN PUBLIC KEY-----"),
		"a list":                   []byte("[]"),
		"null":                     []byte("null"),
		"a key for encryption":     []byte(rfc7517),
		"a private EC key":         with(t, ec, map[string]any{"d": zero}),
		"a private Ed25519 key":    with(t, ed, map[string]any{"d": zero}),
		"a symmetric key":          object(t, map[string]any{"kty": "oct", "k": zero}),
		"a symmetric member":       with(t, ed, map[string]any{"k": zero}),
		"RSA":                      object(t, map[string]any{"kty": "RSA", "n": zero, "e": "AQAB"}),
		"P-384":                    with(t, ec, map[string]any{"crv": "P-384"}),
		"secp256k1":                with(t, ec, map[string]any{"crv": "secp256k1"}),
		"X25519":                   with(t, ed, map[string]any{"crv": "X25519"}),
		"Ed448":                    with(t, ed, map[string]any{"crv": "Ed448"}),
		"EC on Ed25519":            with(t, ed, map[string]any{"kty": "EC"}),
		"a point off the curve":    with(t, ec, map[string]any{"x": zero}),
		"the point at infinity":    with(t, ec, map[string]any{"x": zero, "y": zero}),
		"no y":                     with(t, ec, map[string]any{"y": nil}),
		"an Ed25519 key with y":    with(t, ed, map[string]any{"y": zero}),
		"a short x":                with(t, ed, map[string]any{"x": b64(make([]byte, 31))}),
		"a padded x":               with(t, ed, map[string]any{"x": zero + "="}),
		"line ends in x":           with(t, ed, map[string]any{"x": zero[:20] + "\n" + zero[20:]}),
		"loose last bits in x":     with(t, ed, map[string]any{"x": zero[:42] + "B"}),
		"x as a number":            with(t, ed, map[string]any{"x": 7}),
		"alg none":                 with(t, ed, map[string]any{"alg": "none"}),
		"alg of another kind":      with(t, ec, map[string]any{"alg": "EdDSA"}),
		"HS256":                    with(t, ec, map[string]any{"alg": "HS256"}),
		"key_ops for signing":      with(t, ec, map[string]any{"key_ops": []string{"sign"}}),
		"kty twice":                []byte(strings.Replace(string(ec), "{", `{"kty":"EC",`, 1)),
		"members in other case":    []byte(strings.Replace(string(ed), `"x"`, `"X"`, 1)),
		"something after the key":  append([]byte(string(ed)), '{', '}'),
		"something very long":      with(t, ed, map[string]any{"kid": strings.Repeat("k", 4000)}),
		"bytes that are not UTF-8": append(append([]byte(`{"kid":"`), 0xff), `","kty":"OKP"}`...),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if k, err := identity.ParseJWK(text); !errors.Is(err, identity.ErrKey) {
				t.Fatalf("got %v, %v", k, err)
			}
		})
	}
}

func FuzzParseJWK(f *testing.F) {
	f.Add([]byte(rfc7517))
	f.Add([]byte(rfc8037))
	f.Add([]byte(`{"kty":"EC","crv":"P-256","x":"","y":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := identity.ParseJWK(text)
		if err != nil {
			if !errors.Is(err, identity.ErrKey) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		again, err := identity.ParseJWK([]byte(k.JWK()))
		if err != nil || again.JWK() != k.JWK() || again.Thumbprint() != k.Thumbprint() {
			t.Fatalf("%q does not read back: %v", k.JWK(), err)
		}
	})
}
