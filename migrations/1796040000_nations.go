package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(nations, noWayBack) }

// nations gives organisations a nation, whose bank holidays they keep, and days with hours of their own. A new database
// has the fields from its baseline.
func nations(app core.App) error {
	c, err := app.FindCollectionByNameOrId("organisations")
	if err != nil {
		return fmt.Errorf("find organisations: %w", err)
	}
	missing := false
	for _, f := range []core.Field{
		&core.SelectField{Name: "nation", Values: []string{"england", "wales", "scotland", "northern_ireland"}, MaxSelect: 1},
		&core.JSONField{Name: "special_days", MaxSize: 256 << 10},
	} {
		if c.Fields.GetByName(f.GetName()) == nil {
			c.Fields.Add(f)
			missing = true
		}
	}
	if !missing {
		return nil
	}
	if err := app.Save(c); err != nil {
		return fmt.Errorf("save organisations: %w", err)
	}
	return collections.InstallTriggers(app)
}
