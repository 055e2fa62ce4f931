package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Quarantined is something a device sent that could not be stored as it came.
type Quarantined struct{ core.BaseRecordProxy }

// OwnerTeam is the id of the team whose lead must decide.
func (q *Quarantined) OwnerTeam() string { return q.GetString("owner_team") }

// Open says that nobody decided yet.
func (q *Quarantined) Open() bool { return q.GetString("state") == "open" }

// WaitsFor is the id of the record whose appearance runs it, "" when nothing does.
func (q *Quarantined) WaitsFor() string { return q.GetString("waits_for") }

// Quarantine is the collection of what could not be stored: no built-in reads. Few rows wait for a
// record, and few are open; those of a person are judged with what is stored.
func Quarantine() *core.Collection {
	c := build(care.Quarantine)
	c.AddIndex("idx_quarantine_waits_for", false, "`waits_for`", "`waits_for` != ''")
	c.AddIndex("idx_quarantine_owner_team", false, "`owner_team`", "`state` = 'open'")
	c.AddIndex("idx_quarantine_patient", false, "`patient`", "`state` = 'open'")
	return c
}
