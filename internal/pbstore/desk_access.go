package pbstore

import (
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
