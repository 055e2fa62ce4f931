package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(peopleIndex, noWayBack) }

// peopleIndex makes the index by which a desk finds people however they are written. It is empty at first: everybody
// waits to be written into it.
func peopleIndex(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE people_sorted (n INTEGER PRIMARY KEY, patient TEXT NOT NULL UNIQUE, name TEXT NOT NULL, called TEXT NOT NULL)`,
		`CREATE VIRTUAL TABLE people_text USING fts5 (name, preferred_name, address, date_of_birth, nhs_number, phone, called, tokenize = 'trigram')`,
		`CREATE TABLE people_unindexed (patient TEXT PRIMARY KEY) WITHOUT ROWID`,
		`INSERT INTO people_unindexed SELECT id FROM patients`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("make the index of people: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
