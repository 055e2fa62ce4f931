package migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release before closed handovers had indexes of their own gets them, as its builder says.
func TestAnOlderDatabaseGetsTheIndexesOfClosedHandovers(t *testing.T) {
	app := pbtest.New(t)
	c, err := app.FindCollectionByNameOrId(care.Handovers)
	if err != nil {
		t.Fatal(err)
	}
	indexes := func() (names []string) {
		for _, index := range c.Indexes {
			if strings.Contains(index, "idx_handovers_closed_") {
				names = append(names, index)
			}
		}
		return names
	}
	built := strings.Join(collections.Handovers().Indexes, "\n")
	for _, index := range indexes() {
		c.RemoveIndex(strings.Split(index, "`")[1])
	}
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	if c, err = app.FindCollectionByNameOrId(care.Handovers); err != nil || len(indexes()) > 0 {
		t.Fatalf("they are still there: %v (%v)", indexes(), err)
	}
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1795700000_closed_handovers.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	if c, err = app.FindCollectionByNameOrId(care.Handovers); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Indexes, "\n"); got != built {
		t.Errorf("the migration made\n%s\nbut the builder says\n%s", got, built)
	}
}
