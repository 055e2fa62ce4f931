package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(ledgerHash, noWayBack) }

// ledgerHash forgets the fingerprints of another hash than care.Fingerprint is today (0 = not known): a
// change sent again must not look like another one. The answers stay.
func ledgerHash(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE sync_ledger SET content = 0`).Execute(); err != nil {
		return fmt.Errorf("forget the fingerprints in sync_ledger: %w", err)
	}
	return nil
}
