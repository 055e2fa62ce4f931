package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Observations is the collection of sets of readings, without any index but its primary key, as
// Visits.
func Observations() *core.Collection {
	return readable(build(care.Observations), CareRecordRule(care.Observations, "patient."))
}
