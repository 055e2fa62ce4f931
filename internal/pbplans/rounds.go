package pbplans

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// What is read of a contact, and how long a plan says that it takes; the two kinds have the same columns.
const (
	visitColumns = `SELECT v.id, v.patient, v.team, v.staff, v.purpose, v.status, v.planned_start, v.planned_end, coalesce(p.plan, ''), coalesce(p.minutes, 0)
		FROM visits v LEFT JOIN plan_visits p ON p.contact = v.id`
	checkinColumns = `SELECT v.id, v.patient, v.team, v.staff, '', iif(v.happened_at = '' AND v.seen IS NULL, 'planned', 'completed'), v.planned_start, v.planned_end,
		coalesce(p.plan, ''), coalesce(p.minutes, 0) FROM checkins v LEFT JOIN plan_visits p ON p.contact = v.id`

	// Nobody goes to somebody who died.
	lives         = ` AND NOT EXISTS (SELECT 1 FROM patients d WHERE d.id = v.patient AND d.died_on <> '')`
	ofTeams       = lives + ` AND v.retracted = '' AND v.team IN (SELECT value FROM json_each(?)) AND v.planned_start >= ? AND v.planned_start < ? ORDER BY v.planned_start, v.id`
	visitsToMake  = visitColumns + ` WHERE (v.status = 'planned' OR v.status = 'in_progress')` + ofTeams
	checkinsToDo  = checkinColumns + ` WHERE v.planned_start != '' AND v.happened_at = ''` + ofTeams
	late          = lives + ` AND v.retracted = '' AND v.team IN (SELECT value FROM json_each(?)) AND v.planned_start >= ? AND v.planned_start < ? AND v.planned_end < ? ORDER BY v.planned_end, v.id LIMIT +?`
	lateVisits    = visitColumns + ` WHERE (v.status = 'planned' OR v.status = 'in_progress')` + late
	lateCheckins  = checkinColumns + ` WHERE v.planned_start != '' AND v.happened_at = ''` + late
	ofIDs         = ` WHERE v.id IN (SELECT value FROM json_each(?)) AND v.retracted = '' ORDER BY v.planned_start, v.id`
	visitsByID    = visitColumns + ofIDs
	checkinsByID  = checkinColumns + ofIDs
	contactsOfDay = `SELECT contact FROM plan_visits WHERE day = ? AND withdrawn = 0`

	// What was recorded since a minute, of people, in the order of their scopes; when it was in place of when it was planned.
	madeSince = `SELECT v.id, v.patient, v.team, v.staff, v.purpose, v.status, iif(v.started_at = '', v.planned_start, v.started_at), v.ended_at, '', 0
		FROM json_each(?1) p CROSS JOIN sync_scopes s ON s.name = p.value CROSS JOIN sync_feed f INDEXED BY sync_feed_scope ON f.scope = s.id AND f.seq > coalesce((SELECT m.seq FROM sync_marks m WHERE m.minute <= ?2 ORDER BY m.minute DESC LIMIT 1), 0)
		CROSS JOIN visits v ON v.id = f.record WHERE f.collection = ?3 AND v.retracted = '' AND (v.status = 'completed' OR v.status = 'in_progress')`

	usualVisits = `SELECT p.patient, v.staff, count(*) FROM plan_visits p JOIN visits v ON v.id = p.contact
		WHERE p.patient IN (SELECT value FROM json_each(?)) AND p.day >= ? AND p.day <= ? AND v.status = 'completed' AND v.staff <> '' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`
	usualCheckins = `SELECT p.patient, v.staff, count(*) FROM plan_visits p JOIN checkins v ON v.id = p.contact
		WHERE p.patient IN (SELECT value FROM json_each(?)) AND p.day >= ? AND p.day <= ? AND v.happened_at <> '' AND v.staff <> '' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`
)

// rowsOf runs a statement: within a transaction or in a snapshot.
type rowsOf func(query string, fn func(*sql.Rows) error, args ...any) error

// ToMake implements desk.PlanRows.
func (r Rows) ToMake(q desk.ContactQuery) ([]desk.PlannedContact, error) {
	return toMake(r.each, q)
}

