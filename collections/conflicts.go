package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Conflicts is the collection of disagreements: no built-in reads. They are found by the record they
// are about and, while they are open, by the person, to judge both sides, and by the team that must
// decide.
func Conflicts() *core.Collection {
	c := build(care.Conflicts)
	c.AddIndex("idx_conflicts_record", false, "`record`", "")
	c.AddIndex("idx_conflicts_owner_team", false, "`owner_team`", "`state` = '"+care.IssueOpen+"'")
	c.AddIndex("idx_conflicts_patient", false, "`patient`, `id`", "`state` = '"+care.IssueOpen+"'")
	return c
}
