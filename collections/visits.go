package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Visits is the collection of visits: no built-in reads. It has no index but its primary key: visits are found through
// the feed, and every further index costs a third of the speed of a push.
func Visits() *core.Collection { return build(care.Visits) }
