package pbstore

import (
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/identity"
)

// NamedStaff is a member of staff by id; nil for none.
func (s *Store) NamedStaff(id string) *care.Named { return s.Access.NamedStaff(id) }

// NamedTeam is a team by id; nil for none.
func (s *Store) NamedTeam(id string) *care.Named { return s.Access.NamedTeam(id) }

// LooksAfterStaff says whether a member of staff is among those a lead looks after.
func (s *Store) LooksAfterStaff(lead identity.StaffRecord, staff string) bool {
	return s.Access.Of(lead.Viewer()).LooksAfter(staff)
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
