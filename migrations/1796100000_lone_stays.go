package migrations

import (
	"database/sql"
	"errors"
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(loneStays, noWayBack) }

// loneStays makes room for the stays at which somebody is alone, for who of a team is told of them and when, and for what
// a desk did about them and when phones were heard of last: tables of the server's own. A new database has the collection and the field from its baseline.
func loneStays(app core.App) error {
	c := collections.LoneStays()
	_, err := app.FindCollectionByNameOrId(c.Id)
	if errors.Is(err, sql.ErrNoRows) {
		err = app.Save(c)
	}
	if err != nil {
		return fmt.Errorf("make collection %s: %w", c.Name, err)
	}
	if _, err := addFields(app, "teams", []core.Field{&core.JSONField{Name: "lone_working", MaxSize: 256 << 10}}); err != nil {
		return err
	}
	for _, statement := range []string{
		`CREATE TABLE IF NOT EXISTS lone_steps (stay TEXT NOT NULL, n INTEGER NOT NULL, at TEXT NOT NULL, "by" TEXT NOT NULL, kind TEXT NOT NULL,
			text TEXT NOT NULL, PRIMARY KEY (stay, n)) WITHOUT ROWID`,
		`CREATE TABLE IF NOT EXISTS phones_heard (staff TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID`,
		`CREATE TRIGGER IF NOT EXISTS lone_steps_erase AFTER DELETE ON lone_stays BEGIN DELETE FROM lone_steps WHERE stay = old.id; END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("lone stays: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
