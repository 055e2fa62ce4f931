package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(deathAndHiddenAddress, noWayBack) }

// deathAndHiddenAddress lets a person's record say on which day they died, and that their address is for those who visit.
// A new database has both from its baseline.
func deathAndHiddenAddress(app core.App) error {
	added, err := addFields(app, "patients", []core.Field{
		&core.TextField{Name: "died_on", Max: 10, Pattern: `^\d{4}-\d{2}-\d{2}$`},
		&core.JSONField{Name: "address_hidden", MaxSize: 64},
	})
	if err != nil || !added {
		return err
	}
	c, err := app.FindCollectionByNameOrId("patients")
	if err != nil {
		return fmt.Errorf("find patients: %w", err)
	}
	c.AddIndex("idx_patients_died_on", false, "`died_on`", "`died_on` != ''")
	if err := app.Save(c); err != nil {
		return fmt.Errorf("index patients: %w", err)
	}
	return collections.InstallTriggers(app)
}
