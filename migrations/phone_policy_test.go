package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before recovery keys gets the fields, and the triggers that know them.
func TestAnOlderDatabaseGetsWhatPhonesGoBy(t *testing.T) {
	app := pbtest.New(t)
	c, err := app.FindCollectionByNameOrId(care.Organisations)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"recovery_key", "shift_pin", "offline_lease_hours"}
	for _, name := range names {
		c.Fields.RemoveByName(name)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1795600000_phone_policy.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if columns, err := app.TableColumns(care.Organisations); err != nil || slices.Contains(columns, names[0]) {
		t.Fatalf("the columns are still there (%v)", err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	c, err = app.FindCollectionByNameOrId(care.Organisations)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if c.Fields.GetByName(name) == nil {
			t.Errorf("organisations has no %s", name)
		}
	}
	// A change in the dashboard still reaches the feed: the triggers know the new columns.
	if _, err := app.NonconcurrentDB().NewQuery(`INSERT INTO organisations (id, name, kind, version) VALUES ('01jz1v6q0t9c2m4n8r5w7x3y1k', 'North', 'voluntary', 7)`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE organisations SET shift_pin = 'true' WHERE id = '01jz1v6q0t9c2m4n8r5w7x3y1k'`).Execute(); err != nil {
		t.Fatal(err)
	}
	var noticed int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sync_dirty WHERE record = '01jz1v6q0t9c2m4n8r5w7x3y1k' AND op = 'update'`).Row(&noticed); err != nil || noticed != 1 {
		t.Errorf("%d notices of the change (%v)", noticed, err)
	}
}
