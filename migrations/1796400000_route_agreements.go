package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(routeAgreements, noWayBack) }

// routeAgreements lets a way to a team carry whole handovers where its receiver agreed to that, and gives its receiver tokens
// to read with.
func routeAgreements(app core.App) error {
	for _, statement := range []string{
		// Body is reference (a class and a link) or full. With whom it was agreed, and on which day, are "" where nothing was.
		`ALTER TABLE team_routes ADD COLUMN body TEXT NOT NULL DEFAULT 'reference'`,
		`ALTER TABLE team_routes ADD COLUMN agreed_with TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE team_routes ADD COLUMN agreed_on TEXT NOT NULL DEFAULT ''`,
		// What a receiver reads with: the hash of its token, never the token. One of another epoch, which was made before a backup
		// was put back, opens nothing: that it was taken back may be what was lost.
		`CREATE TABLE receiver_tokens (id TEXT PRIMARY KEY, route TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
			ended_at TEXT NOT NULL DEFAULT '', used_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
		`CREATE INDEX receiver_tokens_route ON receiver_tokens (route, ended_at)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("agreements of ways to a team: %w", err)
		}
	}
	return nil
}
