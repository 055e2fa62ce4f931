package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Visits is the collection of visits: no built-in reads. Visits are found through the feed, and an index that all of
// them were in would cost a third of the speed of a push: the one there is has those that are still to be made.
func Visits() *core.Collection {
	c := build(care.Visits)
	c.AddIndex("idx_visits_to_make", false, "`team`, `planned_start`", "`status` = 'planned' OR `status` = 'in_progress'")
	return c
}
