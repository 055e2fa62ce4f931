package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before visits said when their times were entered, and handovers whether 999 was rung, gets
// every field of those records, and what the dashboard changes in them still enters the feed.
func TestAnOlderDatabaseGetsTimesEnteredByHandAndBothCalls(t *testing.T) {
	app := pbtest.New(t)
	gone := map[string][]string{
		care.Visits: {"time_entered_at"}, care.Observations: {"time_entered_at"}, care.Checkins: {"time_entered_at"},
		care.Handovers: {"called", "called_why", "called_999", "called_999_why", "called_999_at", "called_999_name", "called_999_read_back"},
	}
	for name, fields := range gone {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields {
			c.Fields.RemoveByName(f)
		}
		if err := app.Save(c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796031000_times_and_calls.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	for name := range gone {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		noun, _ := care.ByName(name)
		for _, f := range noun.Fields {
			if c.Fields.GetByName(f.Name) == nil {
				t.Errorf("%s has no %s", name, f.Name)
			}
		}
	}
	const id = "01jz1v6q0t9c2m4n8r5w7x3y1k"
	for _, statement := range []string{
		`INSERT INTO handovers (id, version) VALUES ('` + id + `', 7)`,
		`UPDATE handovers SET called_999 = 'could_not' WHERE id = '` + id + `'`,
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
