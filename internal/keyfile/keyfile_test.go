package keyfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"doorstep/internal/keyfile"
)

func TestAKeyIsThereWholeAndNeverOverAnother(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.key")
	if err := keyfile.New(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keyfile.New(path, []byte("two"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new key over another says %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "one" {
		t.Errorf("it holds %q, %v", text, err)
	}
	if err := keyfile.Put(path, []byte("three")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(path)
	info, bad := os.Stat(path)
	if errors.Join(err, bad) != nil || string(text) != "three" || info.Mode().Perm() != 0o600 {
		t.Errorf("it holds %q with %v, %v", text, info.Mode(), errors.Join(err, bad))
	}
	// What cannot be put in place leaves what is there, and nothing beside it.
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := keyfile.Put(filepath.Join(dir, "folder"), []byte("x")); err == nil {
		t.Error("a key was put in the place of a folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left are %v, %v", left, err)
	}
}
