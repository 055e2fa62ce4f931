package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release that read every handover of a person, or every change that was kept, gets the indexes that a new one has.
func TestAnOlderDatabaseFindsByIndexWhatANewOneDoes(t *testing.T) {
	for file, c := range map[string]struct {
		collection string
		indexes    []string
	}{
		"1796044000_found_by_index.go":  {"handovers", []string{"idx_handovers_may_change", "idx_handovers_by_hand"}},
		"1796044100_sealed_by_index.go": {"quarantine", []string{"idx_quarantine_sealed"}},
	} {
		app := pbtest.New(t)
		of, err := app.FindCollectionByNameOrId(c.collection)
		if err != nil {
			t.Fatal(err)
		}
		fresh := map[string]string{}
		for _, name := range c.indexes {
			fresh[name] = of.GetIndex(name)
			of.RemoveIndex(name)
		}
		if err := app.Save(of); err != nil {
			t.Fatal(err)
		}
		if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": file}).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := app.RunAllMigrations(); err != nil {
			t.Fatal(err)
		}
		if of, err = app.FindCollectionByNameOrId(c.collection); err != nil {
			t.Fatal(err)
		}
		for _, name := range c.indexes {
			if got := of.GetIndex(name); got == "" || got != fresh[name] {
				t.Errorf("%s is %q, and of a new database %q", name, got, fresh[name])
			}
		}
	}
}
