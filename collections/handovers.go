package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Handovers is the collection of handovers: no built-in reads, inboxes have routes of their own.
// An inbox reads by destination and state, a sender's desk by its own team; judging reads a
// person's open ones, a move of a person all of them, a leaver's desk for those they own; how many somebody raises by hand is counted by the day. What is closed grows for ever and is listed in a table of its
// own; see FileClosed.
func Handovers() *core.Collection {
	c := build(care.Handovers)
	c.AddIndex("idx_handovers_to_team", false, "`to_team`, `state`", "")
	c.AddIndex("idx_handovers_from_team", false, "`from_team`, `state`", "")
	c.AddIndex("idx_handovers_patient", false, "`patient`, `id`", "")
	c.AddIndex("idx_handovers_may_change", false, "`patient`", care.SQLMayChange)
	c.AddIndex("idx_handovers_by_hand", false, "`from_staff`, `raised_at`", "`by_hand` = 'true'")
	c.AddIndex("idx_handovers_owner", false, "`owner`", "`owner` != ''")
	return c
}
