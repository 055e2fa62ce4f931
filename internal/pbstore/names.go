package pbstore

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
)

// Names are the people a phone's screens speak of: its owner, and colleagues by id. They are read
// beside the feed, because records name staff by id and a name that changes concerns every record.
type Names struct {
	Me    Self        `json:"me"`
	Staff []Colleague `json:"staff"`
}

// Self is the owner of a phone, with what their role lets them do there.
type Self struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Role         string   `json:"role"`
	Organisation string   `json:"organisation"`
	Teams        []string `json:"teams"`
	View         string   `json:"view"`          // clinical or limited: the projection of their records
	RaisesUrgent bool     `json:"raises_urgent"` // may hand over E and U2 without naming a registrant
}

// Colleague is a member of staff by name.
type Colleague struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Role  string   `json:"role"`
	Teams []string `json:"teams"`
	// Registrant: may be named as the registered clinician behind an urgent handover.
	Registrant bool `json:"registrant,omitempty"`
	Left       bool `json:"left,omitempty"` // no longer in service
}

// NamesFor lists whom a member of staff may know by name: everybody for clinical roles, and for
// limited ones their own organisation, because who else visits a person is not theirs to know.
// False: there is no such member of staff.
func (s *Store) NamesFor(staff string) (n Names, ok bool) {
	now := s.now()
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	me := s.mem.staff[staff]
	if me == nil {
		return n, false
	}
	duty := care.DutyOf(me.Role)
	n.Me = Self{ID: staff, Name: me.Name, Role: string(me.Role), Organisation: me.Organisation, Teams: sortedTeams(me),
		View: "limited", RaisesUrgent: duty.RaisesUrgent}
	if duty.View == care.Clinical {
		n.Me.View = "clinical"
	}
	n.Staff = make([]Colleague, 0, len(s.mem.staff))
	for id, m := range s.mem.staff {
		if duty.View != care.Clinical && m.Organisation != me.Organisation {
			continue
		}
		n.Staff = append(n.Staff, Colleague{ID: id, Name: m.Name, Role: string(m.Role), Teams: sortedTeams(m),
			Registrant: care.DutyOf(m.Role).RaisesUrgent, Left: !m.InactiveSince.IsZero() && !now.Before(m.InactiveSince)})
	}
	slices.SortFunc(n.Staff, func(a, b Colleague) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return n, true
}

// sortedTeams is never nil: a list without members is [] on the wire.
func sortedTeams(m *member) []string {
	teams := append([]string{}, m.Teams...)
	slices.Sort(teams)
	return teams
}
