package migrations

import (
	"doorstep/collections"

	m "github.com/pocketbase/pocketbase/migrations"
)

// The triggers are generated from the fields a collection has, and made anew whenever those change;
// see collections.BindTriggers.
func init() { m.Register(collections.InstallTriggers, noWayBack) }
