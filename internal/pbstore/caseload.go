package pbstore

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

const (
	caseloadSelect = `SELECT c.id, c.patient, c.team, c.staff, c."from", c."to", c.reason, c.cohort, c.contact_every_days FROM caseload c`
	caseloadRow    = caseloadSelect + ` WHERE c.id = ?`
	// caseloadOf reads the rows of a person that are not over.
	caseloadOf  = caseloadSelect + ` WHERE c.patient = ?1 AND (c."to" = '' OR c."to" > ?2) ORDER BY c.id`
	caseloadAll = caseloadSelect + ` WHERE c.patient = ?`
	addCaseload = `INSERT INTO caseload (id, patient, team, staff, "from", "to", reason, cohort, contact_every_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	endCaseload = `UPDATE caseload SET "to" = ? WHERE id = ?`
	// heldByThem: the holder is one of the teams ?5 or of the staff ?6.
	heldByThem = `c.team <> '' AND c.team IN (SELECT value FROM json_each(?5)) OR c.staff <> '' AND c.staff IN (SELECT value FROM json_each(?6))`
	standsWith = `SELECT count(*) FROM handovers WHERE patient = ? AND state NOT IN ` + care.SQLClosed + ` AND to_team IN (SELECT value FROM json_each(?))`
)

// caseloadPage reads the rows of a person, a team or a member of staff, ?1; those in force at ?2 unless ended ones are
// asked for; after ?3, at most ?4; where only some holders are asked for, of the teams ?5 and the staff ?6.
func caseloadPage(q desk.CaseloadQuery) string {
	where := `c.patient = ?1`
	switch {
	case q.Team != "":
		where = `c.team = ?1 AND c.team <> ''`
	case q.Staff != "":
		where = `c.staff = ?1 AND c.staff <> ''`
	}
	if !q.Ended {
		where += ` AND (c."to" = '' OR c."to" > ?2)`
	}
	if q.Only != nil {
		where += ` AND (` + heldByThem + `)`
	}
	return caseloadSelect + ` WHERE ` + where + ` AND c.id > ?3 ORDER BY c.id LIMIT ?4`
}

// CaseloadPage implements desk.CaseloadPages.
func (v *Snapshot) CaseloadPage(q desk.CaseloadQuery) (rows []care.CaseloadRow, more bool, err error) {
	of := q.Patient
	switch {
	case q.Team != "":
		of = q.Team
	case q.Staff != "":
		of = q.Staff
	}
	var only desk.Holders
	if q.Only != nil {
		only = *q.Only
	}
	err = v.each(caseloadPage(q), func(r *sql.Rows) error {
		row, err := scanCaseload(r)
		rows = append(rows, row)
		return err
	}, of, columns.Stamp(v.store.now()), q.After, q.Limit+1, jsonList(only.Teams), jsonList(only.Staff))
	if more = len(rows) > q.Limit; more {
		rows = rows[:q.Limit]
	}
	return rows, more, err
}

func scanCaseload(r interface{ Scan(...any) error }) (care.CaseloadRow, error) {
	var c care.CaseloadRow
	var from, to string
	var every sql.NullInt64
	err := r.Scan(&c.ID, &c.Patient, &c.Team, &c.Staff, &from, &to, &c.Reason, &c.Cohort, &every)
	c.From, c.To = columns.ParseTime(from), columns.ParseTime(to)
	if every.Valid {
		c.ContactEveryDays = &every.Int64
	}
	return c, err
}

// CaseloadRow implements desk.CaseloadRows.
func (tx *Tx) CaseloadRow(id string) (*care.CaseloadRow, error) {
	row, err := scanCaseload(tx.row(caseloadRow, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &row, err
}

// CaseloadOf implements desk.CaseloadRows.
func (tx *Tx) CaseloadOf(patient string) ([]care.CaseloadRow, error) {
	return tx.caseload(caseloadOf, patient, columns.Stamp(tx.now))
}

// EverHeld implements desk.CaseloadRows.
func (tx *Tx) EverHeld(patient string) ([]care.CaseloadRow, error) {
	return tx.caseload(caseloadAll, patient)
}

func (tx *Tx) caseload(query string, args ...any) (rows []care.CaseloadRow, err error) {
	err = tx.each(query, func(r *sql.Rows) error {
		c, err := scanCaseload(r)
		rows = append(rows, c)
		return err
	}, args...)
	return rows, err
}

// AddCaseload implements desk.CaseloadRows.
func (tx *Tx) AddCaseload(c care.CaseloadRow) error {
	var every any
	if c.ContactEveryDays != nil {
		every = *c.ContactEveryDays
	}
	_, err := tx.exec(addCaseload, c.ID, c.Patient, c.Team, c.Staff, columns.Stamp(c.From), columns.Stamp(c.To), c.Reason, c.Cohort, every)
	return err
}

// EndCaseload implements desk.CaseloadRows.
func (tx *Tx) EndCaseload(id string, at time.Time) error {
	_, err := tx.exec(endCaseload, columns.Stamp(at), id)
	return err
}

// StandsWith implements desk.CaseloadRows.
func (tx *Tx) StandsWith(patient string, teams []string) (bool, error) {
	var n int
	err := tx.row(standsWith, patient, jsonList(teams)).Scan(&n)
	return n > 0, err
}
