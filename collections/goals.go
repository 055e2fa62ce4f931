package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Goals is the collection of what people want, in their own words: no built-in reads, and found through the feed as
// Visits.
func Goals() *core.Collection { return build(care.Goals) }

// GoalSteps is the collection of what is to be done towards goals: as Goals.
func GoalSteps() *core.Collection { return build(care.GoalSteps) }
