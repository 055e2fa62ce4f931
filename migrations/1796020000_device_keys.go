package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(deviceKeys, noWayBack) }

// deviceKeys lets a phone that enrols be found by its key without a look at all phones, while nobody else can
// write. A new database has the index from its baseline.
func deviceKeys(app core.App) error {
	devices, err := app.FindCollectionByNameOrId("devices")
	if err != nil {
		return fmt.Errorf("find devices: %w", err)
	}
	if devices.GetIndex("idx_devices_public_key") != "" {
		return nil
	}
	devices.AddIndex("idx_devices_public_key", false, "`public_key`", "")
	if err := app.Save(devices); err != nil {
		return fmt.Errorf("index devices by their key: %w", err)
	}
	return nil
}
