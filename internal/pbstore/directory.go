package pbstore

import (
	"database/sql"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/handover"
	"doorstep/internal/worktime"
)

const (
	everyTeam         = `SELECT id, name, organisation, neighbourhood, kind, phone, route, retracted <> '' FROM teams`
	everyOrganisation = `SELECT id, name, kind, phone, closed_on, coalesce(opening_hours, ''), out_of_hours, retracted <> '' FROM organisations`
	calendarDays      = `SELECT day, open, note FROM calendar_days`
)

type eachRowOf func(query string, fn func(*sql.Rows) error, args ...any) error

func (m *memory) loadDirectory(v *Snapshot, u *access.Update) error {
	d, calendars, err := readDirectory(v.each)
	u.Directory(d)
	m.calendars = calendars
	return err
}

func (tx *Tx) reloadDirectory() error {
	d, calendars, err := readDirectory(tx.each)
	if err != nil {
		return err
	}
	tx.note(func(m *memory) { m.calendars = calendars })
	return tx.redirect(d)
}

// readDirectory reads who works where, and the working time of each organisation. It is small and is
// read whole whenever any of it changes.
func readDirectory(each eachRowOf) (*access.Directory, map[string]*worktime.Schedule, error) {
	var teams []*access.Team
	err := each(everyTeam, func(r *sql.Rows) error {
		t := &access.Team{}
		err := r.Scan(&t.ID, &t.Name, &t.Organisation, &t.Neighbourhood, &t.Kind, &t.Phone, &t.Route, &t.Retracted)
		teams = append(teams, t)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var orgs []*access.Organisation
	hours := map[string]string{}
	err = each(everyOrganisation, func(r *sql.Rows) error {
		o := &access.Organisation{}
		var stated string
		err := r.Scan(&o.ID, &o.Name, &o.Kind, &o.Phone, &o.ClosedOn, &stated, &o.OutOfHours, &o.Retracted)
		orgs = append(orgs, o)
		hours[o.ID] = stated
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	calendars, err := readCalendars(each, hours)
	return access.NewDirectory(teams, orgs), calendars, err
}

// readCalendars reads the editable days, one-off bank holidays and ones that were moved, and builds
// from them the working times of all organisations and, under "", core hours.
func readCalendars(each eachRowOf, hours map[string]string) (map[string]*worktime.Schedule, error) {
	days := worktime.Calendar{Extra: map[worktime.Date]string{}, Removed: map[worktime.Date]string{}}
	err := each(calendarDays, func(r *sql.Rows) error {
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
	core, err := worktime.New(worktime.Options{Hours: worktime.CoreWeek(), Calendar: days})
	if err != nil {
		return nil, err
	}
	all := map[string]*worktime.Schedule{"": core}
	for id, raw := range hours {
		if s, ok := worktime.Stated(raw, days); ok {
			all[id] = s
		}
	}
	return all, nil
}

// Calendar implements takein.Reference.
func (tx *Tx) Calendar(organisation string) handover.Calendar {
	c, _ := tx.store.Hours(organisation)
	return c
}

// Hours are the working time of an organisation, and whether it stated them: core hours where it
// states none or ones that cannot be read, and for "".
func (s *Store) Hours(organisation string) (hours *worktime.Schedule, stated bool) {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	if c := s.mem.calendars[organisation]; c != nil {
		return c, organisation != ""
	}
	return s.mem.calendars[""], false
}

// Clocks implements takein.Reference.
func (tx *Tx) Clocks() handover.Clocks { return handover.DefaultClocks() }

// Channels implements arrange.Reference.
func (tx *Tx) Channels() []string { return tx.store.channels }

// Directory implements takein.Reference.
func (tx *Tx) Directory() arrange.Directory {
	return arrange.DirectoryOf(tx.store.Access.Directory(), tx.now)
}

// Directory is the directory of the present.
func (s *Store) Directory() arrange.Directory {
	return arrange.DirectoryOf(s.Access.Directory(), s.now())
}
