package pbrecords

import (
	"database/sql"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// planPeople says who there is, and whom they have, as it stands in the database within a transaction: what the
// engine has still to take in counts.
type planPeople struct {
	in        *prepared
	now       time.Time
	staff     map[string]care.Viewer
	names     map[string]string
	directory *access.Directory
	hours     worktime.Schedules
	held      map[string][]string // names of scopes that have a person now, by person, as they are asked for
}

// readPlanPeople reads who works where; it is small.
func readPlanPeople(in *prepared, now time.Time) (*planPeople, error) {
	p := &planPeople{in: in, now: now, staff: map[string]care.Viewer{}, names: map[string]string{}, held: map[string][]string{}}
	for _, read := range []func() error{p.readStaff, p.readDirectory} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *planPeople) readStaff() error {
	var records []*core.Record
	if err := p.in.app.RecordQuery(care.StaffName).WithContext(p.in.ctx).All(&records); err != nil {
		return err
	}
	for _, r := range records {
		p.staff[r.Id], p.names[r.Id] = viewerOf(r), r.GetString("name")
	}
	return nil
}

// viewerOf is what rights are worked out from.
func viewerOf(staff *core.Record) care.Viewer {
	return care.Viewer{Staff: staff.Id, Role: care.Role(staff.GetString("role")), Organisation: staff.GetString("organisation"), Teams: staff.GetStringSlice("teams"),
		InactiveSince: staff.GetDateTime("inactive_since").Time()}
}

func (p *planPeople) readDirectory() error {
	var records []*core.Record
	if err := p.in.app.RecordQuery(care.Teams).WithContext(p.in.ctx).All(&records); err != nil {
		return err
	}
	var teams []*access.Team
	for _, r := range records {
		teams = append(teams, &access.Team{ID: r.Id, Name: r.GetString("name"), Organisation: r.GetString("organisation"), Kind: r.GetString("kind"),
			Retracted: !r.GetDateTime("retracted").IsZero()})
	}
	records = nil
	if err := p.in.app.RecordQuery(care.Organisations).WithContext(p.in.ctx).All(&records); err != nil {
		return err
	}
	var organisations []*access.Organisation
	hours := map[string]string{}
	for _, r := range records {
		organisations = append(organisations, &access.Organisation{ID: r.Id, Name: r.GetString("name"), Kind: r.GetString("kind")})
		hours[r.Id] = r.GetString("opening_hours")
	}
	p.directory = access.NewDirectory(teams, organisations)
	days, err := p.readCalendar()
	if err != nil {
		return err
	}
	p.hours, err = worktime.NewSchedules(hours, days)
	return err
}

func (p *planPeople) readCalendar() (days worktime.Calendar, err error) {
	err = p.in.each(`SELECT day, open <> 0, note FROM calendar_days`, func(r *sql.Rows) error {
		var day, note string
		var open bool
		if err := r.Scan(&day, &open, &note); err != nil {
			return err
		}
		if date, err := worktime.ParseDate(day); err == nil { // what is no day, nobody can be closed on
			days.Set(date, &open, note)
		}
		return nil
	})
	return days, err
}

// Patient implements desk.PlanPeople. Somebody whose record was withdrawn is not there.
func (p *planPeople) Patient(id string) (*care.Record, error) {
	c, _ := care.ByName(care.Patients)
	found, err := p.in.record(c, id)
	if err != nil || found == nil || !found.Retracted.IsZero() {
		return nil, err
	}
	return found, nil
}

// Staff implements desk.PlanPeople.
func (p *planPeople) Staff(id string) (care.Viewer, bool) {
	v, ok := p.staff[id]
	return v, ok
}

// StaffName implements desk.PlanPeople.
func (p *planPeople) StaffName(id string) string { return p.names[id] }

// Voluntary implements desk.PlanPeople.
func (p *planPeople) Voluntary(team string) bool { return p.directory.Service(team) != "" }

// ClosedDays implements desk.PlanPeople.
func (p *planPeople) ClosedDays(team string) plan.Closed {
	organisation := ""
	if t := p.directory.Team(team); t != nil {
		organisation = t.Organisation
	}
	stated := p.hours[organisation]
	return func(day worktime.Date) (string, bool) {
		if stated == nil || organisation == "" {
			return "", false
		}
		return stated.ClosedOn(day)
	}
}

// holders are the names of the scopes that have a person now. A caseload that cannot be read has nobody.
func (p *planPeople) holders(patient string) []string {
	if names, known := p.held[patient]; known {
		return names
	}
	names := []string{}
	var rows []*core.Record
	if err := p.in.app.RecordQuery(care.Caseload).WithContext(p.in.ctx).AndWhere(dbx.HashExp{"patient": patient}).All(&rows); err != nil {
		return nil
	}
	for _, r := range rows {
		from, to := r.GetDateTime("from").Time(), r.GetDateTime("to").Time()
		if !r.GetDateTime("retracted").IsZero() || from.After(p.now) || !to.IsZero() && !to.After(p.now) {
			continue
		}
		if team := r.GetString("team"); team != "" {
			names = append(names, care.TeamScope(team))
		}
		if staff := r.GetString("staff"); staff != "" {
			names = append(names, care.StaffScope(staff))
		}
	}
	p.held[patient] = names
	return names
}

// Teams implements desk.PlanPeople.
func (p *planPeople) Teams(patient string) (teams []string) {
	for _, t := range p.directory.Teams() {
		if slices.Contains(p.holders(patient), care.TeamScope(t.ID)) {
			teams = append(teams, t.ID)
		}
	}
	return teams
}

// Holds implements desk.PlanPeople. What was at another moment nobody asks of an import.
func (p *planPeople) Holds(v care.Viewer, patient string, _ time.Time) (now, then bool) {
	held := p.holders(patient)
	now = slices.ContainsFunc(access.RightsOf(v).HoldsUnder(), func(name string) bool { return slices.Contains(held, name) })
	return now, now
}
