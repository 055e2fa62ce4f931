package migrations

import (
	"fmt"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(workingTime, noWayBack) }

// workingTime lets the server notice that a day was closed or opened, whoever writes that: what is due in working
// time follows it. And triggers keep what stood in a row whatever that was.
func workingTime(app core.App) error {
	for _, trigger := range []string{
		`CREATE TRIGGER dirty_calendar_days_insert AFTER INSERT ON calendar_days BEGIN
INSERT INTO sync_dirty (collection, record, op, was) VALUES ('calendar_days', NEW.day, 'insert', '{}');
END`,
		`CREATE TRIGGER dirty_calendar_days_update AFTER UPDATE ON calendar_days WHEN NEW.open IS NOT OLD.open BEGIN
INSERT INTO sync_dirty (collection, record, op, was) VALUES ('calendar_days', NEW.day, 'update', json_object('open', OLD.open));
END`,
		`CREATE TRIGGER dirty_calendar_days_delete AFTER DELETE ON calendar_days BEGIN
INSERT INTO sync_dirty (collection, record, op, was) VALUES ('calendar_days', OLD.day, 'delete', json_object('open', OLD.open));
END`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(trigger).Execute(); err != nil {
			return fmt.Errorf("watch calendar_days: %w", err)
		}
	}
	return collections.InstallTriggers(app)
}
