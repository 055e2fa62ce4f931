package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(auditSeals, noWayBack) }

// auditSeals keeps a hash over all lines of the audit up to one of them, each made from the one before: a line that
// is changed or taken out afterwards no longer fits.
func auditSeals(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE audit_seals (line INTEGER PRIMARY KEY, at TEXT NOT NULL, hash TEXT NOT NULL)`,
		`CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END`,
		`CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("seals of the audit: %w", err)
		}
	}
	return nil
}
