package pbstore

import (
	"encoding/json"
	"time"

	"doorstep/internal/handover"
	"doorstep/internal/pipeline"
	"doorstep/internal/worktime"
)

// directoryView is the directory at a moment, as handovers ask it.
type directoryView struct {
	*directory
	now time.Time
}

// Directory implements pipeline.People.
func (tx *Tx) Directory() pipeline.Directory { return tx.store.directoryAt(tx.now) }

func (s *Store) directoryAt(now time.Time) directoryView {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	return directoryView{s.mem.directory, now}
}

// Directory is the directory of the present.
func (s *Store) Directory() pipeline.Directory { return s.directoryAt(s.now()) }

// Practice implements handover.Directory.
func (d directoryView) Practice(org string) (handover.Team, bool) {
	o := d.orgs[org]
	if o == nil || o.closed(d.now) {
		return handover.Team{}, false
	}
	return d.find(func(t *team) bool { return t.Organisation == org && t.Kind == "practice" })
}

// Coordinator implements handover.Directory: that of the neighbourhood, else any.
func (d directoryView) Coordinator(neighbourhood string) (handover.Team, bool) {
	if t, ok := d.near(coordinationTeam, neighbourhood); ok {
		return t, true
	}
	return d.find(func(t *team) bool { return t.Kind == coordinationTeam })
}

// Safeguarding implements handover.Directory: that of the neighbourhood, else any.
func (d directoryView) Safeguarding(neighbourhood string) (handover.Team, bool) {
	if t, ok := d.near("safeguarding", neighbourhood); ok {
		return t, true
	}
	return d.find(func(t *team) bool { return t.Kind == "safeguarding" })
}

// Service implements handover.Directory: a volunteer's own team is their service.
func (d directoryView) Service(id string) (handover.Team, bool) {
	t := d.teams[id]
	if t == nil || t.Kind != "voluntary" {
		return handover.Team{}, false
	}
	return teamOf(t), true
}

// Team implements handover.Directory.
func (d directoryView) Team(id string) (handover.Team, bool) {
	t := d.teams[id]
	if t == nil {
		return handover.Team{}, false
	}
	if o := d.orgs[t.Organisation]; o != nil && o.closed(d.now) {
		return handover.Team{}, false
	}
	return teamOf(t), true
}

// Neighbourhood implements pipeline.Directory.
func (d directoryView) Neighbourhood(id string) string {
	if t := d.teams[id]; t != nil {
		return t.Neighbourhood
	}
	return ""
}

// Organisation implements pipeline.Directory.
func (d directoryView) Organisation(id string) string {
	if t := d.teams[id]; t != nil {
		return t.Organisation
	}
	return ""
}

func (d directoryView) near(kind, neighbourhood string) (handover.Team, bool) {
	if neighbourhood == "" {
		return handover.Team{}, false
	}
	return d.find(func(t *team) bool { return t.Kind == kind && t.Neighbourhood == neighbourhood })
}

func (d directoryView) find(fits func(*team) bool) (handover.Team, bool) {
	if id := d.first(fits); id != "" {
		return teamOf(d.teams[id]), true
	}
	return handover.Team{}, false
}

func teamOf(t *team) handover.Team {
	return handover.Team{ID: t.ID, Name: t.Name, Kind: t.Kind, Neighbourhood: t.Neighbourhood, ByPhone: t.Route == "phone"}
}

// Calendar implements pipeline.People: the working time of an organisation, core hours where it
// states none or one that cannot be read.
func (tx *Tx) Calendar(organisation string) handover.Calendar {
	m := tx.store.mem
	m.mu.RLock()
	defer m.mu.RUnlock()
	if c := m.calendars[organisation]; c != nil {
		return c
	}
	return m.calendars[""]
}

// Clocks implements pipeline.People.
func (tx *Tx) Clocks() handover.Clocks { return handover.DefaultClocks() }

// calendarsOf builds the working times of all organisations and, under "", core hours.
func calendarsOf(d *directory, days worktime.Calendar) (map[string]*worktime.Schedule, error) {
	core, err := worktime.New(worktime.Options{Hours: worktime.CoreWeek(), Calendar: days})
	if err != nil {
		return nil, err
	}
	all := map[string]*worktime.Schedule{"": core}
	for id, o := range d.orgs {
		var stated map[string]string
		if o.Hours == "" || o.Hours == "null" || json.Unmarshal([]byte(o.Hours), &stated) != nil {
			continue
		}
		week, err := worktime.ParseWeek(stated)
		if err != nil {
			continue
		}
		if s, err := worktime.New(worktime.Options{Hours: week, Calendar: days}); err == nil {
			all[id] = s
		}
	}
	return all, nil
}
