package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(glucoseWeightPain, noWayBack) }

// glucoseWeightPain gives sets of readings blood glucose, weight and pain score. A new database has
// them from its baseline.
func glucoseWeightPain(app core.App) error {
	c, err := app.FindCollectionByNameOrId("observations")
	if err != nil {
		return fmt.Errorf("find observations: %w", err)
	}
	missing := false
	for _, name := range []string{"blood_glucose", "weight", "pain_score"} {
		if c.Fields.GetByName(name) == nil {
			c.Fields.Add(&core.JSONField{Name: name, MaxSize: 64})
			missing = true
		}
	}
	if !missing {
		return nil
	}
	if err := app.Save(c); err != nil {
		return fmt.Errorf("save observations: %w", err)
	}
	return collections.InstallTriggers(app)
}
