package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before stays of those who are alone gets them as a new one has them, with what a desk did about
// them, and teams the field that says who is told.
func TestAnOlderDatabaseGetsStaysOfThoseWhoAreAlone(t *testing.T) {
	app := pbtest.New(t)
	fresh, err := collections.Dump(app)
	if err != nil {
		t.Fatal(err)
	}
	stays, err := app.FindCollectionByNameOrId(care.LoneStays)
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Delete(stays); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"lone_steps", "phones_heard"} {
		if _, err := app.NonconcurrentDB().NewQuery("DROP TABLE " + table).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	// A migration before this one installs the triggers of whatever collections there are.
	if err := collections.InstallTriggers(app); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796100000_lone_stays.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if migrated, err := collections.Dump(app); err != nil || string(migrated) != string(fresh) {
		t.Errorf("the migrated schema is another than that of a new database (%v)", err)
	}
	stay := app.Put(t, care.LoneStays, map[string]any{"place": "Mill Lane"})
	var noticed int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sync_dirty WHERE collection = 'lone_stays'`).Row(&noticed); err != nil || noticed != 1 {
		t.Errorf("%d writes past the engine were noticed (%v)", noticed, err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`INSERT INTO lone_steps VALUES ('` + stay.Id + `', 1, '', '', 'took', '')`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.Delete(stay); err != nil {
		t.Fatal(err)
	}
	if err := app.DB().NewQuery(`SELECT count(*) FROM lone_steps`).Row(&noticed); err != nil || noticed != 0 {
		t.Errorf("%d steps outlive their stay (%v)", noticed, err)
	}
}
