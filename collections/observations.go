package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Observations is the collection of sets of readings: no built-in reads, and without any index but its primary key, as
// Visits, and one of the few that replace another.
func Observations() *core.Collection {
	c := build(care.Observations)
	c.AddIndex("idx_observations_replaces", false, "`replaces`", "`replaces` != ''")
	return c
}
