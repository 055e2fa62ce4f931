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
	sorted []*Team          // by id, so that the first of a kind is always the same one
	past   map[string]*Team // that were retracted: nothing is given to them, and what they have is still theirs
}

// Team is a row of the directory.
type Team struct {
	ID, Name, Organisation, Neighbourhood, Kind, Phone, Route string
	NotHere                                                   care.NotHeres // what it takes elsewhere than in its inbox
	LoneWorking                                               care.LoneWorking
	Retracted                                                 bool
	Unsettled                                                 bool // somebody wrote it, and what follows from that was not done yet
}

// Organisation is whom a team belongs to.
type Organisation struct {
	ID, Name, Kind, Phone string
	ClosedOn              string // a date, "" = open
	OutOfHours            string // where to turn while it is closed, in its own words
	Retracted             bool
	Unsettled             bool // as of a team
}

// CoordinationTeam is the kind of team at the end of every chain.
const CoordinationTeam = "coordination"

// NewDirectory makes a directory of teams and organisations, those that were retracted among them.
func NewDirectory(teams []*Team, orgs []*Organisation) *Directory {
	d := &Directory{teams: make(map[string]*Team, len(teams)), orgs: make(map[string]*Organisation, len(orgs)), past: map[string]*Team{}}
	for _, t := range teams {
		if t.Retracted {
			d.past[t.ID] = t
			continue
		}
		d.teams[t.ID] = t
		d.sorted = append(d.sorted, t)
	}
	slices.SortFunc(d.sorted, func(a, b *Team) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range orgs {
		d.orgs[o.ID] = o
	}
	return d
}

// Teams are all of them, by id.
func (d *Directory) Teams() []*Team { return d.sorted }

// Team is a team by id; nil for none.
func (d *Directory) Team(id string) *Team { return d.teams[id] }

// Ever is a team by id, in force or retracted; nil for none.
func (d *Directory) Ever(id string) *Team {
	if t := d.teams[id]; t != nil {
		return t
	}
	return d.past[id]
}

// Organisation is an organisation in force by id; nil for none.
func (d *Directory) Organisation(id string) *Organisation {
	if o := d.orgs[id]; o != nil && !o.Retracted {
		return o
	}
	return nil
}

// First is the first team, by id, that fits; nil for none.
func (d *Directory) First(fits func(*Team) bool) *Team {
	if i := slices.IndexFunc(d.sorted, fits); i >= 0 {
		return d.sorted[i]
	}
	return nil
}

// Takes says whether a team can be given anything: it and its organisation are in force and have not closed, and it is
// known whose it is.
func (d *Directory) Takes(t *Team, now time.Time) bool {
	o := d.orgs[t.Organisation]
	return !t.Retracted && d.Service(t.ID) != Withdrawn && (o == nil || !o.Closed(now))
}

// TakesAt is Takes by id; what is not there takes nothing.
func (d *Directory) TakesAt(id string, now time.Time) bool {
	t := d.teams[id]
	return t != nil && d.Takes(t, now)
}

// voluntaryTeam says whether a team is, or was, of a voluntary service.
func (d *Directory) voluntaryTeam(id string) bool { return d.Ever(id) != nil && d.Service(id) != "" }

// Closed says whether an organisation no longer takes anybody.
func (o *Organisation) Closed(now time.Time) bool {
	return o.Retracted || o.ClosedOn != "" && o.ClosedOn <= care.Today(now)
}

// Closings are the organisations that have a day on which they close and have not closed yet, and when that day begins.
func (d *Directory) Closings(now time.Time) map[string]time.Time {
	closings := map[string]time.Time{}
	for id, o := range d.orgs {
		if at, ok := care.DayBegins(o.ClosedOn); ok && !o.Closed(now) {
			closings[id] = at
		}
	}
	return closings
}

// Redirected compares two directories. Holders are the teams and members of staff that work for another service in the
// second: whom they have is to be asked for consent again. Gone are the teams that took what was given to them, and take
// nothing any more. What was unsettled in the first, because the server ended between a write and what follows from it, may
// have been anything before.
func (ix *Index) Redirected(was, is *Directory, now time.Time) (holders, gone []string) {
	teams := map[string]bool{}
	for _, some := range []map[string]*Team{was.teams, was.past, is.teams, is.past} {
		for id := range some {
			teams[id] = true
		}
	}
	for id := range teams {
		unsure := was.unsettled(was.Ever(id))
		if unsure || was.Service(id) != is.Service(id) {
			holders = append(holders, care.TeamScope(id))
		}
		if (unsure || was.TakesAt(id, now)) && !is.TakesAt(id, now) {
			gone = append(gone, id)
		}
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, m := range ix.staff {
		o := was.orgs[m.Organisation]
		unsure := o != nil && o.Unsettled || slices.ContainsFunc(m.Teams, func(t string) bool { return was.unsettled(was.Ever(t)) })
		if unsure || was.ServiceOf(m.Viewer) != is.ServiceOf(m.Viewer) {
			holders = append(holders, care.StaffScope(m.Staff))
		}
	}
	slices.Sort(holders)
	slices.Sort(gone)
	return holders, gone
}

// unsettled says whether a team, or its organisation, was written and not settled.
func (d *Directory) unsettled(t *Team) bool {
	if t == nil {
		return false
	}
	o := d.orgs[t.Organisation]
	return t.Unsettled || o != nil && o.Unsettled
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
