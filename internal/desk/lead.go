package desk

import (
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// Lead is who decides, with what is theirs to decide about.
type Lead struct {
	access.Rights
	Reach
}

// Reach says what somebody at a desk looks after.
type Reach interface {
	// DeskTeams are the teams they answer for.
	DeskTeams() []string
	// MemberIDs are the staff they look after; LooksAfter asks for one.
	MemberIDs() []string
	LooksAfter(staff string) bool
	// Holds says whether they have a person on a caseload now.
	Holds(patient string) bool
	// HolderNames are the names of the scopes under which they have people; see Holds.
	HolderNames() []string
	// Oversees says whether they are the end of the chain for a person: a team of their
	// neighbourhood has them now.
	Oversees(patient string) bool
	// Near says whether a person is one of theirs to look at and decide about; see access.Access.Near.
	Near(patient string) bool
	// OwnStaff are the staff who work for the desk's teams and for nobody else's.
	OwnStaff() []string
	// FormerlyOurs says whether one of these rows of a caseload, however long over, was theirs or their
	// organisation's.
	FormerlyOurs(rows []care.CaseloadRow) bool
}

// owns says whether a team is the lead's, or a member of staff among those they look after.
func (l Lead) owns(team, staff string) bool {
	return team != "" && slices.Contains(l.DeskTeams(), team) || staff != "" && l.LooksAfter(staff)
}

// Clock gives the server's time and the ids of what the server makes.
type Clock interface {
	Now() time.Time
	NewID() string
}

// notBefore is a time, or now where that is later or no time is given.
func notBefore(now, at time.Time) time.Time {
	if at.Before(now) {
		return now
	}
	return at
}