// ToMake are contacts that have still to be made, in order.
func (v Pages) ToMake(q desk.ContactQuery) ([]desk.PlannedContact, error) { return toMake(v.Each, q) }

func toMake(each rowsOf, q desk.ContactQuery) ([]desk.PlannedContact, error) {
	from, to := columns.Stamp(q.From), columns.Stamp(q.To)
	if q.Kind == care.Checkins {
		return contacts(each, checkinsToDo, jsonList(q.Teams), from, to)
	}
	return contacts(each, visitsToMake, jsonList(q.Teams), from, to)
}

// Late are contacts of teams that should have been made by a moment and were planned since another, and that nobody has
// recorded: those that are late longest.
func (v Pages) Late(kind string, teams []string, since, now time.Time, most int) ([]desk.PlannedContact, error) {
	from, at := columns.Stamp(since), columns.Stamp(now)
	if kind == care.Checkins {
		return contacts(v.Each, lateCheckins, jsonList(teams), from, at, at, most)
	}
	return contacts(v.Each, lateVisits, jsonList(teams), from, at, at, most)
}

// ContactsByID implements desk.PlanRows.
func (r Rows) ContactsByID(kind string, ids []string) ([]desk.PlannedContact, error) {
	return byID(r.each, kind, ids)
}

func byID(each rowsOf, kind string, ids []string) ([]desk.PlannedContact, error) {
	if kind == care.Checkins {
		return contacts(each, checkinsByID, jsonList(ids))
	}
	return contacts(each, visitsByID, jsonList(ids))
}

// MadeOn are the contacts that plans had for a day, whatever became of them, but for those that have still to be made.
func (v Pages) MadeOn(kind string, day worktime.Date) (made []desk.PlannedContact, err error) {
	ids := []string{}
	if err := v.Each(contactsOfDay, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, day.String()); err != nil {
		return nil, err
	}
	list, err := byID(v.Each, kind, ids)
	for _, c := range list {
		if c.Status != "planned" && c.Status != "in_progress" {
			made = append(made, c)
		}
	}
	return made, err
}

// MadeSince are the visits of people that were recorded since a moment, planned or not.
func (v Pages) MadeSince(since time.Time, people map[string]bool) ([]desk.PlannedContact, error) {
	var scopes []string
	for id := range people {
		scopes = append(scopes, care.ClinicalScope(id))
	}
	slices.Sort(scopes)
	return contacts(v.Each, madeSince, jsonList(scopes), since.Unix()/60, pbstore.CollectionNumber(care.Visits))
}

// Face is somebody who was with a person lately, and how often.
type Face struct {
	Staff string
	Times int
}

// UsualFaces are those who made the planned contacts of people between two days, most often first.
func (v Pages) UsualFaces(kind string, people []string, first, last worktime.Date) (map[string][]Face, error) {
	faces := map[string][]Face{}
	read := func(r *sql.Rows) error {
		var patient string
		var f Face
		err := r.Scan(&patient, &f.Staff, &f.Times)
		faces[patient] = append(faces[patient], f)
		return err
	}
	if kind == care.Checkins {
		return faces, v.Each(usualCheckins, read, jsonList(people), first.String(), last.String())
	}
	return faces, v.Each(usualVisits, read, jsonList(people), first.String(), last.String())
}

func contacts(each rowsOf, query string, args ...any) (list []desk.PlannedContact, err error) {
	err = each(query, func(r *sql.Rows) error {
		var c desk.PlannedContact
		var start, end string
		if err := r.Scan(&c.ID, &c.Patient, &c.Team, &c.Staff, &c.Purpose, &c.Status, &start, &end, &c.Plan, &c.Minutes); err != nil {
			return fmt.Errorf("read a planned contact: %w", err)
		}
		if c.Start, c.End = columns.ParseTime(start), columns.ParseTime(end); c.End.IsZero() {
			c.End = c.Start
		}
		if c.Minutes == 0 {
			c.Minutes = plan.MinutesOf(c.Start, c.End)
		}
		list = append(list, c)
		return nil
	}, args...)
	return list, err
}

func jsonList(items []string) string {
	if items == nil {
		items = []string{}
	}
	return string(care.JSON(items))
}
