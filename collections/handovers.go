package collections

import (
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Handover is something a partner must act on.
type Handover struct{ core.BaseRecordProxy }

// Patient is the id of the person it is about.
func (h *Handover) Patient() string { return h.GetString("patient") }

// FromTeam is the id of the team that sent it.
func (h *Handover) FromTeam() string { return h.GetString("from_team") }

// ToTeam is the id of the team it stands with, "" when it has no destination.
func (h *Handover) ToTeam() string { return h.GetString("to_team") }

// Class is its urgency.
func (h *Handover) Class() care.Class { return care.Class(h.GetString("class")) }

// State is where it stands.
func (h *Handover) State() care.State { return care.State(h.GetString("state")) }

// Owner is the staff id of the clinician who accepted it, "" before that.
func (h *Handover) Owner() string { return h.GetString("owner") }

// Handovers is the collection of handovers: no built-in reads, inboxes have routes of their own.
// An inbox reads by destination and state, a sender's desk by its own team; grouping looks for a
// person's open ones. What is closed grows for ever and is read a page at a time, the latest first, by
// where it went, where it came from and whose it was: such rows enter these indexes once, when they close.
func Handovers() *core.Collection {
	c := build(care.Handovers)
	c.AddIndex("idx_handovers_to_team", false, "`to_team`, `state`", "")
	c.AddIndex("idx_handovers_from_team", false, "`from_team`, `state`", "")
	c.AddIndex("idx_handovers_patient", false, "`patient`", "")
	for _, columns := range []string{"`to_team`", "`from_team`", "`from_staff`, `from_team`", "`owner`", "`acknowledged_by`"} {
		c.AddIndex(closedIndex(columns), false, columns+", `state`, `class`, `version`, `id`", "`state` = 'done' OR `state` = 'stood_down'")
	}
	return c
}

// closedIndex names an index of closed handovers by its first column.
func closedIndex(columns string) string {
	first, _, _ := strings.Cut(columns, ",")
	return "idx_handovers_closed_" + strings.Trim(first, "`")
}
