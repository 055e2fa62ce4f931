package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(ledgerContent, noWayBack) }

// ledgerContent lets the ledger tell whether a key that comes again brings the same content (0 = from
// before it could), and how a change ended that came under a key of another one.
func ledgerContent(app core.App) error {
	for _, statement := range []string{
		`ALTER TABLE sync_ledger ADD COLUMN content INTEGER NOT NULL DEFAULT 0`,
		`ALTER TABLE sync_renumbered ADD COLUMN status TEXT NOT NULL DEFAULT ''`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
