package migrations

import (
	"doorstep/collections"

	m "github.com/pocketbase/pocketbase/migrations"
)

// What changes a phone's standing past PocketBase is noticed from here on. A new database has the
// triggers from the beginning; to make them again changes nothing.
func init() { m.Register(collections.InstallTriggers, noWayBack) }
