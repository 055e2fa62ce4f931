package migrations

import (
	"fmt"

	"doorstep/internal/care"
	"doorstep/internal/rules"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(defaultRules, noWayBack) }

// defaultRules puts the shipped rules into a new database, without owner and approver: a clinical
// lead must adopt them. It takes them as they are in this release rather than as they were when the
// migration was written, so that nobody starts with a rule known to be wrong. A
// later release states a new version of a rule in a migration of its own.
func defaultRules(app core.App) error {
	collection, err := app.FindCollectionByNameOrId(care.HandoverRules)
	if err != nil {
		return fmt.Errorf("find %s: %w", care.HandoverRules, err)
	}
	for _, r := range rules.Defaults() {
		record := core.NewRecord(collection)
		record.Id = r.ID
		for name, value := range map[string]any{
			"code": r.Code, "version": r.Version, "title": r.Title, "collection": r.Collection, "trigger": r.Trigger, "unless": r.Unless,
			"class": string(r.Class), "destination": r.Destination, "ask": r.Ask, "state": r.State, "review_on": r.ReviewOn,
		} {
			record.Set(name, value)
		}
		if err := app.Save(record); err != nil {
			return fmt.Errorf("save rule %s: %w", r.Code, err)
		}
	}
	// No engine runs during a migration, and one that starts reads the rules anyway.
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM sync_dirty WHERE collection = 'handover_rules'`).Execute(); err != nil {
		return fmt.Errorf("take the shipped rules off the queue: %w", err)
	}
	return nil
}
