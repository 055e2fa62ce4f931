package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(answers, noWayBack) }

// answers gives handovers the one whose answer asks for them, and when they were last added to. A new database has
// both from its baseline.
func answers(app core.App) error {
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	if c.Fields.GetByName("follows") != nil {
		return nil
	}
	c.Fields.Add(&core.RelationField{Name: "follows", CollectionId: c.Id, MaxSelect: 1}, &core.DateField{Name: "amended_at"})
	if err := app.Save(c); err != nil {
		return fmt.Errorf("save handovers: %w", err)
	}
	return collections.InstallTriggers(app)
}
