package phone

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// KeyType is the kind of key the device proves itself with. A real phone keeps it in its
// secure hardware, where P-256 is what most of them have.
type KeyType int

// The key types.
const (
	Ed25519 KeyType = iota
	P256
)

// assertionLife is how long an assertion is valid; the server refuses more than 60 seconds.
const assertionLife = 45 * time.Second

// newKey makes a device key and returns it as PKCS #8.
func newKey(kind KeyType, entropy io.Reader) ([]byte, error) {
	var private any
	switch kind {
	case P256:
		k, err := ecdsa.GenerateKey(elliptic.P256(), entropy)
		if err != nil {
			return nil, fmt.Errorf("make device key: %w", err)
		}
		private = k
	case Ed25519:
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(entropy, seed); err != nil {
			return nil, fmt.Errorf("make device key: %w", err)
		}
		private = ed25519.NewKeyFromSeed(seed)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encode device key: %w", err)
	}
	return der, nil
}

// publicJWK is the public half of a device key as a JSON Web Key.
func publicJWK(der []byte) (json.RawMessage, error) {
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read device key: %w", err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	switch k := private.(type) {
	case ed25519.PrivateKey:
		return json.Marshal(map[string]string{"kty": "OKP", "crv": "Ed25519", "x": b64(k.Public().(ed25519.PublicKey))})
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes() // 4, then both coordinates
		if err != nil {
			return nil, fmt.Errorf("read device key: %w", err)
		}
		return json.Marshal(map[string]string{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:])})
	}
	return nil, fmt.Errorf("read device key: %T is not a device key", private)
}

// signing is a stored key, and how it signs.
func signing(der []byte) (jwt.SigningMethod, crypto.Signer, error) {
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, nil, fmt.Errorf("read device key: %w", err)
	}
	switch k := private.(type) {
	case *ecdsa.PrivateKey:
		return jwt.SigningMethodES256, k, nil
	case ed25519.PrivateKey:
		return jwt.SigningMethodEdDSA, k, nil
	}
	return nil, nil, fmt.Errorf("read device key: %T is not a device key", private)
}

// sign signs a message with a stored key: ECDSA as 64 bytes r‖s, or Ed25519.
func sign(der []byte, message string) ([]byte, error) {
	method, private, err := signing(der)
	if err != nil {
		return nil, err
	}
	return method.Sign(message, private)
}

// assertion signs, with a key of a device, the short statement that gets an access token (RFC 7523). now is the
// corrected time; jti must never have been used before.
func assertion(der []byte, device, audience string, now time.Time, jti string) (string, error) {
	method, private, err := signing(der)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(method, jwt.RegisteredClaims{
		Issuer:    device,
		Subject:   device,
		Audience:  jwt.ClaimStrings{audience},
		ID:        jti,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(assertionLife)),
	})
	signed, err := token.SignedString(private)
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return signed, nil
}
