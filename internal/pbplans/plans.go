// Package pbplans keeps repeating plans and reads the rounds of a day, in SQL on the transactions and snapshots of
// pbstore. Visits and check-ins themselves are written by the rooms.
package pbplans

import (
	"database/sql"
	"encoding/json"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

const (
	planColumns   = `SELECT id, patient, team, kind, content, planner, role, made_at, changed_at, ended_at, planned_to FROM visit_plans`
	planByID      = planColumns + ` WHERE id = ?`
	plansOfPerson = planColumns + ` WHERE patient = ? ORDER BY id`
	plansOfTeam   = planColumns + ` WHERE team = ? AND ended_at = '' AND id > ? ORDER BY id LIMIT +?`
	plansToExtend = planColumns + ` WHERE ended_at = '' AND planned_to < ? AND id > ? ORDER BY id LIMIT +?`
	savePlan      = `INSERT INTO visit_plans (id, patient, team, kind, content, planner, role, made_at, changed_at, ended_at, planned_to)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content, planner = excluded.planner, role = excluded.role,
		changed_at = excluded.changed_at, ended_at = excluded.ended_at, planned_to = excluded.planned_to`
	stoodOf   = `SELECT day, place, contact, turn, withdrawn, wrote FROM plan_visits WHERE plan = ? AND day >= ? AND day <= ? ORDER BY day, place`
	noteStood = `INSERT INTO plan_visits (plan, day, place, contact, turn, withdrawn, patient, minutes, wrote) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (plan, day, place) DO UPDATE SET contact = excluded.contact, turn = excluded.turn, withdrawn = excluded.withdrawn,
		minutes = excluded.minutes, wrote = excluded.wrote`
)

// Rows keeps plans by whatever runs their statements: a transaction of the store, or of an import.
type Rows struct {
	reads  rowsOf
	writes func(query string, args ...any) error
	record func(c *care.Collection, id string) (*care.Record, error)
}

// Through keeps plans by what runs a statement that reads, what runs one that writes, and what reads a record, nil
// where there is none.
func Through(each func(query string, fn func(*sql.Rows) error, args ...any) error, exec func(query string, args ...any) error,
	record func(c *care.Collection, id string) (*care.Record, error)) Rows {
	return Rows{each, exec, record}
}

func (r Rows) each(query string, fn func(*sql.Rows) error, args ...any) error {
	return r.reads(query, fn, args...)
}

func (r Rows) exec(query string, args ...any) error { return r.writes(query, args...) }

// Tx keeps plans within a transaction of the store.
type Tx struct {
	*pbstore.Tx
	Rows
}

// In keeps plans in a transaction of the store.
func In(tx *pbstore.Tx) Tx {
	exec := func(query string, args ...any) error {
		_, err := tx.Statements().Exec(query, args...)
		return err
	}
	return Tx{tx, Through(tx.Statements().Each, exec, tx.Record)}
}

// Pages reads what pages show of plans, all of one moment.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

func scanPlan(r interface{ Scan(...any) error }) (*desk.VisitPlan, error) {
	v := &desk.VisitPlan{}
	var content, role, made, changed, ended, to string
	if err := r.Scan(&v.ID, &v.Patient, &v.Team, &v.Kind, &content, &v.Planner, &role, &made, &changed, &ended, &to); err != nil {
		return nil, err
	}
	v.Role = care.Role(role)
	v.MadeAt, v.ChangedAt, v.EndedAt = columns.ParseTime(made), columns.ParseTime(changed), columns.ParseTime(ended)
	v.PlannedTo, _ = worktime.ParseDate(to) // one that cannot be read is worked out anew
	return v, json.Unmarshal([]byte(content), &v.Content)
}

// VisitPlan implements desk.PlanRows.
func (r Rows) VisitPlan(id string) (*desk.VisitPlan, error) {
	list, err := plans(r.each, planByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// PlansToExtend implements desk.PlanRows.
func (r Rows) PlansToExtend(to worktime.Date, after string, most int) ([]*desk.VisitPlan, error) {
	return plans(r.each, plansToExtend, to.String(), after, most)
}

// SaveVisitPlan implements desk.PlanRows.
func (r Rows) SaveVisitPlan(v *desk.VisitPlan) error {
	return r.exec(savePlan, v.ID, v.Patient, v.Team, v.Kind, string(care.JSON(v.Content)), v.Planner, string(v.Role),
		care.Stamp(v.MadeAt), care.Stamp(v.ChangedAt), care.Stamp(v.EndedAt), v.PlannedTo.String())
}

// Stood implements desk.PlanRows.
func (r Rows) Stood(v *desk.VisitPlan, first, last worktime.Date) (list []plan.Stood, err error) {
	err = r.each(stoodOf, func(row *sql.Rows) error {
		var s plan.Stood
		var day, wrote string
		if err := row.Scan(&day, &s.Place, &s.ID, &s.Turn, &s.Withdrawn, &wrote); err != nil {
			return err
		}
		list = append(list, s)
		at := &list[len(list)-1]
		var err error
		if at.Day, err = worktime.ParseDate(day); err != nil {
			return err
		}
		return json.Unmarshal([]byte(wrote), &at.Wrote)
	}, v.ID, first.String(), last.String())
	if err != nil {
		return nil, err
	}
	c, _ := care.ByName(v.Kind)
	for i := range list {
		if list[i].Record, err = r.record(c, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// NoteStood implements desk.PlanRows.
func (r Rows) NoteStood(v *desk.VisitPlan, s plan.Stood) error {
	return r.exec(noteStood, v.ID, s.Day.String(), s.Place, s.ID, s.Turn, s.Withdrawn, v.Patient, v.Minutes, string(care.JSON(s.Wrote)))
}

// PlansOf implements desk.PlanRows.
func (r Rows) PlansOf(patient string) ([]*desk.VisitPlan, error) {
	return plans(r.each, plansOfPerson, patient)
}

// PlansOf lists the plans of a person, those that have ended too, by id.
func (v Pages) PlansOf(patient string) ([]*desk.VisitPlan, error) {
	return plans(v.Each, plansOfPerson, patient)
}

// PlansOfTeam lists the plans of a team that go on, by id, after one.
func (v Pages) PlansOfTeam(team, after string, most int) ([]*desk.VisitPlan, error) {
	return plans(v.Each, plansOfTeam, team, after, most)
}

func plans(each rowsOf, query string, args ...any) (list []*desk.VisitPlan, err error) {
	err = each(query, func(r *sql.Rows) error {
		v, err := scanPlan(r)
		list = append(list, v)
		return err
	}, args...)
	return list, err
}
