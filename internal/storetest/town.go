package storetest

import (
	"fmt"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// Town is who and what there is in a store before a test begins, by id. A store under test furnishes it.
type Town struct {
	Riverside                                           string // the neighbourhood of all teams
	Practice, Trust, Friends                            string // organisations
	Surgery, Nurses, Others, Coordination, Safeguarding string // teams: the practice's; two of nurses
	Befrienders                                         string // a voluntary team
	Ann, Bob, Otto                                      string // district nurses: two of Nurses, one of Others
	Lea, Guy, Vic, Cora                                 string // team lead, duty GP, volunteer, care coordinator
	Ada, Ben                                            string // people registered with Practice; Nurses have Ada, nobody Ben
}

// Monday is a working day: ten in the morning in London.
var Monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// Post is a member of staff of the town.
type Post struct {
	ID   *string
	Name string
	Role care.Role
	Team *string // their only team, of which the organisation is theirs
}

// Posts are the staff of the town.
func (t *Town) Posts() []Post {
	return []Post{{&t.Ann, "Ann", care.DistrictNurse, &t.Nurses}, {&t.Bob, "Bob", care.DistrictNurse, &t.Nurses},
		{&t.Otto, "Otto", care.DistrictNurse, &t.Others}, {&t.Lea, "Lea", care.TeamLead, &t.Nurses}, {&t.Guy, "Guy", care.DutyGP, &t.Surgery},
		{&t.Vic, "Vic", care.Volunteer, &t.Befrienders}, {&t.Cora, "Cora", care.CareCoordinator, &t.Coordination}}
}

// Place is a team of the town with its organisation.
type Place struct {
	ID           *string
	Kind, Name   string
	Organisation *string
}

// Organisations of the town.
func (t *Town) Organisations() []Place {
	return []Place{{&t.Practice, "practice", "Bridge Surgery", nil}, {&t.Trust, "community_trust", "Community Trust", nil},
		{&t.Friends, care.VoluntaryKind, "Friends of Riverside", nil}}
}

// Teams of the town.
func (t *Town) Teams() []Place {
	return []Place{{&t.Surgery, "practice", "Bridge Surgery", &t.Practice}, {&t.Nurses, "nursing", "Riverside Nurses", &t.Trust},
		{&t.Others, "nursing", "Hillside Nurses", &t.Trust}, {&t.Coordination, "coordination", "Care Coordination", &t.Trust},
		{&t.Safeguarding, "safeguarding", "Safeguarding", &t.Trust}, {&t.Befrienders, care.VoluntaryKind, "Befrienders", &t.Friends}}
}

// Born is when the people of the town were.
const Born = "1941-05-06"

// ThirdMissedDose is a rule that looks at history, beside those that ship.
var ThirdMissedDose = rules.Rule{Code: "third_missed_dose", Version: 1, Title: "Third missed dose in two days", Collection: care.Visits,
	Trigger: `record.critical_medicine == "missed"`,
	Unless:  `history.filter(h, h.collection == "visits" && h.record.critical_medicine == "missed").size() < 2`,
	Class:   care.Urgent, Destination: care.ToPractice, Ask: "Please ring the nurse about the missed doses.", State: rules.Active}

// ID is the id of a record that a test makes: ids sort as their numbers do.
func ID(n int) string { return fmt.Sprintf("test%022d", n) }

// Nurse is Ann as she pushes: with a phone whose clock is known and right.
func (t *Town) Nurse() care.Viewer { return t.viewer(t.Ann, care.DistrictNurse, t.Trust, t.Nurses) }

// Colleague is Bob, of the same team.
func (t *Town) Colleague() care.Viewer { return t.viewer(t.Bob, care.DistrictNurse, t.Trust, t.Nurses) }

// Stranger is Otto, a nurse of another team.
func (t *Town) Stranger() care.Viewer { return t.viewer(t.Otto, care.DistrictNurse, t.Trust, t.Others) }

// Lead is Lea, who leads the nurses.
func (t *Town) Lead() care.Viewer { return t.viewer(t.Lea, care.TeamLead, t.Trust, t.Nurses) }

// Doctor is Guy, the duty GP.
func (t *Town) Doctor() care.Viewer { return t.viewer(t.Guy, care.DutyGP, t.Practice, t.Surgery) }

// Coordinator is Cora, a care coordinator.
func (t *Town) Coordinator() care.Viewer {
	return t.viewer(t.Cora, care.CareCoordinator, t.Trust, t.Coordination)
}

// Befriender is Vic, a volunteer.
func (t *Town) Befriender() care.Viewer {
	return t.viewer(t.Vic, care.Volunteer, t.Friends, t.Befrienders)
}

func (t *Town) viewer(id string, role care.Role, org, team string) care.Viewer {
	return care.Viewer{Staff: id, Role: role, Organisation: org, Teams: []string{team}}
}
