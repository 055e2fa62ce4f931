package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Checkins is the collection of check-ins: no built-in reads. Its safeguarding field is hidden from
// PocketBase's routes: only the safeguarding lead gets it, through a handover. Those of a person are sent again, in
// their order, when somebody else has the person.
func Checkins() *core.Collection {
	c := build(care.Checkins)
	c.AddIndex("idx_checkins_to_make", false, "`team`, `planned_start`", "`planned_start` != '' AND `happened_at` = ''")
	c.AddIndex("idx_checkins_patient", false, "`patient`, `id`", "")
	return c
}
