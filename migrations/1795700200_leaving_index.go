package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(leavingIndex, noWayBack) }

// leavingIndex finds what desks noted of a leaver in an audit that only grows.
func leavingIndex(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`CREATE INDEX audit_leave ON audit (record) WHERE action = 'leave'`).Execute(); err != nil {
		return fmt.Errorf("index leavers in the audit: %w", err)
	}
	return nil
}
