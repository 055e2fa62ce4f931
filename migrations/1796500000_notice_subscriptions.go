package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(noticeSubscriptions, noWayBack) }

// noticeSubscriptions makes the table of the browsers that take notices for a member of staff. It is no collection: an
// address there is for the server alone.
func noticeSubscriptions(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE notice_subscriptions (id TEXT PRIMARY KEY, staff TEXT NOT NULL, device TEXT NOT NULL, page TEXT NOT NULL, endpoint TEXT NOT NULL UNIQUE,
			p256dh TEXT NOT NULL, auth TEXT NOT NULL, made_at TEXT NOT NULL, seen_at TEXT NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX notice_subscriptions_staff ON notice_subscriptions (staff, seen_at)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.60s: %w", statement, err)
		}
	}
	return nil
}
