package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(phonePolicy, noWayBack) }

// phonePolicy gives organisations what the phones of their staff go by: the recovery key, whether a
// shift PIN is allowed, and for how long a phone may go without the server. A new database has the
// fields from its baseline.
func phonePolicy(app core.App) error {
	c, err := app.FindCollectionByNameOrId("organisations")
	if err != nil {
		return fmt.Errorf("find organisations: %w", err)
	}
	missing := false
	for _, f := range []*core.JSONField{
		{Name: "recovery_key", MaxSize: 256 << 10},
		{Name: "shift_pin", MaxSize: 64},
		{Name: "offline_lease_hours", MaxSize: 64},
	} {
		if c.Fields.GetByName(f.Name) == nil {
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
