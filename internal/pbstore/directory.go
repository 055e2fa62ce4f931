package pbstore

import (
	"database/sql"
	"time"

	"doorstep/internal/worktime"
)

// directory is who works where: teams, organisations, and who answers for whom. It is small
// and is loaded whole whenever any of it changes.
type directory struct {
	teams  map[string]*team
	orgs   map[string]*organisation
	sorted []*team // by id, so that the first of a kind is always the same one
}

type team struct {
	ID, Name, Organisation, Neighbourhood, Kind, Phone, Route, OnCall string
}

type organisation struct {
	ID, Name, Kind, Phone, ClosedOn string
	Hours                           string // JSON, "" = core hours
	OutOfHours                      string
}

// coordinationTeam is the kind of team at the end of every chain.
const coordinationTeam = "coordination"

type eachRowOf func(query string, fn func(*sql.Rows) error, args ...any) error

func (m *memory) loadDirectory(v *Snapshot) error {
	d, calendars, err := readDirectory(v.each)
	m.directory, m.calendars = d, calendars
	return err
}

func readDirectory(each eachRowOf) (*directory, map[string]*worktime.Schedule, error) {
	d := &directory{teams: map[string]*team{}, orgs: map[string]*organisation{}}
	err := each(`SELECT id, name, organisation, neighbourhood, kind, phone, route, registrant_on_call FROM teams WHERE retracted = '' ORDER BY id`, func(r *sql.Rows) error {
		t := &team{}
		if err := r.Scan(&t.ID, &t.Name, &t.Organisation, &t.Neighbourhood, &t.Kind, &t.Phone, &t.Route, &t.OnCall); err != nil {
			return err
		}
		d.teams[t.ID] = t
		d.sorted = append(d.sorted, t)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = each(`SELECT id, name, kind, phone, closed_on, coalesce(opening_hours, ''), out_of_hours FROM organisations WHERE retracted = ''`, func(r *sql.Rows) error {
		o := &organisation{}
		if err := r.Scan(&o.ID, &o.Name, &o.Kind, &o.Phone, &o.ClosedOn, &o.Hours, &o.OutOfHours); err != nil {
			return err
		}
		d.orgs[o.ID] = o
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	calendars, err := readCalendars(each, d)
	return d, calendars, err
}

// readCalendars reads the editable days: one-off bank holidays, and ones that were moved.
func readCalendars(each eachRowOf, d *directory) (map[string]*worktime.Schedule, error) {
	days := worktime.Calendar{Extra: map[worktime.Date]string{}, Removed: map[worktime.Date]string{}}
	err := each(`SELECT day, open, note FROM calendar_days`, func(r *sql.Rows) error {
		var day, note string
		var open bool
		if err := r.Scan(&day, &open, &note); err != nil {
			return err
		}
		date, err := worktime.ParseDate(day)
		if err != nil {
			return err
		}
		if open {
			days.Removed[date] = note
		} else {
			days.Extra[date] = note
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return calendarsOf(d, days)
}

func (tx *Tx) reloadDirectory() error {
	d, calendars, err := readDirectory(tx.each)
	if err != nil {
		return err
	}
	tx.note(func(m *memory) { m.directory, m.calendars = d, calendars })
	return nil
}

// first finds the first team that fits.
func (d *directory) first(fits func(*team) bool) string {
	for _, t := range d.sorted {
		if fits(t) {
			return t.ID
		}
	}
	return ""
}

// voluntary says whether a team, or the organisation of a member of staff, is a voluntary service.
func (d *directory) voluntary(organisation string) bool {
	o := d.orgs[organisation]
	return o != nil && o.Kind == "voluntary"
}

// AnyCoordinator is a care coordination team, for what belongs to nobody.
func (d *directory) AnyCoordinator() string {
	return d.first(func(t *team) bool { return t.Kind == coordinationTeam })
}

// closed says whether an organisation no longer takes anybody.
func (o *organisation) closed(now time.Time) bool {
	return o.ClosedOn != "" && o.ClosedOn <= now.Format(time.DateOnly)
}
