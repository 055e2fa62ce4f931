package handover

import (
	"strings"

	"doorstep/internal/care"
)

// Team is a team as a destination.
type Team struct {
	ID            string
	Name          string
	Kind          string // one of care.TeamKinds
	Neighbourhood string
	// ByPhone: the team has no inbox; somebody must ring.
	ByPhone bool
}

// Directory finds destinations. All answers are of the present.
type Directory interface {
	// Practice finds the team of a practice; false when there is none or it has closed.
	Practice(organisation string) (Team, bool)
	// Coordinator finds the care coordinator of a neighbourhood, the end of every chain.
	Coordinator(neighbourhood string) (Team, bool)
	// Service finds the team whose coordinator answers for a volunteer of the given team.
	Service(team string) (Team, bool)
	// Safeguarding finds the safeguarding lead for a neighbourhood.
	Safeguarding(neighbourhood string) (Team, bool)
	// Team finds a team by id; false when it does not exist or its organisation has closed.
	Team(id string) (Team, bool)
}

// Place is where a person and the sender of an alarm belong.
type Place struct {
	Practice      string // organisation, "" when the person is not registered
	Neighbourhood string
	FromTeam      string // the sender's team
}

// Route is a destination found, or not found.
type Route struct {
	// Key tells destinations apart when alarms are grouped: the team, or where none was found
	// the name of the destination. The alarms table stores it as the alarm's destination.
	Key string
	// Team gets it: the destination, or the care coordinator where there is none. Its id is
	// empty only when the neighbourhood has no coordinator either.
	Team Team
	// Missing: there is no destination. It stands in the coordinator's "no destination" queue.
	Missing bool
}

// State is the state in which a handover on this route begins.
func (r Route) State() care.State {
	if r.Missing {
		return care.NoDestination
	}
	return care.Queued
}

const teamPrefix = "team:"

// Resolve finds the team of a rule's destination (care.ToPractice and the like, or team:<id>),
// or of a Key that an earlier Route gave.
func Resolve(destination string, p Place, d Directory) Route {
	var team Team
	var found bool
	switch destination {
	case care.ToPractice:
		team, found = d.Practice(p.Practice)
	case care.ToCoordinator:
		team, found = d.Coordinator(p.Neighbourhood)
	case care.ToServiceCoord:
		team, found = d.Service(p.FromTeam)
	case care.ToSafeguardingLead:
		team, found = d.Safeguarding(p.Neighbourhood)
	default:
		team, found = d.Team(strings.TrimPrefix(destination, teamPrefix))
	}
	if found && team.ID != "" {
		return Route{Key: team.ID, Team: team}
	}
	return nowhere(destination, p, d)
}

// nowhere is the route to a destination that cannot be reached: the coordinator's "no destination" queue.
func nowhere(destination string, p Place, d Directory) Route {
	coordinator, ok := d.Coordinator(p.Neighbourhood)
	if !ok {
		coordinator = Team{}
	}
	return Route{Key: destination, Team: coordinator, Missing: true}
}

// ToTeam names one team as a destination.
func ToTeam(id string) string { return teamPrefix + id }
