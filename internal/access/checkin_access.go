package access

import (
	"encoding/json"
	"slices"
	"strings"

	"doorstep/internal/care"
)

// Gets says whether a phone gets a record of a collection, about a person, that a scope of its owner's brings: check-ins as
// ReadsCheckins says, and of goals a limited viewer those with which their own service helps.
func (a *Access) Gets(collection, patient string, data json.RawMessage) bool {
	if collection == care.Checkins {
		return a.ReadsCheckins(patient)
	}
	return !a.Limited() || care.HelpedByIn(collection, data, a.Organisation)
}

// ReadsCheckins says whether somebody may look at check-ins about a person that are their own, or
// their team's. A limited viewer may only while the person is with them or, for a desk, with anybody
// of its teams: consent that was withdrawn or has run out ends that, as the end of a round does.
func (a *Access) ReadsCheckins(patient string) bool {
	if !a.Limited() || a.Holds(patient) {
		return true
	}
	if !a.Duty.Desk {
		return false
	}
	ix := a.index
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, g := range ix.grants[patient] {
		if g.ToSeq != 0 {
			continue
		}
		if team, ok := strings.CutPrefix(g.Holder, care.TeamScope("")); ok && slices.Contains(a.Teams, team) {
			return true
		}
		staff, _ := strings.CutPrefix(g.Holder, care.StaffScope(""))
		if member := ix.staff[staff]; member != nil && slices.ContainsFunc(member.Teams, func(t string) bool { return slices.Contains(a.Teams, t) }) {
			return true
		}
	}
	return false
}

// LimitedHolder says whether somebody's limited view of a person may hang on a holder of that name.
func (ix *Index) LimitedHolder(name string) bool {
	if team, ok := strings.CutPrefix(name, care.TeamScope("")); ok {
		return ix.Directory().voluntaryTeam(team)
	}
	staff, _ := strings.CutPrefix(name, care.StaffScope(""))
	return ix.LimitedMember(ix.Member(staff))
}

// LimitedMember says whether a member of staff sees the limited projection, or is one of those whose
// people the desk of a voluntary service sees.
func (ix *Index) LimitedMember(m *Member) bool {
	return m != nil && (care.DutyOf(m.Role).View == care.Limited || slices.ContainsFunc(m.Teams, ix.Directory().voluntaryTeam))
}
