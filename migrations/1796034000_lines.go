package migrations

import (
	"fmt"
	"strings"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(lines, noWayBack) }

// lines lets the history of a handover be read in part, what a person's move sends again and what waited for a record be
// gone through in steps, and the handovers that tell of a record be found without a look at all of its person. A new
// database has the indexes from its baseline.
func lines(app core.App) error {
	for _, index := range []struct{ of, drop, name, columns, where string }{
		{"handover_events", "idx_handover_events_handover", "idx_handover_events_kind", "`handover`, `kind`, `id`", ""},
		{"handover_events", "", "idx_handover_events_by", "`handover`, `by`", "`by` != ''"},
		{"handovers", "idx_handovers_patient", "idx_handovers_patient", "`patient`, `id`", ""},
		{"checkins", "", "idx_checkins_patient", "`patient`, `id`", ""},
		{"conflicts", "idx_conflicts_patient", "idx_conflicts_patient", "`patient`, `id`", "`state` = 'open'"},
		{"quarantine", "idx_quarantine_patient", "idx_quarantine_patient", "`patient`, `id`", "`state` = 'open'"},
		{"quarantine", "idx_quarantine_waits_for", "idx_quarantine_waits_for", "`waits_for`, `client`, `mid`", "`waits_for` != ''"},
	} {
		c, err := app.FindCollectionByNameOrId(index.of)
		if err != nil {
			return fmt.Errorf("find %s: %w", index.of, err)
		}
		if strings.Contains(c.GetIndex(index.name), "("+index.columns+")") {
			continue
		}
		c.RemoveIndex(index.drop)
		c.RemoveIndex(index.name)
		c.AddIndex(index.name, false, index.columns, index.where)
		if err := app.Save(c); err != nil {
			return fmt.Errorf("index %s: %w", index.of, err)
		}
	}
	for _, statement := range []string{
		`CREATE TABLE handover_records (record TEXT NOT NULL, handover TEXT NOT NULL, PRIMARY KEY (record, handover)) WITHOUT ROWID`,
		collections.FileRecords,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("list handovers by the records they tell of: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
