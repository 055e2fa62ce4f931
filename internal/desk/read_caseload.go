package desk

import "doorstep/internal/care"

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

// holders are the teams and the staff whose caseloads are a lead's.
func (l Lead) holders() *Holders { return &Holders{Teams: l.DeskTeams(), Staff: l.MemberIDs()} }

// ReadCaseload reads one page: of a team or member of staff the lead looks after, or of a person
// whom they, or for the end of the chain a team of the neighbourhood, hold. Who else visits is
// not for a voluntary service.
func ReadCaseload(store CaseloadPages, lead Lead, q CaseloadQuery) (rows []care.CaseloadRow, more bool, err error) {
	asked := 0
	for _, id := range []string{q.Patient, q.Team, q.Staff} {
		if id != "" {
			asked++
		}
	}
	if asked != 1 {
		return nil, false, refuse(CodeInvalid, "Ask for a patient, a team or a member of staff, one of them.")
	}
	if !lead.owns(q.Team, q.Staff) && (q.Patient == "" || !lead.Holds(q.Patient) && !lead.Oversees(q.Patient)) {
		return nil, false, refuse(CodeNotFound, "There is no such caseload among those you look after.")
	}
	if !lead.Clinical() {
		q.Only = lead.holders()
	}
	return store.CaseloadPage(q)
}
