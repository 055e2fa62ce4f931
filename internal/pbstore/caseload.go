package pbstore

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	// CaseloadColumns reads whole rows of the caseload, c.
	CaseloadColumns = `SELECT c.id, c.patient, c.team, c.staff, c."from", c."to", c.reason, c.cohort, c.contact_every_days FROM caseload c`
	caseloadRow     = CaseloadColumns + ` WHERE c.id = ?`
	// caseloadOf reads the rows of a person that are not over.
	caseloadOf  = CaseloadColumns + ` WHERE c.patient = ?1 AND (c."to" = '' OR c."to" > ?2) ORDER BY c.id`
	caseloadAll = CaseloadColumns + ` WHERE c.patient = ?`
	addCaseload = `INSERT INTO caseload (id, patient, team, staff, "from", "to", reason, cohort, contact_every_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	endCaseload = `UPDATE caseload SET "to" = ? WHERE id = ?`
	standsWith  = `SELECT count(*) FROM (SELECT 1 FROM handovers WHERE patient = ? AND state NOT IN ` + care.SQLClosed + ` AND to_team IN (SELECT value FROM json_each(?)) LIMIT 1)`
)

// ScanCaseload reads a row of CaseloadColumns.
func ScanCaseload(r interface{ Scan(...any) error }) (care.CaseloadRow, error) {
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
	rows, err := tx.caseload(caseloadRow, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
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
		c, err := ScanCaseload(r)
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
func (tx *Tx) StandsWith(patient string, teams []string) (stands bool, err error) {
	err = tx.row(standsWith, patient, jsonList(teams)).Scan(&stands)
	return stands, err
}
