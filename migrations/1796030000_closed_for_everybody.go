package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(closedForEverybody, noWayBack) }

// closedForEverybody lists what is closed under everybody who had a part in it, and takes away the indexes from which
// only the team that had it last was read. What was refused of a person is found by an index.
func closedForEverybody(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE closed_handovers (holder TEXT NOT NULL, at TEXT NOT NULL, handover TEXT NOT NULL, how INTEGER NOT NULL, "by" TEXT NOT NULL, class TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (holder, at, handover)) WITHOUT ROWID`,
		`CREATE INDEX closed_handovers_handover ON closed_handovers (handover)`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("list what is closed: %w", err)
		}
	}
	var closed []string
	if err := app.NonconcurrentDB().NewQuery(`SELECT id FROM handovers WHERE state IN ('done', 'stood_down')`).Column(&closed); err != nil {
		return fmt.Errorf("find what is closed: %w", err)
	}
	for _, statement := range collections.FileClosed("{:id}")[1:] {
		for _, id := range closed {
			if _, err := app.NonconcurrentDB().NewQuery(statement).Bind(dbx.Params{"id": id}).Execute(); err != nil {
				return fmt.Errorf("list the closed handover %s: %w", id, err)
			}
		}
	}
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		return fmt.Errorf("find handovers: %w", err)
	}
	for _, column := range []string{"to_team", "from_team", "from_staff", "owner", "acknowledged_by"} {
		c.RemoveIndex("idx_handovers_closed_" + column)
	}
	if err := app.Save(c); err != nil {
		return fmt.Errorf("drop the indexes of closed handovers: %w", err)
	}
	kept, err := app.FindCollectionByNameOrId("quarantine")
	if err != nil {
		return fmt.Errorf("find quarantine: %w", err)
	}
	if kept.GetIndex("idx_quarantine_person") == "" {
		kept.AddIndex("idx_quarantine_person", false, "`patient`, `id`", "")
		if err := app.Save(kept); err != nil {
			return fmt.Errorf("index what was refused by person: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
