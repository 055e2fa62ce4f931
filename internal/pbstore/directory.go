package pbstore

import (
	"database/sql"

	"doorstep/internal/access"
	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/worktime"
)

const (
	everyTeam         = `SELECT id, name, organisation, neighbourhood, kind, phone, route, not_here, lone_working, retracted <> '', id IN (SELECT record FROM sync_dirty WHERE ` + steering + `) FROM teams`
	everyOrganisation = `SELECT id, name, kind, phone, closed_on, ` + care.SQLStatement + `, out_of_hours, retracted <> '', id IN (SELECT record FROM sync_dirty WHERE ` + steering + `) FROM organisations`
	calendarDays      = `SELECT day, open <> 0, note FROM calendar_days`
)

type eachRowOf func(query string, fn func(*sql.Rows) error, args ...any) error

func (m *memory) loadDirectory(v *Snapshot, u *access.Update) error {
	read, err := readDirectory(v.each)
	if err != nil {
		return err
	}
	u.Directory(read.directory)
	m.calendars, err = worktime.NewSchedules(read.hours, read.days)
	return err
}

func (tx *Tx) reloadDirectory() error {
	read, err := readDirectory(tx.each)
	if err != nil {
		return err
	}
	if tx.calendars, err = worktime.NewSchedules(read.hours, read.days); err != nil {
		return err
	}
	calendars := tx.calendars
	tx.note(func(m *memory) { m.calendars = calendars })
	return tx.redirect(read.directory)
}

// directory is who works where, when by what each organisation says, and days added or moved for everybody.
type directory struct {
	directory *access.Directory
	hours     map[string]string
	days      worktime.Calendar
}

// readDirectory is small and is read whole whenever any of it changes.
func readDirectory(each eachRowOf) (read directory, err error) {
	var teams []*access.Team
	err = each(everyTeam, func(r *sql.Rows) error {
		t := &access.Team{}
		err := r.Scan(&t.ID, &t.Name, &t.Organisation, &t.Neighbourhood, &t.Kind, &t.Phone, &t.Route, &t.NotHere, &t.LoneWorking, &t.Retracted, &t.Unsettled)
		teams = append(teams, t)
		return err
	})
	if err != nil {
		return read, err
	}
	var orgs []*access.Organisation
	read.hours = map[string]string{}
	err = each(everyOrganisation, func(r *sql.Rows) error {
		o := &access.Organisation{}
		var stated string
		err := r.Scan(&o.ID, &o.Name, &o.Kind, &o.Phone, &o.ClosedOn, &stated, &o.OutOfHours, &o.Retracted, &o.Unsettled)
		orgs = append(orgs, o)
		read.hours[o.ID] = stated
		return err
	})
	if err != nil {
		return read, err
	}
	read.directory = access.NewDirectory(teams, orgs)
	err = each(calendarDays, func(r *sql.Rows) error {
		var day, note string
		var open bool
		if err := r.Scan(&day, &open, &note); err != nil {
			return err
		}
		if date, err := worktime.ParseDate(day); err == nil { // what is no day, nobody can be closed on
			read.days.Set(date, &open, note)
		}
		return nil
	})
	return read, err
}

// Calendar implements takein.Reference.
func (tx *Tx) Calendar(organisation string) handover.Calendar {
	if tx.calendars != nil { // changed in this transaction
		return tx.calendars.Of(organisation)
	}
	c, _ := tx.store.Hours(organisation)
	return c
}

// Hours are the working time of an organisation, and whether it stated them: core hours where it states none or ones that cannot be read, and for "".
func (s *Store) Hours(organisation string) (hours *worktime.Schedule, stated bool) {
	s.mem.mu.RLock()
	defer s.mem.mu.RUnlock()
	hours = s.mem.calendars.Of(organisation)
	return hours, hours.Stated() && organisation != ""
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
