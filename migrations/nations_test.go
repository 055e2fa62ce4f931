package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before nations gets the fields, and the triggers that know them.
func TestAnOlderDatabaseLearnsOfNationsAndDaysWithOtherHours(t *testing.T) {
	app := pbtest.New(t)
	c, err := app.FindCollectionByNameOrId(care.Organisations)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nation", "special_days"} {
		c.Fields.RemoveByName(name)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796040000_nations.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if columns, err := app.TableColumns(care.Organisations); err != nil || slices.Contains(columns, "nation") {
		t.Fatalf("the columns are still there (%v)", err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	org := app.Org(t, "practice", "North")
	org.Set("nation", "scotland")
	org.Set("special_days", `[{"day":"2026-12-24"}]`)
	if err := app.Save(org); err != nil {
		t.Error(err)
	}
	var noticed int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sync_dirty WHERE record = {:id} AND op = 'update'`).Bind(dbx.Params{"id": org.Id}).Row(&noticed); err != nil || noticed != 1 {
		t.Errorf("%d notices of the change (%v)", noticed, err)
	}
}
