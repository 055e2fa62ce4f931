package desk

import (
	"slices"

	"doorstep/internal/access"
)

// Hanging is what still hangs on a member of staff: nobody else will do it unless a lead decides.
type Hanging struct {
	Visits    []HangingVisit `json:"visits"`    // planned or under way
	Handovers []string       `json:"handovers"` // open, and theirs to answer
	People    []string       `json:"people"`    // on their own caseload
	Unsent    int64          `json:"unsent"`    // changes their phones still held when last heard of
}

// HangingVisit is a visit somebody has to make.
type HangingVisit struct {
	ID           string `json:"id"`
	Patient      string `json:"patient"`
	PlannedStart string `json:"planned_start,omitempty"`

	Team string `json:"-"`
}

// MostHanging bounds each list; a leaver with more has a problem of another kind.
const MostHanging = 500

// handOver gives a colleague what they may have: visits of the lead's teams, handovers that
// stand with a team of theirs if they may answer one, people held by name.
func (s *Leavers) handOver(l Leaving) (moved TakenOver, err error) {
	h, err := s.Work.Hanging(l.Staff, l.Visits)
	if err != nil {
		return moved, err
	}
	to, _ := s.Staff.Staff(l.To)
	teams := s.Lead.DeskTeams()
	var visits []string
	for _, v := range h.Visits {
		if slices.Contains(teams, v.Team) || v.Team == "" {
			visits = append(visits, v.ID)
		}
	}
	if moved.Visits, err = s.Work.ReassignVisits(visits, l.To, s.Lead.Viewer); err != nil {
		return moved, err
	}
	for _, id := range h.Handovers {
		done, err := s.Work.ReassignHandover(id, l.Staff, to, s.Lead.Staff)
		if err != nil {
			return moved, err
		}
		if done {
			moved.Handovers++
		}
	}
	if len(h.People) == 0 || !access.RightsOf(to).HoldsPeople() {
		return moved, nil
	}
	m, err := s.Caseloads.Move(Move{Patients: h.People, FromStaff: l.Staff, ToStaff: l.To, Reason: "taken over from a leaver", Leave: true})
	moved.People = m.People
	return moved, err
}
