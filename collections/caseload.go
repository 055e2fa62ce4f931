package collections

import (
	"time"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Caseload is one row of a caseload: it grants a person to a team or to one member of staff.
type Caseload struct{ core.BaseRecordProxy }

// Patient is the id of the person.
func (c *Caseload) Patient() string { return c.GetString("patient") }

// Team is the id of the team that holds the person, "" when Staff does.
func (c *Caseload) Team() string { return c.GetString("team") }

// Staff is the id of the member of staff who holds the person, "" when Team does.
func (c *Caseload) Staff() string { return c.GetString("staff") }

// From is when access begins; zero = since ever.
func (c *Caseload) From() time.Time { return c.GetDateTime("from").Time() }

// To is when access ends, that moment excluded; zero = open-ended.
func (c *Caseload) To() time.Time { return c.GetDateTime("to").Time() }

// HoldsAt says whether the row grants access at that time.
func (c *Caseload) HoldsAt(t time.Time) bool {
	return !t.Before(c.From()) && (c.To().IsZero() || t.Before(c.To()))
}

// Caseloads is the collection of caseload rows: no built-in reads, the desk has routes of its own.
// Grants are derived by person, team and member of staff, and every built-in read of a care record
// goes through idx_caseload_patient.
func Caseloads() *core.Collection {
	c := build(care.Caseload)
	c.AddIndex("idx_caseload_patient", false, "`patient`", "")
	c.AddIndex("idx_caseload_team", false, "`team`", "`team` != ''")
	c.AddIndex("idx_caseload_staff", false, "`staff`", "`staff` != ''")
	return c
}
