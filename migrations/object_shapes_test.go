package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

func TestAMisshapenObjectOfAnOlderDatabaseIsHandedToTheEngineAndTheOthersAreNot(t *testing.T) {
	app := pbtest.New(t)
	practice := app.Org(t, "practice", "Bridge Surgery")
	good, none, bad := app.Patient(t, "Good", practice), app.Patient(t, "None", practice), app.Patient(t, "Bad", practice)
	db := app.NonconcurrentDB()
	for _, set := range []struct{ id, scale string }{{good.Id, `{"scale":2}`}, {bad.Id, `{"scale":"2"}`}} {
		if _, err := db.Update(care.Patients, dbx.Params{"spo2_scale": set.scale}, dbx.HashExp{"id": set.id}).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.NewQuery(`DELETE FROM sync_dirty`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Delete("_migrations", dbx.HashExp{"file": "1795800200_object_shapes.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var dirty []struct{ Collection, Record, Op, Was string }
	if err := db.NewQuery(`SELECT collection, record, op, was FROM sync_dirty`).All(&dirty); err != nil {
		t.Fatal(err)
	}
	if len(dirty) != 1 || dirty[0].Record != bad.Id || dirty[0].Collection != care.Patients || dirty[0].Op != "update" || dirty[0].Was != `{"spo2_scale":null}` {
		t.Errorf("handed over: %+v; want %s alone (not %s)", dirty, bad.Id, none.Id)
	}
}
