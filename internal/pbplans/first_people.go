package pbplans

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/worktime"
)

// firstPeople are the people of a round, the next first, and after them those of handovers and conflicts that are open for
// whoever goes it. What was planned longer ago than ?2 and never made brings nobody to the front.
const firstPeople = `SELECT patient FROM (
	SELECT patient, 0 AS after, planned_start AS at FROM visits WHERE (status = 'planned' OR status = 'in_progress')
		AND team IN (SELECT value FROM json_each(?1)) AND planned_start >= ?2 AND planned_start < ?3 AND retracted = '' AND (staff = ?4 OR staff = '')
	UNION ALL SELECT patient, 0, planned_start FROM checkins WHERE planned_start != '' AND happened_at = ''
		AND team IN (SELECT value FROM json_each(?1)) AND planned_start >= ?2 AND planned_start < ?3 AND retracted = '' AND (staff = ?4 OR staff = '')
	UNION ALL SELECT patient, 1, raised_at FROM handovers WHERE to_team IN (SELECT value FROM json_each(?1) WHERE value != '') AND state IN ` + care.SQLOpen + `
	UNION ALL SELECT patient, 1, raised_at FROM handovers WHERE from_team IN (SELECT value FROM json_each(?1) WHERE value != '') AND state IN ` + care.SQLOpen + ` AND from_staff = ?4
	UNION ALL SELECT patient, 1, '' FROM conflicts WHERE owner_team IN (SELECT value FROM json_each(?1) WHERE value != '') AND ` + care.SQLIssueOpen + ` AND (kept_by = ?4 OR lost_by = ?4)
	) WHERE patient != '' GROUP BY patient ORDER BY min(after), max(at) DESC, patient LIMIT +?5`

// lookBack is how long ago something may have been planned that is still to be made today.
const lookBack = 14 * 24 * time.Hour

// FirstPeople are the people whom a new phone of a member of staff needs first, the most important in front: those of today's
// round, then those with something open.
func (v Pages) FirstPeople(viewer care.Viewer, now time.Time, most int) (people []string, err error) {
	today := worktime.DateOf(worktime.InLondon(now))
	teams := append([]string{""}, viewer.Teams...) // what is planned may name nobody but who makes it
	err = v.Each(firstPeople, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		people = append(people, id)
		return err
	}, jsonList(teams), columns.Stamp(now.Add(-lookBack)), columns.Stamp(today.Ends()), viewer.Staff, most)
	return people, err
}
