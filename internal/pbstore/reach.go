package pbstore

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
	"doorstep/internal/identity"
)

// NamedStaff is a member of staff by id; nil for none. One who is not known has no name.
func (s *Store) NamedStaff(id string) *care.Named {
	if id == "" {
		return nil
	}
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	n := &care.Named{ID: id}
	if m := s.mem.staff[id]; m != nil {
		n.Name, n.Role = m.Name, string(m.Role)
	}
	return n
}

// NamedTeam is a team by id; nil for none.
func (s *Store) NamedTeam(id string) *care.Named {
	if id == "" {
		return nil
	}
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	n := &care.Named{ID: id}
	if t := s.mem.directory.teams[id]; t != nil {
		n.Name, n.Kind, n.Phone = t.Name, t.Kind, t.Phone
	}
	return n
}

// InboxTeams are the teams whose inbox a viewer works. The end of the chain also has what stands
// with no team at all (id ""), which happens where a neighbourhood has no coordinator.
func InboxTeams(v care.Viewer) []string {
	duty := care.DutyOf(v.Role)
	if !duty.Inbox {
		return []string{}
	}
	teams := append([]string{}, v.Teams...)
	if duty.Chain {
		teams = append(teams, "")
	}
	return teams
}

// SentTeams are the teams whose sent handovers a viewer follows; see the team scopes of a pull.
func SentTeams(v care.Viewer) []string {
	duty := care.DutyOf(v.Role)
	if duty.View != care.Clinical && !duty.Desk {
		return []string{}
	}
	return append([]string{}, v.Teams...)
}

// DeskTeams are the teams a desk answers for: a lead's own; for the end of the chain every team
// of the neighbourhood, those of no neighbourhood, and what belongs to no team (id "").
func (s *Store) DeskTeams(v care.Viewer) []string {
	duty := care.DutyOf(v.Role)
	if !duty.Desk {
		return []string{}
	}
	teams := append([]string{}, v.Teams...)
	if !duty.Chain {
		return teams
	}
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	hoods := map[string]bool{"": true}
	for _, id := range v.Teams {
		if t := s.mem.directory.teams[id]; t != nil {
			hoods[t.Neighbourhood] = true
		}
	}
	for _, t := range s.mem.directory.sorted {
		if hoods[t.Neighbourhood] && !slices.Contains(teams, t.ID) {
			teams = append(teams, t.ID)
		}
	}
	return append(teams, "")
}

// Member is a member of staff as a desk sees them.
type Member struct {
	ID            string       `json:"id"`
	Name          string       `json:"name"`
	Role          string       `json:"role"`
	Teams         []care.Named `json:"teams"`
	InactiveSince string       `json:"inactive_since,omitempty"`
}

// Members are the staff a viewer looks after: those of the desk's teams; for whoever keeps the
// accounts, those of their organisation. They come by name.
func (s *Store) Members(v care.Viewer) []Member {
	teams := s.DeskTeams(v)
	keeper := care.DutyOf(v.Role).May(care.Update, care.StaffName)
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	var list []Member
	for id, m := range s.mem.staff {
		mine := keeper && v.Organisation != "" && m.Organisation == v.Organisation
		row := Member{ID: id, Name: m.Name, Role: string(m.Role), Teams: []care.Named{}, InactiveSince: care.Stamp(m.InactiveSince)}
		for _, t := range m.Teams {
			mine = mine || slices.Contains(teams, t)
			n := care.Named{ID: t}
			if known := s.mem.directory.teams[t]; known != nil {
				n.Name = known.Name
			}
			row.Teams = append(row.Teams, n)
		}
		if mine {
			list = append(list, row)
		}
	}
	slices.SortFunc(list, func(a, b Member) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return list
}

// LooksAfter says whether a member of staff is among those a viewer looks after.
func (s *Store) LooksAfter(v care.Viewer, staff string) bool {
	return slices.ContainsFunc(s.Members(v), func(m Member) bool { return m.ID == staff })
}

// LooksAfterStaff is LooksAfter as identity asks it.
func (s *Store) LooksAfterStaff(lead identity.StaffRecord, staff string) bool {
	return s.LooksAfter(care.Viewer{Staff: lead.ID, Role: lead.Role, Organisation: lead.Organisation, Teams: lead.Teams}, staff)
}

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
	Scores   int      `json:"scores,omitempty"` // further scores of the person that were shown
}

// Add notes one more record, about that person.
func (d *ReadDetail) Add(patient string) {
	d.Count++
	if patient != "" && !slices.Contains(d.Patients, patient) {
		d.Patients = append(d.Patients, patient)
	}
}
