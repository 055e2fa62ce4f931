package hooks_test

import (
	"archive/zip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"doorstep/internal/identity"

	"github.com/pocketbase/pocketbase/core"
)

// X12: whoever gets a backup cannot sign a phone's token with it.
func TestBackup_TheSigningKeyIsInNone(t *testing.T) {
	w := newWard(t)
	if err := os.WriteFile(filepath.Join(w.DataDir(), identity.KeyFile), []byte("a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.CreateBackup(t.Context(), "one.zip"); err != nil {
		t.Fatal(err)
	}
	backup, err := zip.OpenReader(filepath.Join(w.DataDir(), core.LocalBackupsDirName, "one.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Close()
	var names []string
	for _, f := range backup.File {
		names = append(names, f.Name)
	}
	if !slices.Contains(names, "data.db") || slices.Contains(names, identity.KeyFile) {
		t.Errorf("the backup holds %v", names)
	}
}
