package server_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/standing"
)

// X12: a backup of PocketBase's holds the database and what was decided, and nothing by which anybody could sign a
// token or open what a phone exported, whatever lies in the data folder.
func TestABackupHoldsNoKey(t *testing.T) {
	h := newHouse(t)
	ann := h.app.Staff(t, care.DistrictNurse, "Ann", h.app.Team(t, h.app.Org(t, "community_trust", "Trust"), "nursing", "North"))
	h.tick(t)
	for _, name := range []string{"recovery.pem", "doorstep.lock", "keys/old.key", ".env"} {
		path := filepath.Join(h.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("-----BEGIN PRIVATE KEY-----"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.app.CreateBackup(t.Context(), "night.zip"); err != nil {
		t.Fatal(err)
	}
	backup, err := zip.OpenReader(filepath.Join(h.dir, core.LocalBackupsDirName, "night.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Close()
	restored, names := t.TempDir(), []string{}
	for _, f := range backup.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close(), os.WriteFile(filepath.Join(restored, filepath.Base(f.Name)), text, 0o600)); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("PRIVATE KEY")) {
			t.Errorf("%s holds a private key", f.Name)
		}
		names = append(names, f.Name)
	}
	for _, want := range []string{"data.db", standing.File} {
		if !slices.Contains(names, want) {
			t.Errorf("it lacks %s: %v", want, names)
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(restored, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var name, check string
	if err := errors.Join(db.QueryRow(`PRAGMA integrity_check`).Scan(&check), db.QueryRow(`SELECT name FROM staff WHERE id = ?`, ann.Id).Scan(&name)); err != nil || check != "ok" || name != "Ann" {
		t.Errorf("what was put back: %s, %q, %v", check, name, err)
	}
}

// X12, O2: a backup that is put back by the dashboard leaves the key and the journal of decisions where they are, and
// brings none of an earlier version's.
func TestABackupThatIsPutBackTakesNothingAwayThatItLacks(t *testing.T) {
	h := newHouse(t)
	if err := os.WriteFile(filepath.Join(h.dir, "recovery.pem"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	event := &core.BackupEvent{App: h.app, Context: context.Background(), Name: "night.zip", Exclude: []string{core.LocalBackupsDirName}}
	if err := h.app.OnBackupRestore().Trigger(event, func(*core.BackupEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for name, stays := range map[string]bool{"signing.key": true, standing.File: true, "recovery.pem": true, core.LocalBackupsDirName: true,
		"data.db": false, "data.db-wal": false, "data.db-shm": false, "auxiliary.db": false} {
		if slices.Contains(event.Exclude, name) != stays {
			t.Errorf("%s stays: %t", name, !stays)
		}
	}
}
