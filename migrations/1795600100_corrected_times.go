package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(correctedTimes, noWayBack) }

// correctedTimes adds the field that keeps a phone's times corrected by its clock's offset. A new
// database has it from the baseline.
func correctedTimes(app core.App) error {
	missing := false
	for _, name := range []string{"visits", "observations", "checkins"} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		if c.Fields.GetByName("corrected") != nil {
			continue
		}
		c.Fields.Add(&core.JSONField{Name: "corrected", MaxSize: 256 << 10})
		if err := app.Save(c); err != nil {
			return fmt.Errorf("add corrected to %s: %w", name, err)
		}
		missing = true
	}
	if !missing {
		return nil
	}
	return collections.InstallTriggers(app)
}
