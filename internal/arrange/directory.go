package arrange

import (
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// DirectoryOf is the directory at a moment, as handovers ask it: who has closed by then takes nothing.
func DirectoryOf(d *access.Directory, now time.Time) Directory { return directoryView{d, now} }

type directoryView struct {
	*access.Directory
	now time.Time
}

// Practice implements handover.Directory.
func (d directoryView) Practice(org string) (handover.Team, bool) {
	if d.Directory.Organisation(org) == nil {
		return handover.Team{}, false
	}
	return d.find(func(t *access.Team) bool { return t.Organisation == org && t.Kind == "practice" })
}

// Coordinator implements handover.Directory: that of the neighbourhood, else any.
func (d directoryView) Coordinator(neighbourhood string) (handover.Team, bool) {
	return d.nearest(access.CoordinationTeam, neighbourhood)
}

// Safeguarding implements handover.Directory: that of the neighbourhood, else any.
func (d directoryView) Safeguarding(neighbourhood string) (handover.Team, bool) {
	return d.nearest("safeguarding", neighbourhood)
}

// Service implements handover.Directory: a volunteer's own team is their service.
func (d directoryView) Service(id string) (handover.Team, bool) {
	team, ok := d.Team(id)
	if !ok || team.Kind != care.VoluntaryKind {
		return handover.Team{}, false
	}
	return team, true
}

// Team implements handover.Directory.
func (d directoryView) Team(id string) (handover.Team, bool) {
	if !d.TakesAt(id, d.now) {
		return handover.Team{}, false
	}
	return teamOf(d.Directory.Team(id)), true
}

// NotHere implements Directory.
func (d directoryView) NotHere(id string, class care.Class) (care.NotHere, bool) {
	t := d.Directory.Team(id)
	if t == nil {
		return care.NotHere{}, false
	}
	return t.NotHere.Of(class, d.now)
}

// LoneWorking implements Directory.
func (d directoryView) LoneWorking(id string) care.LoneWorking {
	if t := d.Directory.Ever(id); t != nil {
		return t.LoneWorking
	}
	return care.UsualLoneWorking
}

// Meant implements Directory.
func (d directoryView) Meant(destination, practice string) string {
	name, org := "", practice
	if destination != care.ToPractice {
		t := d.Ever(strings.TrimPrefix(destination, handover.ToTeam("")))
		if t == nil {
			return ""
		}
		name, org = t.Name, t.Organisation
	}
	o := d.Directory.Organisation(org)
	if name == "" && o != nil {
		name = o.Name
	}
	switch {
	case name == "" && destination == care.ToPractice:
		return "the practice of this person, and none is known"
	case name == "":
		return ""
	case o != nil && o.Closed(d.now):
		return name + ", which has closed"
	}
	return name + ", which has no inbox here"
}

// Neighbourhood implements Directory.
func (d directoryView) Neighbourhood(id string) string {
	if t := d.Directory.Team(id); t != nil {
		return t.Neighbourhood
	}
	return ""
}

// Organisation implements Directory.
func (d directoryView) Organisation(id string) string {
	if t := d.Directory.Team(id); t != nil {
		return t.Organisation
	}
	return ""
}

func (d directoryView) nearest(kind, neighbourhood string) (handover.Team, bool) {
	if neighbourhood != "" {
		if t, ok := d.find(func(t *access.Team) bool { return t.Kind == kind && t.Neighbourhood == neighbourhood }); ok {
			return t, true
		}
	}
	return d.find(func(t *access.Team) bool { return t.Kind == kind })
}

// find is the first team that fits, of those that take what is given to them.
func (d directoryView) find(fits func(*access.Team) bool) (handover.Team, bool) {
	if t := d.First(func(t *access.Team) bool { return fits(t) && d.Takes(t, d.now) }); t != nil {
		return teamOf(t), true
	}
	return handover.Team{}, false
}

func teamOf(t *access.Team) handover.Team {
	return handover.Team{ID: t.ID, Name: t.Name, Kind: t.Kind, Neighbourhood: t.Neighbourhood, ByPhone: t.Route == "phone"}
}
