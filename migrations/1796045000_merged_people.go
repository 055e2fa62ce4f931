package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(mergedPeople, noWayBack) }

// mergedPeople lets a person's record say with whose it was made one, and makes room for what that took: tables of the
// server's own, of which nothing goes to a phone. A new database has the field from its baseline.
func mergedPeople(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE merged_people (id TEXT PRIMARY KEY, dead TEXT NOT NULL, survivor TEXT NOT NULL, "by" TEXT NOT NULL, at TEXT NOT NULL,
			before TEXT NOT NULL, after TEXT NOT NULL, undone_at TEXT NOT NULL DEFAULT '', undone_by TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
		`CREATE UNIQUE INDEX merged_people_dead ON merged_people (dead) WHERE undone_at = ''`,
		`CREATE INDEX merged_people_survivor ON merged_people (survivor)`,
		`CREATE TABLE merged_records (merge TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (merge, collection, record)) WITHOUT ROWID`,
		// Erasing a person erases what the server kept of their other registrations.
		`CREATE TRIGGER merged_people_erase AFTER DELETE ON patients BEGIN
			DELETE FROM merged_records WHERE merge IN (SELECT id FROM merged_people WHERE dead = old.id OR survivor = old.id);
			DELETE FROM merged_people WHERE dead = old.id OR survivor = old.id; END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("merged people: %w", err)
		}
	}
	c, err := app.FindCollectionByNameOrId("patients")
	if err != nil {
		return fmt.Errorf("find patients: %w", err)
	}
	added, err := addFields(app, "patients", []core.Field{&core.RelationField{Name: "merged_into", CollectionId: c.Id, MaxSelect: 1, CascadeDelete: true}})
	if err != nil || !added {
		return err
	}
	return collections.InstallTriggers(app)
}
