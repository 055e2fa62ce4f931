package pbpages

import (
	"database/sql"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

// heldByThem: the holder is one of the teams ?5 or of the staff ?6.
const heldByThem = `c.team <> '' AND c.team IN (SELECT value FROM json_each(?5)) OR c.staff <> '' AND c.staff IN (SELECT value FROM json_each(?6))`

// onceOnly leaves out a row within whose time another row of the same holder has the person anyway, as where two
// registrations of one person were with one team.
const onceOnly = ` AND NOT EXISTS (SELECT 1 FROM caseload d WHERE d.patient = c.patient AND d.id <> c.id AND d.team = c.team AND d.staff = c.staff
	AND d."from" <= c."from" AND (d."to" = '' OR c."to" <> '' AND d."to" >= c."to") AND (d.id < c.id OR d."from" <> c."from" OR d."to" <> c."to"))`

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
		where += ` AND (c."to" = '' OR c."to" > ?2)` + onceOnly
	}
	if q.Only != nil {
		where += ` AND (` + heldByThem + `)`
	}
	return pbstore.CaseloadColumns + ` WHERE ` + where + ` AND c.id > ?3 ORDER BY c.id LIMIT +?4`
}

// CaseloadPage implements desk.CaseloadPages.
func (v Pages) CaseloadPage(q desk.CaseloadQuery) (rows []care.CaseloadRow, more bool, err error) {
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
	err = v.Each(caseloadPage(q), func(r *sql.Rows) error {
		row, err := pbstore.ScanCaseload(r)
		rows = append(rows, row)
		return err
	}, of, columns.Stamp(v.Now()), q.After, q.Limit+1, jsonList(only.Teams), jsonList(only.Staff))
	if more = len(rows) > q.Limit; more {
		rows = rows[:q.Limit]
	}
	return rows, more, err
}
