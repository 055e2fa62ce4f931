package migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"

	"doorstep/collections"
)

func init() { m.Register(ruleWindows, noWayBack) }

// ruleWindows lets a rule say how far back it looks, and keeps its golden cases with it. A new database has both from its
// baseline.
func ruleWindows(app core.App) error {
	added, err := addFields(app, "handover_rules", []core.Field{&core.JSONField{Name: "window_days", MaxSize: 64}, &core.JSONField{Name: "cases", MaxSize: 256 << 10}})
	if err != nil || !added {
		return err
	}
	return collections.InstallTriggers(app)
}
