package identity_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"doorstep/internal/identity"
)

func TestLoadKeyring_makes_a_key_once_and_keeps_it_closed(t *testing.T) {
	dir := t.TempDir()
	first, err := identity.LoadKeyring(filepath.Join(dir, identity.KeyFile), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, identity.KeyFile)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := identity.LoadKeyring(filepath.Join(dir, identity.KeyFile), rand.Reader)
	if err != nil || second.ID() != first.ID() {
		t.Fatalf("%v, %v", second, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Fatalf("left behind: %v, %v", entries, err)
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(first.JWKS(), &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("%s: %v", first.JWKS(), err)
	}
	if k, err := identity.ParseJWK(set.Keys[0]); err != nil || k.Thumbprint() != first.ID() {
		t.Fatalf("the published key does not read back: %v", err)
	}
}

func TestLoadKeyring_refuses_what_is_no_key(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut short": "-----BEGIN PRIVATE KEY-----\nMC4", "not a key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, identity.KeyFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.LoadKeyring(filepath.Join(dir, identity.KeyFile), rand.Reader); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := identity.LoadKeyring(filepath.Join(t.TempDir(), identity.KeyFile), dry{}); !errors.Is(err, errDry) {
		t.Errorf("no entropy: %v", err)
	}
}

type dry struct{}

var errDry = errors.New("no entropy")

func (dry) Read([]byte) (int, error) { return 0, errDry }
