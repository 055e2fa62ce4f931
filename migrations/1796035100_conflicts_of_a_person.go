package migrations

import (
	"doorstep/collections"

	m "github.com/pocketbase/pocketbase/migrations"
)

// A conflict is for everybody who reads the record since, so that what is remembered of one that is deleted includes whom it
// is about.
func init() { m.Register(collections.InstallTriggers, noWayBack) }
