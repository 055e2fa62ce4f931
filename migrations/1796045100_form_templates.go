package migrations

import (
	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(formTemplates, noWayBack) }

// formTemplates lets an organisation say what its nurses are asked at a visit. A new database has the field from its
// baseline.
func formTemplates(app core.App) error {
	added, err := addFields(app, "organisations", []core.Field{&core.JSONField{Name: "templates", MaxSize: 256 << 10}})
	if err != nil || !added {
		return err
	}
	return collections.InstallTriggers(app)
}
