package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(goalDays, noWayBack) }

// goalDays keeps what each review of a goal set, so that figures know how goals stood at the end of past weeks; of goals that
// stand the last review is known. Who is on lists is read from the lists, and everything is counted anew.
func goalDays(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE goal_days (goal TEXT NOT NULL, reviewed_on TEXT NOT NULL, review_on TEXT NOT NULL, PRIMARY KEY (goal, reviewed_on)) WITHOUT ROWID`,
		`INSERT INTO goal_days (goal, reviewed_on, review_on) SELECT id, coalesce(reviewed_on, ''), coalesce(review_on, '') FROM goals`,
		`DROP INDEX measure_counts_list`,
		`CREATE INDEX measure_counts_running ON measure_counts (week) WHERE measure IN ('on_list', 'goal_people', 'goal_reviews', 'goals_with_day')`,
		`DELETE FROM measure_counts`,
		`DELETE FROM measure_people`,
		`DELETE FROM measure_noted`,
		`DELETE FROM measure_reports`,
		`UPDATE measure_state SET seq = 0, n = 0, week = 0`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("days of goals: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
