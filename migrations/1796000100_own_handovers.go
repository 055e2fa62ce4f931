package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(ownHandovers, noWayBack) }

// ownHandovers makes the phones of support workers begin anew: they held all that their teams handed over, and
// hold their own from now on. What steers who sees what is settled before anybody pulls.
func ownHandovers(app core.App) error {
	for _, statement := range []string{
		`UPDATE sync_staff SET fingerprint = '' WHERE staff IN (SELECT id FROM staff WHERE role = 'support_worker')`,
		`INSERT INTO sync_dirty (collection, record, op, was) SELECT 'staff', id, 'update', '{}' FROM staff WHERE role = 'support_worker'`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("let support workers begin anew: %w", err)
		}
	}
	return nil
}
