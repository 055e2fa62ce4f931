package hooks

import (
	"doorstep/collections"
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// BindTriggers keeps the triggers of the feed in step with the schema, and makes a save of a record
// through PocketBase write only the columns that were changed: written back whole, a record read a
// moment ago would undo what a phone pushed in between.
func BindTriggers(app core.App) {
	collections.BindTriggers(app)
	app.OnRecordUpdate(watched()...).BindFunc(func(e *core.RecordEvent) error {
		e.Record.IgnoreUnchangedFields(true)
		return e.Next()
	})
}

// watched names the collections whose changes the engine must hear of.
func watched() []string {
	var names []string
	for _, c := range care.Collections() {
		if len(collections.Watched(c.Name)) > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}
