package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release before phones said which parts of a handover they had filled in gets the field, and keeps its
// handovers.
func TestAnOlderDatabaseGetsTheFieldOfPartsFilledIn(t *testing.T) {
	app := pbtest.New(t)
	const id = "01jz1v6q0t9c2m4n8r5w7x3y1m"
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		t.Fatal(err)
	}
	c.Fields.RemoveByName("filled_in")
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO handovers (id, version, situation) VALUES ('` + id + `', 7, 'Wound worse')`,
		`DELETE FROM _migrations WHERE file = '1796032000_filled_in.go'`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var situation string
	err = app.DB().Select("situation").From("handovers").Where(dbx.HashExp{"id": id, "filled_in": nil}).Row(&situation)
	if err != nil || situation != "Wound worse" {
		t.Errorf("after the migration: %q (%v)", situation, err)
	}
}
