package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(lockedKeys, noWayBack) }

// lockedKeys gives devices the key that they sign in with while they are locked. A new database has the field from its
// baseline.
func lockedKeys(app core.App) error {
	c, err := app.FindCollectionByNameOrId("devices")
	if err != nil {
		return fmt.Errorf("find devices: %w", err)
	}
	if c.Fields.GetByName("locked_key") != nil {
		return nil
	}
	c.Fields.AddAt(3, &core.TextField{Name: "locked_key", Max: 2048})
	if err := app.Save(c); err != nil {
		return fmt.Errorf("save devices: %w", err)
	}
	return collections.InstallTriggers(app)
}
