package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(loneStaysOver, noWayBack) }

// loneStaysOver gives stays that are over an index by when, for the job that forgets them.
func loneStaysOver(app core.App) error {
	c, err := app.FindCollectionByNameOrId("lone_stays")
	if err != nil {
		return fmt.Errorf("find lone_stays: %w", err)
	}
	c.AddIndex("idx_lone_stays_over", false, "`closed_at`", "`closed_at` != ''")
	if err := app.Save(c); err != nil {
		return fmt.Errorf("index lone_stays: %w", err)
	}
	return nil
}
