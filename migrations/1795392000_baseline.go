// Package migrations tells how a database got to the schema that collections describes: one file for
// each step, never edited after a release. Only the baseline may call the builders of collections,
// because they change; every later step states its own delta.
package migrations

import (
	"errors"

	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// errNoWayBack refuses to undo a step that would destroy records.
var errNoWayBack = errors.New("this migration holds care records: restore a backup instead of reverting it")

func noWayBack(core.App) error { return errNoWayBack }

func init() { m.Register(baseline, noWayBack) }

// baseline makes all collections and deletes PocketBase's own "users", which anyone may sign up to.
func baseline(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	if err := app.Delete(users); err != nil {
		return err
	}
	return collections.Create(app)
}
