package migrations_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// U1: a database of an older release can say which answer asks for a handover, and when one was last added to.
func TestHandoversOfAnOlderDatabaseCanFollowAnAnswer(t *testing.T) {
	app := pbtest.New(t)
	fields := []string{"follows", "amended_at"}
	c, err := app.FindCollectionByNameOrId(care.Handovers)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fields {
		c.Fields.RemoveByName(name)
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM _migrations WHERE file = '1796033000_answers.go'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if c, err = app.FindCollectionByNameOrId(care.Handovers); err != nil {
		t.Fatal(err)
	}
	for _, name := range fields {
		if c.Fields.GetByName(name) == nil {
			t.Errorf("it has no %s", name)
		}
	}
}
