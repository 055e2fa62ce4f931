package desk

import (
	"slices"

	"doorstep/internal/care"
)

// CaseloadQuery is one page of a caseload: of a person, of a team, or of a member of staff, one
// of them.
type CaseloadQuery struct {
	Patient, Team, Staff string
	Ended                bool   // also what is over
	After                string // the last id of the page before
	Limit                int
	// Only rows of these holders; nil = of all.
	Only *Holders
}

// Holders are teams and staff who have people.
type Holders struct{ Teams, Staff []string }

// CaseloadPages reads caseloads by the page, by id.
type CaseloadPages interface {
	CaseloadPage(CaseloadQuery) (rows []care.CaseloadRow, more bool, err error)
}

// holders are the teams and the staff whose caseloads are a lead's. What somebody has who works for others
// too is theirs only where it is with a team of the lead's as well.
func (l Lead) holders() *Holders { return &Holders{Teams: l.DeskTeams(), Staff: l.OwnStaff()} }

// CaseloadPart is a page of a caseload as a lead gets it.
type CaseloadPart struct {
	Rows []care.CaseloadRow
	// Last is where the next page goes on; rows that are not the lead's may lie before it.
	Last string
	More bool
}

// ReadCaseload reads one page: of a team or member of staff the lead looks after, or of a person
// whom they, or for the end of the chain a team of the neighbourhood, hold. Who else visits is
// not for a voluntary service, and whom a member of staff has for another employer is not for the lead.
func ReadCaseload(store CaseloadPages, lead Lead, q CaseloadQuery) (part CaseloadPart, err error) {
	asked := 0
	for _, id := range []string{q.Patient, q.Team, q.Staff} {
		if id != "" {
			asked++
		}
	}
	if asked != 1 {
		return part, refuse(CodeInvalid, "Ask for a patient, a team or a member of staff, one of them.")
	}
	if !lead.owns(q.Team, q.Staff) && (q.Patient == "" || !lead.Holds(q.Patient) && !lead.Oversees(q.Patient)) {
		return part, refuse(CodeNotFound, "There is no such caseload among those you look after.")
	}
	if !lead.Clinical() {
		q.Only = lead.holders()
	}
	part.Rows, part.More, err = store.CaseloadPage(q)
	if n := len(part.Rows); n > 0 {
		part.Last = part.Rows[n-1].ID
	}
	if q.Staff != "" && !slices.Contains(lead.OwnStaff(), q.Staff) {
		part.Rows = slices.DeleteFunc(part.Rows, func(r care.CaseloadRow) bool { return !lead.Near(r.Patient) })
	}
	return part, err
}
