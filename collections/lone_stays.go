package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// LoneStays is the collection of stays at which somebody is alone: no built-in reads. Indexes have those that are not
// over, by which a desk finds them, and those that are, by when.
func LoneStays() *core.Collection {
	c := build(care.LoneStays)
	c.AddIndex("idx_lone_stays_open", false, "`team`", "`closed_at` = ''")
	c.AddIndex("idx_lone_stays_closed", false, "`team`, `closed_at`", "`closed_at` != ''")
	c.AddIndex("idx_lone_stays_over", false, "`closed_at`", "`closed_at` != ''")
	return c
}
