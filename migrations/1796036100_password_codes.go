package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(passwordCodes, noWayBack) }

// passwordCodes adds the one-time codes with which somebody sets a password of their own, and what is to become of an
// account on a later day.
func passwordCodes(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE password_codes (hash TEXT PRIMARY KEY, staff TEXT NOT NULL UNIQUE, issued_by TEXT NOT NULL, expires_at TEXT NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE planned_moves (staff TEXT PRIMARY KEY, at TEXT NOT NULL, fields TEXT NOT NULL, planned_by TEXT NOT NULL) WITHOUT ROWID`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("password codes: %w", err)
		}
	}
	return nil
}
