package access

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/care"
)

// Directory is who works where: teams and organisations. It is small, and replaced whole whenever
// any of it changes; nobody changes one.
type Directory struct {
	teams  map[string]*Team
	orgs   map[string]*Organisation
	sorted []*Team // by id, so that the first of a kind is always the same one
}

// Team is a row of the directory.
type Team struct {
	ID, Name, Organisation, Neighbourhood, Kind, Phone, Route string
}

// Organisation is whom a team belongs to.
type Organisation struct {
	ID, Name, Kind, Phone string
	ClosedOn              string // a date, "" = open
	OutOfHours            string // where to turn while it is closed, in its own words
}

// CoordinationTeam is the kind of team at the end of every chain.
const CoordinationTeam = "coordination"

// NewDirectory makes a directory of teams and organisations.
func NewDirectory(teams []*Team, orgs []*Organisation) *Directory {
	d := &Directory{teams: make(map[string]*Team, len(teams)), orgs: make(map[string]*Organisation, len(orgs)), sorted: teams}
	slices.SortFunc(d.sorted, func(a, b *Team) int { return cmp.Compare(a.ID, b.ID) })
	for _, t := range teams {
		d.teams[t.ID] = t
	}
	for _, o := range orgs {
		d.orgs[o.ID] = o
	}
	return d
}

// Teams are all of them, by id.
func (d *Directory) Teams() []*Team { return d.sorted }

// Team is a team by id; nil for none.
func (d *Directory) Team(id string) *Team { return d.teams[id] }

// Organisation is an organisation by id; nil for none.
func (d *Directory) Organisation(id string) *Organisation { return d.orgs[id] }

// First is the first team, by id, that fits; nil for none.
func (d *Directory) First(fits func(*Team) bool) *Team {
	if i := slices.IndexFunc(d.sorted, fits); i >= 0 {
		return d.sorted[i]
	}
	return nil
}

// AnyCoordinator is a care coordination team, for what belongs to nobody; "" for none.
func (d *Directory) AnyCoordinator() string {
	if t := d.First(func(t *Team) bool { return t.Kind == CoordinationTeam }); t != nil {
		return t.ID
	}
	return ""
}

// Takes says whether a team can be given anything: its organisation has not closed.
func (d *Directory) Takes(t *Team, now time.Time) bool {
	o := d.orgs[t.Organisation]
	return o == nil || !o.Closed(now)
}

// voluntary says whether an organisation is a voluntary service.
func (d *Directory) voluntary(organisation string) bool {
	o := d.orgs[organisation]
	return o != nil && o.Kind == care.VoluntaryKind
}

// voluntaryTeam says whether a team belongs to a voluntary service.
func (d *Directory) voluntaryTeam(id string) bool {
	t := d.teams[id]
	return t != nil && d.voluntary(t.Organisation)
}

// Closed says whether an organisation no longer takes anybody.
func (o *Organisation) Closed(now time.Time) bool {
	return o.ClosedOn != "" && o.ClosedOn <= now.Format(time.DateOnly)
}

// Everybody is each member of staff who is known.
func (ix *Index) Everybody() []care.Viewer {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	list := make([]care.Viewer, 0, len(ix.staff))
	for _, m := range ix.staff {
		list = append(list, m.Viewer)
	}
	return list
}

// NamedStaff is a member of staff by id; nil for none. One who is not known has no name.
func (ix *Index) NamedStaff(id string) *care.Named {
	if id == "" {
		return nil
	}
	n := &care.Named{ID: id}
	if m := ix.Member(id); m != nil {
		n.Name, n.Role = m.Name, string(m.Role)
	}
	return n
}

// NamedTeam is a team by id; nil for none. One who is not known has no name.
func (ix *Index) NamedTeam(id string) *care.Named {
	if id == "" {
		return nil
	}
	if t := ix.Directory().Team(id); t != nil {
		n := t.Named()
		return &n
	}
	return &care.Named{ID: id}
}

// Named is a team with the name people know it by.
func (t *Team) Named() care.Named {
	return care.Named{ID: t.ID, Name: t.Name, Kind: t.Kind, Phone: t.Phone}
}

// Destinations are the teams that can be given a handover, by name.
func (ix *Index) Destinations() []care.Named {
	d, now := ix.Directory(), ix.now()
	list := []care.Named{}
	for _, t := range d.Teams() {
		if d.Takes(t, now) {
			list = append(list, t.Named())
		}
	}
	slices.SortFunc(list, func(a, b care.Named) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return list
}
