package pbpages

import (
	"database/sql"

	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

const visitsToMake = `SELECT id FROM visits WHERE staff = ? AND status IN ('planned', 'in_progress') AND retracted = ''
	AND NOT EXISTS (SELECT 1 FROM patients d WHERE d.id = visits.patient AND d.died_on <> '') ORDER BY planned_start, id LIMIT +?`

// VisitsOf lists the visits somebody has still to make.
func (v Pages) VisitsOf(staff string) ([]string, error) {
	list := []string{}
	err := v.Each(visitsToMake, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		list = append(list, id)
		return err
	}, staff, desk.MostHanging)
	return list, err
}

// Hanging lists what hangs on a member of staff.
func (v Pages) Hanging(staff string) (desk.Hanging, error) {
	visits, err := v.VisitsOf(staff)
	if err != nil {
		return desk.Hanging{}, err
	}
	return pbstore.HangingOn(v.Snapshot, v.Now(), staff, visits)
}
