// Package access decides who may see what, and who may do what. It holds what such a decision
// leans on (who has whom, who works where, which scope moved when) in memory, and asks nobody.
//
// A request gets one [Access], made by [Index.Of], and hands it down: a pull, a page of an inbox, a
// search all ask that value and never the table of duties. The store fills the [Index] when it
// starts and after each commit; the index knows no SQL and no store.
package access

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
)

// Access is what one member of staff may see and do, at the moment a request was made. It is made
// once for the request. Whom they hold is looked up as it stands when asked: a holding that ends
// while a page is being made ends there too.
type Access struct {
	Rights

	index   *Index
	at      time.Time
	holders []string // the names under which they hold people
	own     []string // their scopes that are not people
}

// Of is the access of a member of staff, as their account stands now.
func (ix *Index) Of(v care.Viewer) *Access {
	rights := RightsOf(v)
	return &Access{Rights: rights, index: ix, at: ix.now(), holders: holdersOf(v, rights.Duty), own: ownScopes(v, rights.Duty)}
}

// Fresh is the access of the same member of staff as their account stands now; false when it is gone.
func (a *Access) Fresh() (*Access, bool) {
	v, ok := a.index.Staff(a.Staff)
	if !ok {
		return nil, false
	}
	return a.index.Of(v), true
}

// ScopeID is the number of a scope; false when it was never named.
func (a *Access) ScopeID(name string) (id int64, ok bool) { return a.index.ScopeID(name) }

// ScopeName is the name of a scope by its number; "" for none.
func (a *Access) ScopeName(id int64) string { return a.index.ScopeName(id) }

// ResetAfter says whether all their scopes began anew after a number: their role or teams changed.
func (a *Access) ResetAfter(seq int64) bool {
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return a.index.resetAfter(a.Staff, seq)
}

// Holds says whether they have a person on a caseload now.
func (a *Access) Holds(patient string) bool {
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	now, _ := a.index.holds(a.Viewer, a.holders, patient, time.Time{})
	return now
}

// HolderNames are the names of the scopes under which they have people: their teams', where they have what a team has, and
// their own.
func (a *Access) HolderNames() []string { return slices.Clone(a.holders) }

// HeldThen is Holds for two moments: now, and at a time in the past.
func (a *Access) HeldThen(patient string, at time.Time) (now, then bool) {
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return a.index.holds(a.Viewer, a.holders, patient, at)
}

// Oversees says whether they are the end of the chain for a person: a team of their
// neighbourhood has them now.
func (a *Access) Oversees(patient string) bool {
	return a.Duty.Chain && a.index.HeldByTeams(patient, a.DeskTeams())
}

// Near says whether a person is theirs to look at and decide about: on a caseload of their own or, for a desk,
// of a team it answers for, or by name with somebody who works for no other desk's team. Whom somebody has for
// two employers is for each of them only by what is their own.
func (a *Access) Near(patient string) bool {
	if a.Holds(patient) {
		return true
	}
	if !a.Duty.Desk {
		return false
	}
	teams := a.DeskTeams()
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return slices.ContainsFunc(a.index.grants[patient], func(g *Grant) bool {
		if g.ToSeq != 0 {
			return false
		}
		if team, ok := strings.CutPrefix(g.Holder, care.TeamScope("")); ok {
			return slices.Contains(teams, team)
		}
		staff, _ := strings.CutPrefix(g.Holder, care.StaffScope(""))
		return a.index.staff[staff].worksOnlyFor(teams)
	})
}

// FormerlyOurs says whether a row of a caseload, however long over, was of a team of theirs or of their
// organisation, or of somebody who works for it.
func (a *Access) FormerlyOurs(rows []care.CaseloadRow) bool {
	teams := a.DeskTeams()
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return slices.ContainsFunc(rows, func(r care.CaseloadRow) bool {
		team, member := a.index.directory.Team(r.Team), a.index.staff[r.Staff]
		return r.Team != "" && slices.Contains(teams, r.Team) || a.Organisation != "" &&
			(team != nil && team.Organisation == a.Organisation || member != nil && member.Organisation == a.Organisation)
	})
}

// OwnStaff are the ids of the staff who work for the desk's teams and for nobody else's, by name.
func (a *Access) OwnStaff() []string {
	teams := a.DeskTeams()
	ids := a.MemberIDs()
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	return slices.DeleteFunc(ids, func(id string) bool { return !a.index.staff[id].worksOnlyFor(teams) })
}

// worksOnlyFor says whether every team of a member of staff is one of these.
func (m *Member) worksOnlyFor(teams []string) bool {
	return m != nil && len(m.Teams) > 0 && !slices.ContainsFunc(m.Teams, func(t string) bool { return !slices.Contains(teams, t) })
}

// holdersOf are the names under which somebody holds people: their own, and those of their teams.
func holdersOf(v care.Viewer, duty care.Duty) []string {
	switch duty.Reach {
	case care.OwnPeople:
		return []string{care.StaffScope(v.Staff)}
	case care.TeamPeople:
		names := make([]string, 0, 1+len(v.Teams))
		names = append(names, care.StaffScope(v.Staff))
		for _, t := range v.Teams {
			names = append(names, care.TeamScope(t))
		}
		return names
	case care.Nobody:
	}
	return nil
}

// ownScopes are somebody's scopes that are not people.
func ownScopes(v care.Viewer, duty care.Duty) []string {
	scopes := []string{care.DirectoryScope, care.StaffScope(v.Staff)}
	if duty.Reach == care.OwnPeople {
		return scopes // of what a team has and shares, only what concerns themselves
	}
	for _, t := range v.Teams {
		if duty.View != care.NoRecords || duty.Inbox {
			scopes = append(scopes, care.DestinationScope(t))
		}
		if duty.FollowsTeam() {
			scopes = append(scopes, care.TeamScope(t))
		}
		if duty.Desk {
			scopes = append(scopes, care.DeskScope(t))
		}
	}
	return scopes
}

// PersonScope is the scope in which a view gets a person's records.
func PersonScope(view care.View, patient string) string {
	if view == care.Clinical {
		return care.ClinicalScope(patient)
	}
	return care.LimitedScope(patient)
}
