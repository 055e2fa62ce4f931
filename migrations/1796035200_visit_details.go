package migrations

import (
	"fmt"
	"slices"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(visitDetails, noWayBack) }

// visitDetails lets a visit keep what the template of its purpose asked, and a fall be the purpose of one. A new database
// has both from its baseline.
func visitDetails(app core.App) error {
	if _, err := addFields(app, "visits", []core.Field{&core.JSONField{Name: "details", MaxSize: 256 << 10}}); err != nil {
		return err
	}
	visits, err := app.FindCollectionByNameOrId("visits")
	if err != nil {
		return fmt.Errorf("find visits: %w", err)
	}
	if purpose := visits.Fields.GetByName("purpose").(*core.SelectField); !slices.Contains(purpose.Values, "fall") {
		purpose.Values = []string{"wound_care", "insulin", "medication", "catheter", "palliative", "fall", "assessment", "observation", "bloods", "continence",
			"rehabilitation", "mental_health_review", "social_care_review", "wellbeing", "other"}
		if err := app.Save(visits); err != nil {
			return fmt.Errorf("let a visit be for a fall: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
