package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(foundByIndex, noWayBack) }

// foundByIndex lets the handovers of a person that evidence may still change be found without a look at those that are closed, and what somebody
// raised by hand in a day be counted. A new database has the indexes from its baseline.
func foundByIndex(app core.App) error {
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	for _, index := range []struct{ name, columns, where string }{
		{"idx_handovers_may_change", "`patient`", `state <> 'done' AND state <> 'stood_down' OR evidence LIKE '%"stranger"%'`},
		{"idx_handovers_by_hand", "`from_staff`, `raised_at`", "`by_hand` = 'true'"},
	} {
		if c.GetIndex(index.name) != "" {
			continue
		}
		c.AddIndex(index.name, false, index.columns, index.where)
		if err := app.Save(c); err != nil {
			return fmt.Errorf("index handovers: %w", err)
		}
	}
	return nil
}
