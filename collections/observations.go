package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Observations is the collection of sets of readings: no built-in reads, and without any index but its primary key, as
// Visits.
func Observations() *core.Collection { return build(care.Observations) }
