package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Checkins is the collection of check-ins: no built-in reads. Its safeguarding field is hidden from
// PocketBase's routes: only the safeguarding lead gets it, through a handover.
func Checkins() *core.Collection { return build(care.Checkins) }
