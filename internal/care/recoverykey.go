package care

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// RecoveryKey is an organisation's public recovery key as it is stored and travels: an EC P-256
// key as a JSON Web Key (RFC 7517), coordinates in base64url without padding.
type RecoveryKey struct {
	Kty string `json:"kty"` // "EC"
	Crv string `json:"crv"` // "P-256"
	X   string `json:"x"`
	Y   string `json:"y"`
}

// ErrRecoveryKey is what is wrong with a key that is none, or that must not be stored.
var ErrRecoveryKey = errors.New("not a public key of the kind EC P-256")

// ParseRecoveryKey reads a public recovery key. It refuses one that carries its private half: what
// is stored with an organisation goes to every phone.
func ParseRecoveryKey(jwk []byte) (*ecdh.PublicKey, error) {
	var k struct {
		RecoveryKey
		D any `json:"d"`
	}
	if err := json.Unmarshal(jwk, &k); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecoveryKey, err)
	}
	if k.D != nil {
		return nil, fmt.Errorf("%w: it holds the private half", ErrRecoveryKey)
	}
	return k.Point()
}

// Point is the key itself; an error where the coordinates are not on the curve.
func (k RecoveryKey) Point() (*ecdh.PublicKey, error) {
	if k.Kty != "EC" || k.Crv != "P-256" {
		return nil, ErrRecoveryKey
	}
	point := []byte{4} // uncompressed
	for _, coordinate := range []string{k.X, k.Y} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(coordinate)
		if err != nil || len(b) != 32 {
			return nil, fmt.Errorf("%w: coordinates are 32 bytes in base64url", ErrRecoveryKey)
		}
		point = append(point, b...)
	}
	key, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecoveryKey, err)
	}
	return key, nil
}

// RecoveryKeyOf writes a public key as a JSON Web Key; an error for one of another curve.
func RecoveryKeyOf(key *ecdh.PublicKey) (RecoveryKey, error) {
	if key.Curve() != ecdh.P256() {
		return RecoveryKey{}, ErrRecoveryKey
	}
	point := key.Bytes()
	b64 := base64.RawURLEncoding.EncodeToString
	return RecoveryKey{Kty: "EC", Crv: "P-256", X: b64(point[1:33]), Y: b64(point[33:])}, nil
}
