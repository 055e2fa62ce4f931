package migrations

import (
	"doorstep/collections"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() { m.Register(notHere, noWayBack) }

// notHere lets a practice say which classes it does not take in its inbox. A new database has the field from its baseline.
func notHere(app core.App) error {
	added, err := addFields(app, "teams", []core.Field{&core.JSONField{Name: "not_here", MaxSize: 64 << 10}})
	if err != nil || !added {
		return err
	}
	return collections.InstallTriggers(app)
}
