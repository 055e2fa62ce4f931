package access

import (
	"cmp"
	"slices"

	"doorstep/internal/care"
)

// InboxTeams are the teams whose inbox somebody works. The end of the chain also has what stands
// with no team at all (id ""), which happens where a neighbourhood has no coordinator.
func (r Rights) InboxTeams() []string {
	if !r.Duty.Inbox {
		return []string{}
	}
	return r.ActsFor()
}

// ActsFor are the teams in whose name somebody does something to a handover.
func (r Rights) ActsFor() []string {
	teams := append([]string{}, r.Teams...)
	if r.Duty.Chain {
		teams = append(teams, "")
	}
	return teams
}

// SentTeams are the teams whose sent handovers somebody follows; see the team scopes of a pull.
func (r Rights) SentTeams() []string {
	if !r.Duty.FollowsTeam() {
		return []string{}
	}
	return append([]string{}, r.Teams...)
}

// DeskTeams are the teams a desk answers for: a lead's own; for the end of the chain every team
// of the neighbourhood, those of no neighbourhood, and what belongs to no team (id "").
func (a *Access) DeskTeams() []string {
	if !a.Duty.Desk {
		return []string{}
	}
	teams := append([]string{}, a.Teams...)
	if !a.Duty.Chain {
		return teams
	}
	d := a.index.Directory()
	hoods := map[string]bool{"": true}
	for _, id := range a.Teams {
		if t := d.Team(id); t != nil {
			hoods[t.Neighbourhood] = true
		}
	}
	for _, t := range d.Teams() {
		if hoods[t.Neighbourhood] && !slices.Contains(teams, t.ID) {
			teams = append(teams, t.ID)
		}
	}
	return append(teams, "")
}

// StaffRow is a member of staff as a desk sees them.
type StaffRow struct {
	ID            string       `json:"id"`
	Name          string       `json:"name"`
	Role          string       `json:"role"`
	Teams         []care.Named `json:"teams"`
	InactiveSince string       `json:"inactive_since,omitempty"`
}

// Members are the staff somebody looks after: those of the desk's teams; for an administrator, those of the
// organisations that they administer. They come by name.
func (a *Access) Members() []StaffRow {
	teams := a.DeskTeams()
	a.index.mu.RLock()
	defer a.index.mu.RUnlock()
	var list []StaffRow
	for id, m := range a.index.staff {
		if !a.looksAfter(m, teams) {
			continue
		}
		row := StaffRow{ID: id, Name: m.Name, Role: string(m.Role), Teams: []care.Named{}, InactiveSince: care.Stamp(m.InactiveSince)}
		for _, t := range m.Teams {
			n := care.Named{ID: t}
			if known := a.index.directory.Team(t); known != nil {
				n.Name = known.Name
			}
			row.Teams = append(row.Teams, n)
		}
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b StaffRow) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return list
}

// LooksAfter says whether a member of staff is among those somebody looks after.
func (a *Access) LooksAfter(staff string) bool {
	teams := a.DeskTeams()
	m := a.index.Member(staff)
	return m != nil && a.looksAfter(m, teams)
}

// looksAfter: nobody looks after the account of somebody who administers more than they do.
func (a *Access) looksAfter(m *Member, deskTeams []string) bool {
	if care.DutyOf(m.Role).Administers > a.Duty.Administers {
		return false
	}
	return a.Administers(m.Organisation) ||
		slices.ContainsFunc(m.Teams, func(t string) bool { return slices.Contains(deskTeams, t) })
}

// Administers says whether they set up an organisation and keep its accounts; "" is none, which whoever administers
// the whole server looks after.
func (r Rights) Administers(organisation string) bool {
	return r.Duty.Administers == care.WholeServer || r.Duty.Administers == care.OwnOrganisation && organisation != "" && organisation == r.Organisation
}

// MemberIDs are the ids of the staff somebody looks after.
func (a *Access) MemberIDs() []string {
	list := a.Members()
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids
}
