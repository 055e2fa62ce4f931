package recovery

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"

	"doorstep/internal/care"
	"doorstep/internal/keyfile"
)

const pemType = "PRIVATE KEY"

// NewKey makes a key pair.
func NewKey() (*ecdh.PrivateKey, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make recovery key: %w", err)
	}
	return key, nil
}

// Public is the public key, which is stored with the organisation.
func Public(key *ecdh.PrivateKey) (json.RawMessage, error) {
	k, err := care.RecoveryKeyOf(key.PublicKey())
	if err != nil {
		return nil, err
	}
	return json.Marshal(k)
}

// Thumbprint is the name of a public key after RFC 7638, as it stands in an export.
func Thumbprint(key *ecdh.PublicKey) (string, error) {
	k, err := care.RecoveryKeyOf(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + k.X + `","y":"` + k.Y + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// WriteKey writes the private half as PKCS #8 in PEM, readable by its owner alone. It never writes
// over a file.
func WriteKey(path string, key *ecdh.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode recovery key: %w", err)
	}
	if err := keyfile.New(path, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("write recovery key: %w", err)
	}
	return nil
}

// ReadKey reads what WriteKey wrote; ErrNotAKey where it is something else.
func ReadKey(path string) (*ecdh.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read recovery key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, fmt.Errorf("read %s: %w", path, ErrNotAKey)
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, ErrNotAKey)
	}
	key, ok := private.(*ecdsa.PrivateKey) // a PKCS #8 file does not say what an EC key is for
	if !ok || key.Curve.Params().Name != "P-256" {
		return nil, fmt.Errorf("read %s: %w", path, ErrNotAKey)
	}
	return key.ECDH()
}
