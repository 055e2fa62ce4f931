package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before these indexes gets them all.
func TestAnOlderDatabaseGetsTheIndexesItSearchesBy(t *testing.T) {
	app := pbtest.New(t)
	names := []string{"sync_grants_holder", "sync_results_at", "rule_counts_at", "sync_dirty_steering"}
	for _, name := range names {
		if _, err := app.NonconcurrentDB().NewQuery("DROP INDEX " + name).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	c, err := app.FindCollectionByNameOrId(care.Handovers)
	if err != nil {
		t.Fatal(err)
	}
	c.RemoveIndex("idx_handovers_owner")
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1795900000_search_indexes.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, "idx_handovers_owner") {
		var n int
		if err := app.DB().NewQuery("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = '" + name + "'").Row(&n); err != nil || n != 1 {
			t.Errorf("%s: %d of it, %v", name, n, err)
		}
	}
}
