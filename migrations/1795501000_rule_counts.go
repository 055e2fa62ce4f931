package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(ruleCounts, noWayBack) }

// ruleCounts makes the table in which rules are counted: what one in shadow would have raised, and
// where one failed. Ref is the alarm, the record, or for a rule that does not compile the rule: the
// same thing judged again counts once.
func ruleCounts(app core.App) error {
	_, err := app.NonconcurrentDB().NewQuery(`CREATE TABLE rule_counts (code TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (code, version, kind, ref)) WITHOUT ROWID`).Execute()
	if err != nil {
		return fmt.Errorf("make rule_counts: %w", err)
	}
	return nil
}
