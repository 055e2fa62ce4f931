package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(deviceRefusals, noWayBack) }

// deviceRefusals makes the table of phones that are refused, by what they ask for. Who deletes a phone deletes its rows.
func deviceRefusals(app core.App) error {
	for _, statement := range []string{
		`CREATE TABLE device_refusals (device TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, since TEXT NOT NULL, last TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (device, kind)) WITHOUT ROWID`,
		`CREATE TRIGGER device_refusals_erase AFTER DELETE ON devices BEGIN DELETE FROM device_refusals WHERE device = OLD.id; END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("refusals of phones: %w", err)
		}
	}
	return nil
}
