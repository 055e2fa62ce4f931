package identity

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"doorstep/internal/keyfile"
)

// SealingKeyFile is the name of the file of the keys that phones seal to, in the data directory, where no other file was named.
const SealingKeyFile = "sealing.key"

// SealingSuite names what phones seal with: HPKE (RFC 9180) in base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and
// AES-256-GCM, by the numbers of their registry.
const SealingSuite = "0010-0001-0002"

var (
	// ErrSealedFor: sealed to a key that this server does not have.
	ErrSealedFor = errors.New("sealed to another key")
	// ErrSealed: not what was sealed to this key under these terms.
	ErrSealed = errors.New("cannot be opened")
)

// SealingKeys open what phones sealed to this server. The newest key is told to phones; the older ones open what was
// sealed before it was made.
type SealingKeys struct {
	id     string
	public []byte
	keys   map[string]hpke.PrivateKey
}

// LoadSealingKeys reads the keys from a file, the newest first, or makes the first one there with mode 0600. A file that
// others could read is closed to them. It fails when the file holds anything but P-256 keys in PEM (PKCS#8).
func LoadSealingKeys(path string) (*SealingKeys, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = addSealingKey(path, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("read the keys that phones seal to: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, fmt.Errorf("close the keys that phones seal to to others: %w", err)
	}
	return readSealingKeys(path, text)
}

// ReadSealingKeys reads the keys from a file, and leaves the file as it is.
func ReadSealingKeys(path string) (*SealingKeys, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the keys that phones seal to: %w", err)
	}
	return readSealingKeys(path, text)
}

// NewSealingKey puts a new key in front of those of a file. The old ones stay: phones may hold changes that are sealed
// to them. A server takes it up at its next start. It returns the id of the new key.
func NewSealingKey(path string) (string, error) {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the keys that phones seal to: %w", err)
	}
	if len(old) > 0 {
		if _, err := readSealingKeys(path, old); err != nil {
			return "", err
		}
	}
	text, err := addSealingKey(path, old)
	if err != nil {
		return "", fmt.Errorf("write the keys that phones seal to: %w", err)
	}
	keys, err := readSealingKeys(path, text)
	if err != nil {
		return "", err
	}
	return keys.id, nil
}

func addSealingKey(path string, old []byte) ([]byte, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), old...)
	return text, keyfile.Put(path, text)
}

func readSealingKeys(path string, text []byte) (*SealingKeys, error) {
	s := &SealingKeys{keys: map[string]hpke.PrivateKey{}}
	for rest := bytes.TrimSpace(text); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != pemType {
			return nil, fmt.Errorf("%s: not PEM blocks of type %s alone", path, pemType)
		}
		rest = after
		private, err := sealingKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		public := private.PublicKey().Bytes()
		id := sealingKeyID(public)
		if s.id == "" {
			s.id, s.public = id, public
		}
		s.keys[id] = private
	}
	if s.id == "" {
		return nil, fmt.Errorf("%s: holds no key", path)
	}
	return s, nil
}

// sealingKey reads a P-256 key. x509 gives it as one for signatures.
func sealingKey(der []byte) (hpke.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	signs, ok := parsed.(interface {
		ECDH() (*ecdh.PrivateKey, error)
	})
	if !ok {
		return nil, errors.New("not a P-256 key")
	}
	agrees, err := signs.ECDH()
	if err != nil || agrees.Curve() != ecdh.P256() {
		return nil, errors.New("not a P-256 key")
	}
	return hpke.NewDHKEMPrivateKey(agrees)
}

// sealingKeyID names a key by 12 bytes of the hash of its public half.
func sealingKeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// ID names the newest key.
func (s *SealingKeys) ID() string { return s.id }

// Public is the public half of the newest key, as RFC 9180 serialises it: an uncompressed point of 65 bytes. Do not
// change the bytes.
func (s *SealingKeys) Public() []byte { return s.public }

// Open opens the encapsulated key and the ciphertext after it, sealed to the key of that id under these terms. Errors:
// ErrSealedFor, ErrSealed.
func (s *SealingKeys) Open(id, terms string, sealed []byte) ([]byte, error) {
	key, ok := s.keys[id]
	if !ok {
		return nil, fmt.Errorf("%w: %.40q", ErrSealedFor, id)
	}
	plain, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(terms), sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	return plain, nil
}
