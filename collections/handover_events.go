package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverEvents is the history of handovers: no built-in reads. It is read a handover at a time.
func HandoverEvents() *core.Collection {
	c := build(care.HandoverEvents)
	c.AddIndex("idx_handover_events_handover", false, "`handover`", "")
	return c
}
