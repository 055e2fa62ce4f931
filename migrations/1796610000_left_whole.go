package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(leftWhole, noWayBack) }

// leftWhole lets a delivery say that the whole handover left by it, and not a link alone. Of those that left before, the audit knows.
func leftWhole(app core.App) error {
	for _, statement := range []string{
		`ALTER TABLE deliveries ADD COLUMN whole INTEGER NOT NULL DEFAULT 0`,
		`UPDATE deliveries SET whole = 1 WHERE (handover, route) IN (
			SELECT record, detail ->> 'route' FROM audit WHERE action = 'sent_in_full' AND json_valid(detail))`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("deliveries that left whole: %w", err)
		}
	}
	return nil
}
