package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(histories, noWayBack) }

// histories makes the tables by which a database knows its own past from that of another copy. A row of
// sync_histories is one start of a server; after is the last number of the sequence before it. A row of
// sync_partings is a start that only another copy saw; seq is the last number it has in common with ours.
func histories(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE sync_histories (number INTEGER PRIMARY KEY, after INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, opened_at TEXT NOT NULL)`,
		`CREATE TABLE sync_partings (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
