// Package access decides who may see what, and who may do what. It holds what such a decision
// leans on (who has whom, who works where, which scope moved when) in memory, and asks nobody.
//
// A request gets one [Access], made by [Index.Of], and hands it down: a pull, a page of an inbox, a
// search all ask that value and never the table of duties. The store fills the [Index] when it
// starts and after each commit; the index knows no SQL and no store.
package access

import (
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

// Holds says whether they have a person on a caseload now.
func (a *Access) Holds(patient string) bool {
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	now, _ := a.index.holds(a.Viewer, a.holders, patient, time.Time{})
	return now
}

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
	if duty.SeesOwnScopesOnly {
		return scopes
	}
	for _, t := range v.Teams {
		if duty.View != care.NoRecords || duty.Inbox {
			scopes = append(scopes, care.DestinationScope(t))
		}
		if duty.View == care.Clinical || duty.Desk {
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
