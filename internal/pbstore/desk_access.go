package pbstore

import (
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/identity"
)

// NamedStaff is a member of staff by id; nil for none.
func (s *Store) NamedStaff(id string) *care.Named { return s.Access.NamedStaff(id) }

// NamedTeam is a team by id; nil for none.
func (s *Store) NamedTeam(id string) *care.Named { return s.Access.NamedTeam(id) }

// DeskTeams are the teams a desk answers for.
func (s *Store) DeskTeams(v care.Viewer) []string { return s.Access.Of(v).DeskTeams() }

// Members are the staff a viewer looks after.
func (s *Store) Members(v care.Viewer) []access.StaffRow { return s.Access.Of(v).Members() }

// LooksAfter says whether a member of staff is among those a viewer looks after.
func (s *Store) LooksAfter(v care.Viewer, staff string) bool { return s.Access.Of(v).LooksAfter(staff) }

// Holds says whether a viewer has a person on a caseload now.
func (s *Store) Holds(v care.Viewer, patient string) bool { return s.Access.Of(v).Holds(patient) }

// LooksAfterStaff is LooksAfter as identity asks it.
func (s *Store) LooksAfterStaff(lead identity.StaffRecord, staff string) bool {
	return s.LooksAfter(care.Viewer{Staff: lead.ID, Role: lead.Role, Organisation: lead.Organisation, Teams: lead.Teams}, staff)
}

// Member is a member of staff as a desk sees them.
type Member = access.StaffRow

func memberIDs(list []Member) []string {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}

// ReadDetail is what the audit says about a read beside its columns: how many records, and of a
// list whose they were.
type ReadDetail struct {
	Count    int      `json:"count"`
	Patients []string `json:"patients,omitempty"`
	Scores   int      `json:"scores,omitempty"`   // further scores of the person that were shown
	Measured int      `json:"measured,omitempty"` // further sets of which readings were shown
}

// Add notes one more record, about that person.
func (d *ReadDetail) Add(patient string) {
	d.Count++
	if patient != "" && !slices.Contains(d.Patients, patient) {
		d.Patients = append(d.Patients, patient)
	}
}
