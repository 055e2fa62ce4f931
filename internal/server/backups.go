package server

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/standing"
)

// inBackups is all of the data folder that PocketBase's backups hold: what care is, and what was decided about
// phones and people. What is not named stays out, above all the signing key: a stolen backup lets nobody sign.
//
// NB! Whoever restores on another machine brings the key along; see docs/operations.md.
var inBackups = []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal", core.LocalStorageDirName, standing.File}

// stays says whether something in the data folder is left where it is when a backup is put back: what backups
// do not hold, and the journal of decisions, whose newest lines are what the backup does not know.
func stays(name string) bool {
	return name == standing.File || !slices.Contains(inBackups, strings.TrimSuffix(name, "-shm"))
}

// bindBackups keeps secrets out of PocketBase's backups, and a restore from taking away what a backup lacks.
func bindBackups(app core.App) {
	app.OnBackupCreate().BindFunc(func(e *core.BackupEvent) error {
		names, err := inFolder(e.App.DataDir())
		if err != nil {
			return err
		}
		e.Exclude = append(e.Exclude, slices.DeleteFunc(names, func(name string) bool { return slices.Contains(inBackups, name) })...)
		return e.Next()
	})
	app.OnBackupRestore().BindFunc(func(e *core.BackupEvent) error {
		names, err := inFolder(e.App.DataDir())
		if err != nil {
			return err
		}
		e.Exclude = append(e.Exclude, slices.DeleteFunc(names, func(name string) bool { return !stays(name) })...)
		return e.Next()
	})
}

func inFolder(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the data folder: %w", err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}
