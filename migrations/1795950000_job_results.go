package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(jobResults, noWayBack) }

// jobResults keeps what a job found, such as damage in the database.
func jobResults(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`ALTER TABLE sync_jobs ADD COLUMN result TEXT NOT NULL DEFAULT ''`).Execute(); err != nil {
		return fmt.Errorf("job results: %w", err)
	}
	return nil
}
