package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before goals gets both collections as a new one has them, with triggers that notice what is
// written past the engine.
func TestAnOlderDatabaseGetsGoalsAndTheirSteps(t *testing.T) {
	app := pbtest.New(t)
	fresh, err := collections.Dump(app)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{care.GoalSteps, care.Goals} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := app.Delete(c); err != nil {
			t.Fatal(err)
		}
	}
	// A migration before this one installs the triggers of whatever collections there are.
	if err := collections.InstallTriggers(app); err != nil {
		t.Fatal(err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796051000_goals.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if migrated, err := collections.Dump(app); err != nil || string(migrated) != string(fresh) {
		t.Errorf("the migrated schema is another than that of a new database (%v)", err)
	}
	ada := app.Patient(t, "Testpatient", nil)
	goal := app.Put(t, care.Goals, map[string]any{"patient": ada.Id, "words": "To sit in the garden again"})
	app.Put(t, care.GoalSteps, map[string]any{"patient": ada.Id, "goal": goal.Id, "task": "A rail at the back door"})
	var noticed int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sync_dirty WHERE collection IN ('goals', 'goal_steps')`).Row(&noticed); err != nil || noticed != 2 {
		t.Errorf("%d writes past the engine were noticed (%v)", noticed, err)
	}
}
