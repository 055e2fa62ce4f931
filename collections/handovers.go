package collections

import (
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Handovers is the collection of handovers: no built-in reads, inboxes have routes of their own.
// An inbox reads by destination and state, a sender's desk by its own team; grouping looks for a
// person's open ones, a leaver's desk for those they own. What is closed grows for ever and is read a page at a time, the latest first, by
// where it went, where it came from and whose it was: such rows enter these indexes once, when they close.
func Handovers() *core.Collection {
	c := build(care.Handovers)
	c.AddIndex("idx_handovers_to_team", false, "`to_team`, `state`", "")
	c.AddIndex("idx_handovers_from_team", false, "`from_team`, `state`", "")
	c.AddIndex("idx_handovers_patient", false, "`patient`", "")
	c.AddIndex("idx_handovers_owner", false, "`owner`", "`owner` != ''")
	for _, columns := range []string{"`to_team`", "`from_team`", "`from_staff`, `from_team`", "`owner`", "`acknowledged_by`"} {
		c.AddIndex(closedIndex(columns), false, columns+", `state`, `class`, `version`, `id`", care.AnyState("`state`", care.State.Closed))
	}
	return c
}

// closedIndex names an index of closed handovers by its first column.
func closedIndex(columns string) string {
	first, _, _ := strings.Cut(columns, ",")
	return "idx_handovers_closed_" + strings.Trim(first, "`")
}
