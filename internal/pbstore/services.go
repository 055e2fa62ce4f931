package pbstore

import (
	"database/sql"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

const (
	peopleOfTeam  = `SELECT DISTINCT patient FROM caseload WHERE team = ?1 AND team <> '' AND patient > ?2 ORDER BY patient LIMIT +?3`
	peopleOfStaff = `SELECT DISTINCT patient FROM caseload WHERE staff = ?1 AND staff <> '' AND patient > ?2 ORDER BY patient LIMIT +?3`
	// askHolder queues a holder of people beside the rows of the caseload: Settle works it off.
	askHolder = `INSERT INTO sync_dirty (collection, record, op, was) VALUES ('` + care.Caseload + `', ?, '` + asking + `', ?)`
	// leave makes the job look now at what is open with a team, whether or not it has a row any more, or with those of an organisation.
	leave = `INSERT INTO sync_due (at, kind, ref) SELECT ?1, '` + string(care.DueHandover) + `', id FROM handovers
			WHERE to_team IN (SELECT value FROM json_each(json_array(?2)) UNION ALL SELECT id FROM teams WHERE organisation = ?2) AND to_team <> '' AND state IN ` + care.SQLOpen + ` AND state NOT IN ` + care.SQLOffTheClock + `
		UNION ALL SELECT ?1, '` + string(care.DueIssue) + `', id FROM conflicts WHERE owner_team IN (SELECT value FROM json_each(json_array(?2)) UNION ALL SELECT id FROM teams WHERE organisation = ?2) AND ` + care.SQLIssueOpen + `
		UNION ALL SELECT ?1, '` + string(care.DueIssue) + `', id FROM quarantine WHERE owner_team IN (SELECT value FROM json_each(json_array(?2)) UNION ALL SELECT id FROM teams WHERE organisation = ?2) AND ` + care.SQLIssueOpen + ` ON CONFLICT DO NOTHING`
)

const asking = "ask"

// redirect puts another directory in the place of the one there was. Whom a team or a member of staff has is
// asked for consent again where they work for another service now, and what is open with a team that takes nothing
// any more goes on from it.
func (tx *Tx) redirect(d *access.Directory) error {
	was := tx.directory()
	tx.newDirectory = d
	tx.noteAccess(func(u *access.Update) { u.Directory(d) })
	holders, gone := tx.store.Access.Redirected(was, d, tx.now)
	for _, id := range gone {
		if err := tx.MoveOnFrom(id); err != nil {
			return err
		}
	}
	for organisation, at := range d.Closings(tx.now) {
		if err := tx.DueAt(at, care.DueClosing, organisation); err != nil {
			return err
		}
	}
	for _, h := range holders {
		if err := tx.askAgain(h); err != nil {
			return err
		}
	}
	return nil
}

// MoveOnFrom lets what is open with a team, or with those of an organisation, go on from it where it takes nothing any more.
func (tx *Tx) MoveOnFrom(of string) error {
	_, err := tx.exec(leave, care.Stamp(tx.now), of)
	return err
}

// askAgain asks the people of a holder for consent again: Settle brings their grants in line at its end. It takes some
// at a time, and what is left is queued: a restart goes on where it was.
func (tx *Tx) askAgain(holder string) error {
	if len(tx.regrant) >= regrantAtOnce {
		return tx.askLater(holder, "")
	}
	return tx.ask(holder, "")
}

func (tx *Tx) askLater(holder, after string) error {
	_, err := tx.exec(askHolder, holder, string(care.JSON(map[string]string{"after": after})))
	return err
}

// ask takes the next people of a holder, those after one of them.
func (tx *Tx) ask(holder, after string) error {
	query, id := peopleOfStaff, strings.TrimPrefix(holder, care.StaffScope(""))
	if team, ok := strings.CutPrefix(holder, care.TeamScope("")); ok {
		query, id = peopleOfTeam, team
	}
	n := 0
	err := tx.each(query, func(r *sql.Rows) error {
		n++
		err := r.Scan(&after)
		tx.regrant[after] = true
		return err
	}, id, after, regrantAtOnce)
	if err != nil || n < regrantAtOnce {
		return err
	}
	return tx.askLater(holder, after)
}

// directory is who works where, as this transaction leaves it.
func (tx *Tx) directory() *access.Directory {
	if tx.newDirectory != nil {
		return tx.newDirectory
	}
	return tx.store.Access.Directory()
}

// service is the voluntary service that a holder of people belongs to, "" for none.
func (tx *Tx) service(team, staff string) string {
	if team != "" {
		return tx.directory().Service(team)
	}
	m := tx.members[staff]
	if m == nil {
		m = tx.store.Access.Member(staff)
	}
	if m == nil {
		return ""
	}
	return tx.directory().ServiceOf(m.Viewer)
}
