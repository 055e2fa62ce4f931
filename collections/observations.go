package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Observation is one set of readings. It is never changed: a correction is a new set.
type Observation struct{ core.BaseRecordProxy }

// Patient is the id of the person observed.
func (o *Observation) Patient() string { return o.GetString("patient") }

// Visit is the id of the visit the set was taken at, "" when at none.
func (o *Observation) Visit() string { return o.GetString("visit") }

// Replaces is the id of the set this one corrects, "" when none.
func (o *Observation) Replaces() string { return o.GetString("replaces") }

// Observations is the collection of sets of readings, without any index but its primary key, as
// Visits.
func Observations() *core.Collection {
	return readable(build(care.Observations), CareRecordRule(care.Observations, "patient."))
}
