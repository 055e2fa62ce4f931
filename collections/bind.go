package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// bindTriggersID makes a second binding replace the first.
const bindTriggersID = "doorstepTriggers"

// BindTriggers makes the triggers of a collection anew whenever its schema changes, in the same
// transaction, so that no write slips through between. They must be gone during the change: SQLite
// drops no column a trigger names.
func BindTriggers(app core.App) {
	app.OnCollectionUpdateExecute().Bind(&hook.Handler[*core.CollectionEvent]{
		Id: bindTriggersID,
		Func: func(e *core.CollectionEvent) error {
			if _, known := care.ByName(e.Collection.Name); !known || !hasDirtyTable(e.App) {
				return e.Next()
			}
			outer := e.App
			defer func() { e.App = outer }()
			return e.App.RunInTransaction(func(txApp core.App) error {
				e.App = txApp
				if err := dropTriggers(txApp, e.Collection.Name); err != nil {
					return err
				}
				if err := e.Next(); err != nil {
					return err
				}
				return installTriggers(txApp, e.Collection.Name)
			})
		},
	})
}

// hasDirtyTable is false only while the baseline is being laid.
func hasDirtyTable(app core.App) bool { return app.HasTable("sync_dirty") }
