package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"

	"doorstep/collections"
)

func init() { m.Register(disputesForReaders, noWayBack) }

// disputesForReaders brings open conflicts to everybody who reads the record: a write past the engine, which notices it,
// puts them into the feed of their person. The triggers that notice know whose they are.
func disputesForReaders(app core.App) error {
	if err := collections.InstallTriggers(app); err != nil {
		return err
	}
	if _, err := app.NonconcurrentDB().NewQuery(`UPDATE conflicts SET due_at = due_at WHERE state = 'open'`).Execute(); err != nil {
		return fmt.Errorf("bring open conflicts to their readers: %w", err)
	}
	return nil
}
