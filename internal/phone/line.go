package phone

import (
	"fmt"

	"doorstep/internal/care"
)

// Line adds what its author did to a handover they see: a line of its history, of one of care.LineKinds, with the words and
// the details that belong to it ("" and nil for none). It needs no network, nor that the handover's person is still theirs.
// The server does what the line says, and says by whom and when; until then it stands in the overlay without either.
// It returns the id of the line.
func (c *Change) Line(handover, kind, text string, detail map[string]any) (id string) {
	h, ok := c.see(care.Handovers, handover)
	if !ok {
		return ""
	}
	if h.Patient() == "" {
		c.fail(fmt.Errorf("%w: whom handover %s is about", ErrNotHeld, handover))
		return ""
	}
	values := map[string]any{"handover": handover, "patient": h.Patient(), "kind": kind}
	if text != "" {
		values["text"] = text
	}
	if detail != nil {
		values["detail"] = detail
	}
	return c.Create(care.HandoverEvents, values)
}
