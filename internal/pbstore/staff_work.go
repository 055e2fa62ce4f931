package pbstore

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

const (
	// visitsHanging are those of the ids that are still to be made.
	visitsHanging = `SELECT id, patient, team, planned_start || '' FROM visits WHERE id IN (SELECT value FROM json_each(?)) AND staff = ?
		AND status IN ('planned', 'in_progress') AND retracted = '' ORDER BY planned_start, id`
	handoversOwned  = `SELECT id FROM handovers WHERE owner = ? AND owner <> '' AND state NOT IN ` + care.SQLClosed + ` ORDER BY id LIMIT +?`
	peopleOnOwn     = `SELECT DISTINCT patient FROM caseload WHERE staff = ? AND staff <> '' AND ("to" = '' OR "to" > ?) ORDER BY patient LIMIT +?`
	unsentOfDevices = `SELECT coalesce(sum(outbox_count), 0) FROM devices WHERE staff = ? AND state IN ('active', 'draining')`
)

// Hanging implements desk.WorkStore.
func (tx *Tx) Hanging(staff string, visits []string) (desk.Hanging, error) {
	return HangingOn(tx, tx.now, staff, visits)
}

// HangingOn lists what hangs on a member of staff, of these visits those that are to be made.
func HangingOn(r reader, now time.Time, staff string, visits []string) (h desk.Hanging, err error) {
	h.Handovers, h.People, h.Visits = []string{}, []string{}, []desk.HangingVisit{}
	err = r.each(visitsHanging, func(rows *sql.Rows) error {
		var v desk.HangingVisit
		err := rows.Scan(&v.ID, &v.Patient, &v.Team, &v.PlannedStart)
		v.PlannedStart = columns.WireTime(v.PlannedStart)
		h.Visits = append(h.Visits, v)
		return err
	}, jsonList(visits), staff)
	if err != nil {
		return h, err
	}
	if h.Handovers, err = texts(r, handoversOwned, staff, desk.MostHanging); err != nil {
		return h, err
	}
	if h.People, err = texts(r, peopleOnOwn, staff, columns.Stamp(now), desk.MostHanging); err != nil {
		return h, err
	}
	err = r.row(unsentOfDevices, staff).Scan(&h.Unsent)
	return h, err
}

func texts(r reader, query string, args ...any) ([]string, error) {
	list := []string{}
	err := r.each(query, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		list = append(list, s)
		return err
	}, args...)
	return list, err
}
