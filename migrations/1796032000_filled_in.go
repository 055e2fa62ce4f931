package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(filledIn, noWayBack) }

// filledIn lets a handover say which parts of its text its sender's phone filled in from what was recorded. A new
// database has the field from its baseline.
func filledIn(app core.App) error {
	handovers, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	if handovers.Fields.GetByName("filled_in") != nil {
		return nil
	}
	handovers.Fields.Add(&core.JSONField{Name: "filled_in", MaxSize: 64 << 10})
	if err := app.Save(handovers); err != nil {
		return fmt.Errorf("add filled_in to handovers: %w", err)
	}
	return collections.InstallTriggers(app)
}
