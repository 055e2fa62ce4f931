package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(contactLists, noWayBack) }

// contactLists makes room for lists of people to keep in touch with: tables of the server's own. What a phone may know of
// them stands in the person's record; a new database has these two fields from its baseline.
func contactLists(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE contact_lists (id TEXT PRIMARY KEY, team TEXT NOT NULL, name TEXT NOT NULL, safe_name TEXT NOT NULL, rule TEXT NOT NULL, every_days INTEGER NOT NULL,
			review_days INTEGER NOT NULL, shown TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '',
			judged_on TEXT NOT NULL DEFAULT '', judged_to TEXT NOT NULL DEFAULT '', broke INTEGER NOT NULL DEFAULT 0, broke_why TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
		`CREATE INDEX contact_lists_team ON contact_lists (team)`,
		`CREATE TABLE contact_people (list TEXT NOT NULL, patient TEXT NOT NULL, since TEXT NOT NULL, by_staff TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
			left_at TEXT NOT NULL DEFAULT '', left_by TEXT NOT NULL DEFAULT '', left_why TEXT NOT NULL DEFAULT '', every_days INTEGER NOT NULL,
			last_at TEXT NOT NULL DEFAULT '', last_staff TEXT NOT NULL DEFAULT '', last_team TEXT NOT NULL DEFAULT '', due_on TEXT NOT NULL,
			reviewed_on TEXT NOT NULL DEFAULT '', reviewed_by TEXT NOT NULL DEFAULT '', PRIMARY KEY (list, patient)) WITHOUT ROWID`,
		`CREATE INDEX contact_people_patient ON contact_people (patient)`,
		`CREATE INDEX contact_people_due ON contact_people (list, due_on, patient) WHERE left_at = ''`,
		`CREATE TABLE contact_waiting (n INTEGER PRIMARY KEY AUTOINCREMENT, patient TEXT NOT NULL)`,
		`CREATE INDEX contact_waiting_patient ON contact_waiting (patient)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("contact lists: %w", err)
		}
	}
	if _, err := addFields(app, "patients", []core.Field{&core.JSONField{Name: "contact_lists", MaxSize: 256 << 10}, &core.JSONField{Name: "shared_lists", MaxSize: 256 << 10}}); err != nil {
		return err
	}
	return collections.InstallTriggers(app)
}
