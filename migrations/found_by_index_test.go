package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release that read every handover of a person gets the indexes that a new one has.
func TestAnOlderDatabaseFindsHandoversByIndex(t *testing.T) {
	app := pbtest.New(t)
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		t.Fatal(err)
	}
	indexes := []string{"idx_handovers_may_change", "idx_handovers_by_hand"}
	fresh := map[string]string{}
	for _, name := range indexes {
		fresh[name] = c.GetIndex(name)
		c.RemoveIndex(name)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796044000_found_by_index.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if c, err = app.FindCollectionByNameOrId("handovers"); err != nil {
		t.Fatal(err)
	}
	for _, name := range indexes {
		if got := c.GetIndex(name); got == "" || got != fresh[name] {
			t.Errorf("%s is %q, and of a new database %q", name, got, fresh[name])
		}
	}
}
