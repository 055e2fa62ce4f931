package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(withdrawnServices, noWayBack) }

// withdrawnServices asks again for consent to whoever a retracted service has, or a retracted team, or a team of
// nobody's: such people were taken for those of direct care. It also looks again at what stands with such teams.
func withdrawnServices(app core.App) error {
	const gone = `SELECT id FROM teams WHERE retracted <> '' OR organisation NOT IN (SELECT id FROM organisations WHERE retracted = '')`
	for _, statement := range []string{
		`INSERT INTO sync_dirty (collection, record, op, was) SELECT DISTINCT 'caseload', 'team:' || team, 'ask', '{}' FROM caseload
			WHERE team <> '' AND (team IN (` + gone + `) OR team NOT IN (SELECT id FROM teams))`,
		`INSERT INTO sync_dirty (collection, record, op, was) SELECT DISTINCT 'caseload', 'staff:' || c.staff, 'ask', '{}' FROM caseload c JOIN staff s ON s.id = c.staff
			WHERE s.organisation NOT IN (SELECT id FROM organisations WHERE retracted = '') OR EXISTS (SELECT 1 FROM json_each(iif(json_valid(s.teams), s.teams, '[]')) WHERE value IN (` + gone + `))`,
		`INSERT INTO sync_due (at, kind, ref) SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'handover', id FROM handovers WHERE to_team IN (` + gone + `) ON CONFLICT DO NOTHING`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("ask again who is with services that are no more: %w", err)
		}
	}
	return nil
}
