package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverEvents is the history of handovers: no built-in reads. It is read a handover at a time: what brought it to
// where it stands, by kind; all of it, some lines at a time; and how many lines somebody has written into it.
func HandoverEvents() *core.Collection {
	c := build(care.HandoverEvents)
	c.AddIndex("idx_handover_events_kind", false, "`handover`, `kind`, `id`", "")
	c.AddIndex("idx_handover_events_by", false, "`handover`, `by`", "`by` != ''")
	return c
}
