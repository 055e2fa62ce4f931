package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(sealedByIndex, noWayBack) }

// sealedByIndex lets it be found whether a phone sent something sealed that nobody could open yet. A new database has the index from
// its baseline.
func sealedByIndex(app core.App) error {
	c, err := app.FindCollectionByNameOrId("quarantine")
	if err != nil {
		return fmt.Errorf("find quarantine: %w", err)
	}
	if c.GetIndex("idx_quarantine_sealed") != "" {
		return nil
	}
	c.AddIndex("idx_quarantine_sealed", false, "`client`", "`code` = 'sealed' AND `state` = 'open'")
	if err := app.Save(c); err != nil {
		return fmt.Errorf("index quarantine: %w", err)
	}
	return nil
}
