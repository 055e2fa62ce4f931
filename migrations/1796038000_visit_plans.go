package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(visitPlans, noWayBack) }

// visitPlans makes room for plans that repeat, and for what they came to: tables of the server's own, of which nothing
// goes to a phone. Contacts that are still to be made get an index; those that are recorded are not in it, so that a
// push of recorded visits costs what it did.
func visitPlans(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE visit_plans (id TEXT PRIMARY KEY, patient TEXT NOT NULL, team TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
			planner TEXT NOT NULL, role TEXT NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '',
			planned_to TEXT NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX visit_plans_patient ON visit_plans (patient)`,
		`CREATE INDEX visit_plans_team ON visit_plans (team) WHERE ended_at = ''`,
		`CREATE TABLE plan_visits (plan TEXT NOT NULL, day TEXT NOT NULL, place INTEGER NOT NULL, contact TEXT NOT NULL, turn INTEGER NOT NULL,
			withdrawn INTEGER NOT NULL, patient TEXT NOT NULL, minutes INTEGER NOT NULL, wrote TEXT NOT NULL, PRIMARY KEY (plan, day, place)) WITHOUT ROWID`,
		`CREATE INDEX plan_visits_contact ON plan_visits (contact)`,
		`CREATE INDEX plan_visits_patient ON plan_visits (patient, day)`,
		`CREATE INDEX plan_visits_day ON plan_visits (day)`,
		// Erasing a person erases what was planned for them.
		`CREATE TRIGGER visit_plans_erase AFTER DELETE ON patients BEGIN
			DELETE FROM visit_plans WHERE patient = old.id; DELETE FROM plan_visits WHERE patient = old.id; END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("visit plans: %w", err)
		}
	}
	for name, index := range map[string]struct{ name, columns, where string }{
		"visits":   {"idx_visits_to_make", "`team`, `planned_start`", "`status` = 'planned' OR `status` = 'in_progress'"},
		"checkins": {"idx_checkins_to_make", "`team`, `planned_start`", "`planned_start` != '' AND `happened_at` = ''"},
	} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		if c.GetIndex(index.name) != "" {
			continue
		}
		c.AddIndex(index.name, false, index.columns, index.where)
		if err := app.Save(c); err != nil {
			return fmt.Errorf("index %s: %w", name, err)
		}
	}
	return nil
}
