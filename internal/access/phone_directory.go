package access

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
)

// PhoneDirectory is whom a phone's screens speak of: its owner, and colleagues by id. It is read
// beside the feed, because records name staff by id and a name that changes concerns every record.
type PhoneDirectory struct {
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

// PhoneDirectory lists whom a member of staff may know by name: everybody for clinical roles, and
// for limited ones their own organisation, because who else visits a person is not theirs to know.
// False: there is no such member of staff.
func (ix *Index) PhoneDirectory(staff string) (d PhoneDirectory, ok bool) {
	now := ix.now()
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	me := ix.staff[staff]
	if me == nil {
		return d, false
	}
	duty := care.DutyOf(me.Role)
	d.Me = selfOf(staff, me)
	d.Staff = make([]Colleague, 0, len(ix.staff))
	for id, m := range ix.staff {
		if duty.View != care.Clinical && m.Organisation != me.Organisation {
			continue
		}
		d.Staff = append(d.Staff, Colleague{ID: id, Name: m.Name, Role: string(m.Role), Teams: sortedTeams(m),
			Registrant: care.DutyOf(m.Role).Registered, Left: !m.InactiveSince.IsZero() && !now.Before(m.InactiveSince)})
	}
	slices.SortFunc(d.Staff, func(a, b Colleague) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return d, true
}

// Self is the owner of a phone. False: there is no such member of staff.
func (ix *Index) Self(staff string) (Self, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	me := ix.staff[staff]
	if me == nil {
		return Self{}, false
	}
	return selfOf(staff, me), true
}

func selfOf(staff string, me *Member) Self {
	duty := care.DutyOf(me.Role)
	self := Self{ID: staff, Name: me.Name, Role: string(me.Role), Organisation: me.Organisation, Teams: sortedTeams(me),
		View: "limited", RaisesUrgent: duty.RaisesUrgent}
	if duty.View == care.Clinical {
		self.View = "clinical"
	}
	return self
}

// sortedTeams is never nil: a list without members is [] on the wire.
func sortedTeams(m *Member) []string {
	teams := append([]string{}, m.Teams...)
	slices.Sort(teams)
	return teams
}
