package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(channels, noWayBack) }

// channels makes the tables of the ways by which teams are reached beyond the inbox, and of what leaves by them. They
// are no collections: addresses and what could not be delivered are for those who set up and for desks.
func channels(app core.App) error {
	for _, statement := range channelsDDL {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}

var channelsDDL = []string{
	// Classes and digest are JSON lists. What became of the last delivery stands beside the route, for whoever set it up.
	`CREATE TABLE team_routes (id TEXT PRIMARY KEY, team TEXT NOT NULL, place INTEGER NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL,
		classes TEXT NOT NULL, hours TEXT NOT NULL, digest TEXT NOT NULL, secret INTEGER NOT NULL, overlap TEXT NOT NULL DEFAULT '',
		made_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '', worked_at TEXT NOT NULL DEFAULT '', failed_at TEXT NOT NULL DEFAULT '', failed TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
	`CREATE INDEX team_routes_team ON team_routes (team, ended_at)`,

	// One row for each handover, team and route. A batch is a digest: its rows leave together.
	`CREATE TABLE deliveries (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, handover TEXT NOT NULL, team TEXT NOT NULL, route TEXT NOT NULL, channel TEXT NOT NULL,
		class TEXT NOT NULL, batch TEXT NOT NULL, created_at TEXT NOT NULL, due_at TEXT NOT NULL, until TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
		state TEXT NOT NULL, last_error TEXT NOT NULL DEFAULT '', done_at TEXT NOT NULL DEFAULT '')`,
	`CREATE INDEX deliveries_due ON deliveries (channel, state, due_at)`,
	`CREATE INDEX deliveries_handover ON deliveries (handover)`,
	`CREATE INDEX deliveries_batch ON deliveries (batch, state) WHERE batch <> ''`,
	`CREATE INDEX deliveries_given_up ON deliveries (team, done_at) WHERE state = 'given_up'`,
}
