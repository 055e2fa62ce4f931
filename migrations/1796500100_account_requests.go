package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(accountRequests, noWayBack) }

// accountRequests makes the table of those who asked for an account from a one-time link. It gives nothing: an account is
// made by whoever administers.
func accountRequests(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE account_requests (id TEXT PRIMARY KEY, once TEXT NOT NULL UNIQUE, team TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,
			made_at TEXT NOT NULL, closed_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
		`CREATE INDEX account_requests_team ON account_requests (team, closed_at)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
