package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
)

// The signature algorithms of device keys, one for each kind of key (RFC 7518, RFC 8037).
const (
	ES256 = "ES256" // ECDSA on P-256 with SHA-256
	EdDSA = "EdDSA" // Ed25519
)

const (
	coordinateBytes = 32 // of P-256 and of Ed25519
	maxJWKBytes     = 2048
)

// PublicKey is a device's public key, checked.
type PublicKey struct {
	// Alg is the one algorithm its signatures may name: ES256 or EdDSA.
	Alg string
	key crypto.PublicKey
	jwk string
}

// JWK returns the one text form of the key: the required members in the order of RFC 7638,
// without spaces. Two texts are equal exactly when the keys are.
func (k *PublicKey) JWK() string { return k.jwk }

// Thumbprint is the key's name after RFC 7638: SHA-256 of JWK in base64url.
func (k *PublicKey) Thumbprint() string {
	sum := sha256.Sum256([]byte(k.jwk))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// jwk holds the members we read. The private ones are named only to be refused.
type jwk struct {
	Kty    string   `json:"kty"`
	Crv    string   `json:"crv"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
	Alg    string   `json:"alg"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops"`

	D   any `json:"d"`
	K   any `json:"k"`
	P   any `json:"p"`
	Q   any `json:"q"`
	DP  any `json:"dp"`
	DQ  any `json:"dq"`
	QI  any `json:"qi"`
	Oth any `json:"oth"`
}

func (j *jwk) private() bool {
	for _, member := range []any{j.D, j.K, j.P, j.Q, j.DP, j.DQ, j.QI, j.Oth} {
		if member != nil {
			return true
		}
	}
	return false
}

// ParseJWK reads a public key in the form of RFC 7517: EC on P-256, or OKP with Ed25519.
// Other kinds and curves, private or symmetric keys, points off the curve, doubled members
// and keys meant for something else than signing are ErrKey.
func ParseJWK(text []byte) (*PublicKey, error) {
	if len(text) > maxJWKBytes {
		return nil, keyError("it is too long")
	}
	var j jwk
	// Names are matched exactly and a member given twice fails: both are the decoder's defaults.
	if err := json.Unmarshal(text, &j); err != nil {
		return nil, keyError("it is not a JSON Web Key")
	}
	if j.private() {
		return nil, keyError("it holds private members; send the public key only")
	}
	var key *PublicKey
	var err error
	switch {
	case j.Kty == "EC" && j.Crv == "P-256":
		key, err = j.p256()
	case j.Kty == "OKP" && j.Crv == "Ed25519":
		key, err = j.ed25519()
	default:
		return nil, keyError("it must be EC on P-256 or OKP with Ed25519")
	}
	if err != nil {
		return nil, err
	}
	if j.Alg != "" && j.Alg != key.Alg && (j.Alg != "Ed25519" || key.Alg != EdDSA) {
		return nil, keyError("alg does not belong to this kind of key")
	}
	if j.Use != "" && j.Use != "sig" {
		return nil, keyError("use must be sig")
	}
	if len(j.KeyOps) > 0 && (len(j.KeyOps) > 1 || j.KeyOps[0] != "verify") {
		return nil, keyError("key_ops must be verify")
	}
	return key, nil
}

func (j *jwk) p256() (*PublicKey, error) {
	x, err := coordinate(j.X)
	if err != nil {
		return nil, err
	}
	y, err := coordinate(j.Y)
	if err != nil {
		return nil, err
	}
	point := append(append([]byte{4}, x...), y...) // 4: both coordinates follow (SEC 1)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, keyError("the point is not on the curve")
	}
	text := `{"crv":"P-256","kty":"EC","x":"` + j.X + `","y":"` + j.Y + `"}`
	return &PublicKey{Alg: ES256, key: key, jwk: text}, nil
}

func (j *jwk) ed25519() (*PublicKey, error) {
	x, err := coordinate(j.X)
	if err != nil {
		return nil, err
	}
	if j.Y != "" {
		return nil, keyError("an Ed25519 key has no y")
	}
	text := `{"crv":"Ed25519","kty":"OKP","x":"` + j.X + `"}`
	return &PublicKey{Alg: EdDSA, key: ed25519.PublicKey(x), jwk: text}, nil
}

// coordinate decodes strictly, so that one key has one text.
func coordinate(text string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != coordinateBytes || strings.ContainsAny(text, "\r\n") {
		return nil, keyError("a coordinate must be 32 bytes in base64url without padding")
	}
	return b, nil
}

func keyError(why string) error { return fmt.Errorf("%w: %s", ErrKey, why) }

// randomText returns n random bytes in base64url.
func randomText(random io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", errors.Join(errors.New("read random bytes"), err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
