package identity

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"doorstep/internal/keyfile"
)

// KeyFile is the name of the signing key in the data directory, where no other file was named.
const KeyFile = "signing.key"

const pemType = "PRIVATE KEY" // PKCS#8

// Keyring holds the key that signs access tokens. Anybody who has the public half, as
// published by [Keyring.JWKS], can verify them; so can another cell.
type Keyring struct {
	private ed25519.PrivateKey
	id      string
	jwks    []byte
}

// LoadKeyring reads the signing key from a file, or makes one there with mode 0600. A key file
// others could read is closed to them. It fails when the file is not an Ed25519 key in PEM
// (PKCS#8): delete it to have a new one made; phones then simply fetch new access tokens.
func LoadKeyring(path string, random io.Reader) (*Keyring, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(path, random)
	}
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("close signing key to others: %w", err)
	}
	return parseKeyring(path, text)
}

// ReadKeyring reads the signing key from a file, and leaves the file as it is.
func ReadKeyring(path string) (*Keyring, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	return parseKeyring(path, text)
}

func parseKeyring(path string, text []byte) (*Keyring, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType || len(rest) > 0 {
		return nil, fmt.Errorf("signing key %s: not one PEM block of type %s", path, pemType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing key %s: not an Ed25519 key", path)
	}
	return newKeyring(private)
}

func createKey(path string, random io.Reader) (*Keyring, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})
	if err := keyfile.Put(path, text); err != nil {
		return nil, fmt.Errorf("write signing key: %w", err)
	}
	return newKeyring(private)
}

func newKeyring(private ed25519.PrivateKey) (*Keyring, error) {
	x := base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	public, err := ParseJWK([]byte(`{"kty":"OKP","crv":"Ed25519","x":"` + x + `"}`))
	if err != nil {
		return nil, err
	}
	id := public.Thumbprint()
	jwks, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kty": "OKP", "crv": "Ed25519", "x": x, "alg": EdDSA, "use": "sig", "kid": id,
	}}})
	if err != nil {
		return nil, err
	}
	return &Keyring{private: private, id: id, jwks: jwks}, nil
}

// ID names the key in the header of every token it signs: its RFC 7638 thumbprint.
func (k *Keyring) ID() string { return k.id }

// JWKS is the public half as a JSON Web Key Set (RFC 7517). Do not change the bytes.
func (k *Keyring) JWKS() []byte { return k.jwks }
