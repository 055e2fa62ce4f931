package pbpages

import (
	"database/sql"

	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

// diedSince reads who died on the day ?1 or later and is on a caseload of the teams ?5 or the staff ?6 at ?4, at most ?2.
const diedSince = `SELECT p.id FROM patients p WHERE p.died_on <> '' AND p.died_on >= ?1 AND p.retracted = '' AND p.id IN (
	SELECT c.patient FROM caseload c WHERE c.patient = p.id AND (` + heldByThem + `) AND c."from" <= ?4 AND (c."to" = '' OR c."to" > ?4))
	ORDER BY p.died_on DESC, p.id LIMIT +?2`

// DiedSince implements desk.DeathList.
func (v Pages) DiedSince(by desk.Holders, day string, limit int) (keys []desk.PersonKey, err error) {
	err = v.Each(diedSince, func(r *sql.Rows) error {
		var k desk.PersonKey
		err := r.Scan(&k.ID)
		keys = append(keys, k)
		return err
	}, day, limit, 0, columns.Stamp(v.Now()), jsonList(by.Teams), jsonList(by.Staff))
	return keys, err
}
