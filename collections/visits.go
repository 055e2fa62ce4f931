package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Visit is one visit to a person, planned or done.
type Visit struct{ core.BaseRecordProxy }

// Patient is the id of the person visited.
func (v *Visit) Patient() string { return v.GetString("patient") }

// Team is the id of the team whose visit it is.
func (v *Visit) Team() string { return v.GetString("team") }

// Staff is the id of the visitor.
func (v *Visit) Staff() string { return v.GetString("staff") }

// Status is one of care.VisitStatuses.
func (v *Visit) Status() string { return v.GetString("status") }

// Visits is the collection of visits. It has no index but its primary key: visits are found through
// the feed, and every further index costs a third of the speed of a push.
func Visits() *core.Collection {
	return readable(build(care.Visits), CareRecordRule(care.Visits, "patient."))
}
