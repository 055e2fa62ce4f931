package care

import "time"

// CaseloadRow is one row of a caseload: a person whom a team, or one member of staff, has for a
// time.
type CaseloadRow struct {
	ID, Patient string
	Team, Staff string    // one of them
	From, To    time.Time // To zero = until further notice
	Reason      string
	Cohort      string
	// ContactEveryDays is how often the person is to be seen; nil = not said.
	ContactEveryDays *int64
}

// Holder is the scope name of the team or the member of staff.
func (r *CaseloadRow) Holder() string {
	if r.Team != "" {
		return TeamScope(r.Team)
	}
	return StaffScope(r.Staff)
}

// Over says whether the row has ended by a time.
func (r *CaseloadRow) Over(at time.Time) bool { return !r.To.IsZero() && !r.To.After(at) }

// InForce says whether the row counts at a time.
func (r *CaseloadRow) InForce(at time.Time) bool { return !r.From.After(at) && !r.Over(at) }
