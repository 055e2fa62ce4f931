package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(numbersForgotten, noWayBack) }

// numbersForgotten forgets under which numbers clients sent again what had taken effect before, where a pull has confirmed them and the
// answers to that were cleared away.
func numbersForgotten(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM sync_renumbered WHERE mid <= (SELECT pulled_mid FROM sync_clients c WHERE c.id = sync_renumbered.client)
		AND NOT EXISTS (SELECT 1 FROM sync_results r WHERE r.client = sync_renumbered.client AND sync_renumbered.mid BETWEEN r.first_mid AND r.last_mid)`).Execute(); err != nil {
		return fmt.Errorf("forget what was numbered anew: %w", err)
	}
	return nil
}
