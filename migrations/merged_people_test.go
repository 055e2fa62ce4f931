package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before registrations were made one gets what that takes, and erasing a person erases what is kept
// of their other registrations.
func TestAnOlderDatabaseGetsWhatMergingTakes(t *testing.T) {
	app := pbtest.New(t)
	run := func(statements ...string) {
		t.Helper()
		for _, statement := range statements {
			if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	c, err := app.FindCollectionByNameOrId(care.Patients)
	if err != nil {
		t.Fatal(err)
	}
	run(`DROP TRIGGER merged_people_erase`, `DROP TABLE merged_people`, `DROP TABLE merged_records`)
	c.Fields.RemoveByName("merged_into")
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796045000_merged_people.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	one, other := app.Patient(t, "Testpatient", nil), app.Patient(t, "Testpatent", nil)
	other.Set("merged_into", one.Id)
	if err := app.Save(other); err != nil {
		t.Fatal(err)
	}
	run(`INSERT INTO merged_people (id, dead, survivor, "by", at, before, after) VALUES ('m', '`+other.Id+`', '`+one.Id+`', '', '', '{}', '{}')`, `INSERT INTO merged_records VALUES ('m', 'visits', 'v')`)
	if err := app.Delete(one); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := app.DB().NewQuery(`SELECT (SELECT count(*) FROM patients) + (SELECT count(*) FROM merged_people) + (SELECT count(*) FROM merged_records)`).Row(&n); err != nil || n != 0 {
		t.Errorf("%d rows are left (%v)", n, err)
	}
}
