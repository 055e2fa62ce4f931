package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(closedHandovers, noWayBack) }

// closedHandovers adds the indexes by which closed handovers are read a page at a time. A new database
// has them from the baseline.
func closedHandovers(app core.App) error {
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	missing := false
	for _, index := range []struct{ name, columns string }{
		{"idx_handovers_closed_to_team", "`to_team`"}, {"idx_handovers_closed_from_team", "`from_team`"}, {"idx_handovers_closed_from_staff", "`from_staff`, `from_team`"},
		{"idx_handovers_closed_owner", "`owner`"}, {"idx_handovers_closed_acknowledged_by", "`acknowledged_by`"},
	} {
		if c.GetIndex(index.name) == "" {
			c.AddIndex(index.name, false, index.columns+", `state`, `class`, `version`, `id`", "`state` = 'done' OR `state` = 'stood_down'")
			missing = true
		}
	}
	if !missing {
		return nil
	}
	if err := app.Save(c); err != nil {
		return fmt.Errorf("index closed handovers: %w", err)
	}
	return nil
}
