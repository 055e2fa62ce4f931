package identity

import (
	"crypto/hkdf"
	"crypto/sha256"
)

// Secret derives a key for one purpose from the signing key, so that there is one file to keep:
// the same file gives the same secret. 32 bytes.
func (k *Keyring) Secret(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k.private.Seed(), nil, "doorstep "+purpose, 32)
	if err != nil {
		panic("identity: derive a secret: " + err.Error()) //nolint:forbidigo // only for lengths no hash can give
	}
	return key
}
