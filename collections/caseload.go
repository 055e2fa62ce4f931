package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Caseloads is the collection of caseload rows: no built-in reads, the desk has routes of its own.
// Grants are derived by person, team and member of staff.
func Caseloads() *core.Collection {
	c := build(care.Caseload)
	c.AddIndex("idx_caseload_patient", false, "`patient`", "")
	c.AddIndex("idx_caseload_team", false, "`team`", "`team` != ''")
	c.AddIndex("idx_caseload_staff", false, "`staff`", "`staff` != ''")
	return c
}
