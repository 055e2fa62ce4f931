package pbstore

import (
	"database/sql"

	"doorstep/internal/access"
)

const (
	peopleOfTeam  = `SELECT DISTINCT patient FROM caseload WHERE team = ? AND team <> ''`
	peopleOfStaff = `SELECT DISTINCT patient FROM caseload WHERE staff = ? AND staff <> ''`
)

// redirect puts another directory in the place of the one there was. Whom a team or a member of staff has is
// asked for consent again where they work for another service now.
func (tx *Tx) redirect(d *access.Directory) error {
	was := tx.directory()
	tx.newDirectory = d
	tx.noteAccess(func(u *access.Update) { u.Directory(d) })
	for _, t := range d.Teams() {
		if was.Service(t.ID) != d.Service(t.ID) {
			if err := tx.each(peopleOfTeam, tx.askAgain, t.ID); err != nil {
				return err
			}
		}
	}
	for _, v := range tx.store.Access.Everybody() {
		if was.ServiceOf(v) != d.ServiceOf(v) {
			if err := tx.each(peopleOfStaff, tx.askAgain, v.Staff); err != nil {
				return err
			}
		}
	}
	return nil
}

// askAgain notes a person whose consent is asked for again: Settle brings their grants in line at its end.
func (tx *Tx) askAgain(r *sql.Rows) error {
	var patient string
	err := r.Scan(&patient)
	tx.regrant[patient] = true
	return err
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
