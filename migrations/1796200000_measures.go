package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(measures, noWayBack) }

// measures makes the tables of what a neighbourhood knows of its work, of what it promised, and of whom it lets in. They are
// no collections. Figures are worked out anew from what is recorded: at first nothing is counted.
func measures(app core.App) error {
	for _, statement := range measuresDDL {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return collections.InstallTriggers(app)
}

var measuresDDL = []string{
	// How far the feed is counted, whose teams were whose then, and the last week that was reported.
	`CREATE TABLE measure_state (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, n INTEGER NOT NULL, directory TEXT NOT NULL, week INTEGER NOT NULL, at TEXT NOT NULL)`,
	`INSERT INTO measure_state (id, seq, n, directory, week, at) VALUES (1, 0, 0, '', 0, '')`,
	// Who is to be counted anew although nothing of theirs entered the feed; written by triggers.
	`CREATE TABLE measure_waiting (id INTEGER PRIMARY KEY, patient TEXT NOT NULL)`,
	// What of a person is in the counts: packed, to be taken away when it changes.
	`CREATE TABLE measure_people (patient TEXT PRIMARY KEY, counted BLOB NOT NULL)`,
	`CREATE TABLE measure_counts (week INTEGER NOT NULL, measure TEXT NOT NULL, team TEXT NOT NULL, sender TEXT NOT NULL, class TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL,
		PRIMARY KEY (week, measure, team, sender, class, value)) WITHOUT ROWID`,
	`CREATE INDEX measure_counts_list ON measure_counts (week) WHERE measure = 'on_list'`,
	// The people behind a number, for those who may see them.
	`CREATE TABLE measure_noted (week INTEGER NOT NULL, measure TEXT NOT NULL, team TEXT NOT NULL, patient TEXT NOT NULL, value TEXT NOT NULL,
		PRIMARY KEY (week, measure, team, patient, value)) WITHOUT ROWID`,
	`CREATE INDEX measure_noted_patient ON measure_noted (patient)`,
	// Weeks whose reports are not as their counts are, and the reports, of one week or of four.
	`CREATE TABLE measure_stale (week INTEGER PRIMARY KEY, since TEXT NOT NULL DEFAULT '')`,
	`CREATE TABLE measure_reports (neighbourhood TEXT NOT NULL, weeks INTEGER NOT NULL, week INTEGER NOT NULL, at TEXT NOT NULL, undecided INTEGER NOT NULL, body BLOB NOT NULL,
		PRIMARY KEY (neighbourhood, weeks, week))`,
	`CREATE INDEX measure_reports_undecided ON measure_reports (at) WHERE undecided = 1`,

	`CREATE TABLE neighbourhood_targets (id TEXT PRIMARY KEY, neighbourhood TEXT NOT NULL, measure TEXT NOT NULL, aim REAL NOT NULL, by_day TEXT NOT NULL, owner TEXT NOT NULL,
		baseline TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
	`CREATE INDEX neighbourhood_targets_of ON neighbourhood_targets (neighbourhood, made_at)`,
	`CREATE TABLE neighbourhood_reviews (id TEXT PRIMARY KEY, target TEXT NOT NULL, at TEXT NOT NULL, "by" TEXT NOT NULL, value REAL, decided TEXT NOT NULL, next_on TEXT NOT NULL) WITHOUT ROWID`,
	`CREATE INDEX neighbourhood_reviews_of ON neighbourhood_reviews (target, at)`,
	`CREATE TABLE neighbourhood_guests (id TEXT PRIMARY KEY, neighbourhood TEXT NOT NULL, staff TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
	`CREATE INDEX neighbourhood_guests_staff ON neighbourhood_guests (staff)`,
	`CREATE INDEX neighbourhood_guests_of ON neighbourhood_guests (neighbourhood, ended_at)`,
}
