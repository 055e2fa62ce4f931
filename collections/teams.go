package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Teams is the collection of teams: all staff read it. The teams of an organisation are looked up
// when a handover looks for its destination.
func Teams() *core.Collection {
	c := readable(build(care.Teams), signedIn)
	c.AddIndex("idx_teams_organisation", false, "`organisation`", "")
	return c
}
