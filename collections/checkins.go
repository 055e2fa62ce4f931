package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Checkins is the collection of check-ins. Its safeguarding field is hidden from every built-in
// read: only the safeguarding lead gets it, through a handover.
func Checkins() *core.Collection {
	return readable(build(care.Checkins), CareRecordRule(care.Checkins, "patient."))
}
