package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(searchIndexes, noWayBack) }

// searchIndexes lets statements search what they read whole before: a leaver's handovers, the people
// somebody holds in person, results and rule counts that are old enough to go, and foreign writes that
// steer the rest.
func searchIndexes(app core.App) error {
	for _, statement := range []string{
		`CREATE INDEX sync_grants_holder ON sync_grants (holder, patient) WHERE to_seq IS NULL`,
		`CREATE INDEX sync_results_at ON sync_results (at)`,
		`CREATE INDEX rule_counts_at ON rule_counts (at)`,
		`CREATE INDEX sync_dirty_steering ON sync_dirty (id) WHERE collection IN ('devices', 'caseload', 'staff', 'handover_rules', 'neighbourhoods', 'organisations', 'teams', 'patients')`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("search indexes: %w", err)
		}
	}
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	if c.GetIndex("idx_handovers_owner") != "" { // a new database has it from the baseline
		return nil
	}
	c.AddIndex("idx_handovers_owner", false, "`owner`", "`owner` != ''")
	if err := app.Save(c); err != nil {
		return fmt.Errorf("index handovers by owner: %w", err)
	}
	return nil
}
