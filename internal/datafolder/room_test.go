package datafolder

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a restore leaves that was cut short holds everything about everybody: the next one deletes it, and nothing of one that is at work.
func TestWhatACutShortRestoreLeftIsDeletedByTheNext(t *testing.T) {
	dir := t.TempDir()
	database(t, dir, "1")
	left := []string{"restoring/data.db.tmp", "restoring-123/data.db", "data.db.restoring", "data.db.restoring.part"}
	for _, name := range left {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte("Testpatient"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	listed := func() string {
		t.Helper()
		list, err := LeftByRestore(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, path := range list {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.ToSlash(name))
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	if got, want := listed(), "data.db.restoring data.db.restoring.part restoring-123 restoring/data.db.tmp"; got != want {
		t.Errorf("left are %q, want %q", got, want)
	}
	server, err := Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := listed(); got != "restoring/data.db.tmp" {
		t.Errorf("beside a process that has the folder left are %q", got)
	}
	if err := server.Release(); err != nil {
		t.Fatal(err)
	}
	room, err := TakeRoom(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(room.Path(), "data.db"), []byte("Testpatient"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := listed(); got != "" {
		t.Errorf("of a restore that is at work it lists %q", got)
	}
	if _, err := TakeRoom(dir); err == nil || !strings.Contains(err.Error(), "another restore or sealed backup is at work") {
		t.Errorf("a second restore says %v", err)
	}
	if err := room.Leave(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.Contains(e.Name(), "restoring") }) {
		t.Errorf("left are %v, %v", entries, err)
	}
	fresh := filepath.Join(t.TempDir(), "data")
	if room, err = TakeRoom(fresh); err != nil {
		t.Fatal(err)
	}
	if err := room.Leave(); err != nil || exists(fresh) {
		t.Errorf("a folder that was made for a look is left: %v", err)
	}
}
