package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverEvent is one thing that happened to a handover.
type HandoverEvent struct{ core.BaseRecordProxy }

// Handover is the id of the handover it happened to.
func (e *HandoverEvent) Handover() string { return e.GetString("handover") }

// Kind is the verb: raised, sent, seen, acknowledged, …
func (e *HandoverEvent) Kind() string { return e.GetString("kind") }

// By is the staff id of who did it, "" for the server.
func (e *HandoverEvent) By() string { return e.GetString("by") }

// HandoverEvents is the history of handovers: no built-in reads. It is read a handover at a time.
func HandoverEvents() *core.Collection {
	c := build(care.HandoverEvents)
	c.AddIndex("idx_handover_events_handover", false, "`handover`", "")
	return c
}
