package httpapi

import (
	"doorstep/internal/access"
	"doorstep/internal/handover"
)

// actorOf is who does something to a handover.
func actorOf(who *access.Access) handover.Actor {
	return handover.Actor{Staff: who.Staff, Role: who.Role, Teams: who.ActsFor()}
}

// maySee says whether a handover is somebody's to look at.
func maySee(who *access.Access, h handover.Handover) bool {
	return who.MaySeeHandover(h.FromStaff, h.FromTeam, h.ToTeam, h.Former)
}

// givenAway says whether somebody sees a handover only because a team of theirs gave it away.
func givenAway(who *access.Access, h handover.Handover) bool {
	return !maySee(who, h) && who.MaySeeGiven(h.State, h.Given)
}

// byPeople is what a person can do to a handover, in the order in which pages offer it.
var byPeople = []handover.Kind{handover.See, handover.Acknowledge, handover.Unacknowledge, handover.Accept, handover.Decline, handover.Answer,
	handover.HandOn, handover.RecordCall, handover.File, handover.StandDown, handover.Confirm}

// possible lists what somebody may do to a handover as it stands, by the names of the actions.
func (a *API) possible(who *access.Access, h handover.Handover) []string {
	core, _ := a.Store.Hours("")
	m := handover.Machine{Clocks: handover.DefaultClocks(), Calendar: core}
	now := a.Clock()
	// Filled in as a form would be: what is asked here is who may, and from where.
	filled := handover.Action{Reason: "-", Text: "-", Outcome: "advice_given", SafeNote: "-", Name: "-", Reached: true, CalledAt: now,
		To: handover.Team{ID: "another", Kind: "safeguarding"}}
	list := []string{}
	for _, k := range byPeople {
		filled.Kind = k
		if _, _, err := m.Apply(h, filled, actorOf(who), now); err == nil {
			list = append(list, string(k))
		}
	}
	return list
}
