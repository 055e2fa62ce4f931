package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Quarantine is the collection of what could not be stored: no built-in reads. Few rows wait for a
// record, and few are open; those of a person are judged with what is stored. The
// timeline of a person shows all of theirs.
func Quarantine() *core.Collection {
	c := build(care.Quarantine)
	c.AddIndex("idx_quarantine_waits_for", false, "`waits_for`, `client`, `mid`", "`waits_for` != ''")
	c.AddIndex("idx_quarantine_sealed", false, "`client`", "`code` = '"+care.CodeSealed+"' AND `state` = '"+string(care.IssueOpen)+"'")
	c.AddIndex("idx_quarantine_owner_team", false, "`owner_team`", "`state` = '"+care.IssueOpen+"'")
	c.AddIndex("idx_quarantine_patient", false, "`patient`, `id`", "`state` = '"+care.IssueOpen+"'")
	c.AddIndex("idx_quarantine_person", false, "`patient`, `id`", "")
	return c
}
