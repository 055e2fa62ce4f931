package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(whatAChangeTouches, noWayBack) }

// whatAChangeTouches lets a set of readings be found by the one it replaces, keeps from whom an issue was
// escalated, and lets the triggers remember of a deleted record when it happened and what it replaced. A new
// database has all of it from its baseline.
func whatAChangeTouches(app core.App) error {
	readings, err := app.FindCollectionByNameOrId("observations")
	if err != nil {
		return fmt.Errorf("find observations: %w", err)
	}
	if readings.GetIndex("idx_observations_replaces") == "" {
		readings.AddIndex("idx_observations_replaces", false, "`replaces`", "`replaces` != ''")
		if err := app.Save(readings); err != nil {
			return fmt.Errorf("index observations by what they replace: %w", err)
		}
	}
	teams, err := app.FindCollectionByNameOrId("teams")
	if err != nil {
		return fmt.Errorf("find teams: %w", err)
	}
	for _, name := range []string{"conflicts", "quarantine"} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		if c.Fields.GetByName("escalated_from") != nil {
			continue
		}
		c.Fields.Add(&core.RelationField{Name: "escalated_from", CollectionId: teams.Id, MaxSelect: 1})
		if err := app.Save(c); err != nil {
			return fmt.Errorf("add escalated_from to %s: %w", name, err)
		}
	}
	return collections.InstallTriggers(app)
}
