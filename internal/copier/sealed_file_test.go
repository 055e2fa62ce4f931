package copier_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"doorstep/internal/copier"
)

// What is sealed is opened by the private half alone, whole or not at all.
func TestASealedFileIsOpenedByItsKeyAloneAndWhole(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	text := bytes.Repeat([]byte("Testpatient "), 20000)
	if err := os.WriteFile(at("plain"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ours.key", "other.key"} {
		if _, err := copier.NewKey(at(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := copier.Seal(t.Context(), at("plain"), at("sealed"), at("ours.key.pub")); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(at("sealed"))
	if err != nil || bytes.Contains(sealed, []byte("Testpatient")) {
		t.Errorf("it can be read: %v", err)
	}
	for path, want := range map[string]bool{at("sealed"): true, at("plain"): false, at("ours.key"): false} {
		if got, err := copier.Sealed(path); err != nil || got != want {
			t.Errorf("%s is sealed: %t, %v", path, got, err)
		}
	}
	ours, bad1 := copier.Identities(at("ours.key"))
	other, bad2 := copier.Identities(at("other.key"))
	if err := errors.Join(bad1, bad2, copier.Open(t.Context(), ours, at("sealed"), at("opened"))); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(at("opened")); err != nil || !bytes.Equal(got, text) {
		t.Errorf("it holds something else, %v", err)
	}
	if info, err := os.Stat(at("opened")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info, err)
	}
	if err := copier.Open(t.Context(), ours, at("sealed"), at("opened")); err == nil {
		t.Error("it is written over another")
	}
	if err := copier.Open(t.Context(), other, at("sealed"), at("stolen")); err == nil {
		t.Error("another key opens it")
	}
	if err := copier.Seal(t.Context(), at("plain"), at("sealed to a private key"), at("ours.key")); err == nil {
		t.Error("it is sealed with the private half beside it")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)/2] ^= 1
	for name, content := range map[string][]byte{"cut short": sealed[:len(sealed)/2], "changed": changed} {
		if err := os.WriteFile(at(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := copier.Open(t.Context(), ours, at(name), at("of "+name)); err == nil {
			t.Errorf("what was %s opens", name)
		}
		for _, left := range []string{at("of " + name), at("of "+name) + ".part"} {
			if _, err := os.Stat(left); err == nil {
				t.Errorf("of what was %s it leaves %s", name, left)
			}
		}
	}
}
