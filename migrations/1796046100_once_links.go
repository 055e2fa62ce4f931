package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(onceLinks, noWayBack) }

// onceLinks makes the table of links that open one handover without an account, once. What is in a link is not in it: a
// link proves itself by the server's key.
func onceLinks(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE once_links (id TEXT PRIMARY KEY, handover TEXT NOT NULL, team TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT NOT NULL,
			opened_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
		`CREATE INDEX once_links_handover ON once_links (handover, made_at)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
