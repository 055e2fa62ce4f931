package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(deliveriesByHandover, noWayBack) }

// deliveriesByHandover drops the index of deliveries that were given up: they stay for ever, and what a desk sees to is
// found by the handovers that nobody has in hand.
func deliveriesByHandover(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`DROP INDEX IF EXISTS deliveries_given_up`).Execute(); err != nil {
		return fmt.Errorf("drop deliveries_given_up: %w", err)
	}
	return nil
}
