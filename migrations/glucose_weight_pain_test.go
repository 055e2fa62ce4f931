package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before blood glucose, weight and pain score gets every reading of the table,
// and a set that somebody changes in the dashboard still enters the feed.
func TestAnOlderDatabaseGetsEveryReadingOfTheTable(t *testing.T) {
	app := pbtest.New(t)
	c, err := app.FindCollectionByNameOrId(care.Observations)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"blood_glucose", "weight", "pain_score"} {
		c.Fields.RemoveByName(name)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1795800000_glucose_weight_pain.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if c, err = app.FindCollectionByNameOrId(care.Observations); err != nil {
		t.Fatal(err)
	}
	for _, r := range care.Readings() {
		if c.Fields.GetByName(r.Name) == nil {
			t.Errorf("observations has no %s", r.Name)
		}
	}
	const id = "01jz1v6q0t9c2m4n8r5w7x3y1k"
	for _, statement := range []string{
		`INSERT INTO observations (id, version) VALUES ('` + id + `', 7)`,
		`UPDATE observations SET weight = '71.4' WHERE id = '` + id + `'`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	var noticed int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sync_dirty WHERE record = '` + id + `' AND op = 'update'`).Row(&noticed); err != nil || noticed != 1 {
		t.Errorf("%d notices of the change (%v)", noticed, err)
	}
}
