// Package pbcontacts keeps lists of people to keep in touch with, and who is on them, in SQL on the transactions and
// snapshots of pbstore. What phones learn of them is written into the person's record by the desk.
package pbcontacts

import (
	"database/sql"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
	"doorstep/internal/worktime"
)

const (
	listColumns = `SELECT id, team, name, safe_name, rule, every_days, review_days, shown, made_by, made_at, changed_at, ended_at, judged_on, judged_to, broke, broke_why FROM contact_lists`
	listByID    = listColumns + ` WHERE id = ?`
	listsOf     = listColumns + ` WHERE team IN (SELECT value FROM json_each(?)) AND ended_at = '' ORDER BY name, id`
	// A list is worked out once a day, and one that has ended once more: then nobody is on it.
	listsToWork = listColumns + ` WHERE judged_on < ? AND (ended_at = '' OR judged_on = '') ORDER BY id LIMIT +?`
	countLists  = `SELECT count(*) FROM contact_lists WHERE team = ? AND ended_at = ''`
	saveList    = `INSERT INTO contact_lists (id, team, name, safe_name, rule, every_days, review_days, shown, made_by, made_at, changed_at, ended_at, judged_on, judged_to, broke, broke_why)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, safe_name = excluded.safe_name, rule = excluded.rule,
		every_days = excluded.every_days, review_days = excluded.review_days, shown = excluded.shown, changed_at = excluded.changed_at, ended_at = excluded.ended_at,
		judged_on = excluded.judged_on, judged_to = excluded.judged_to, broke = excluded.broke, broke_why = excluded.broke_why`
	// noteWorked leaves alone a list that was changed since it was read: it is worked out anew.
	noteWorked = `UPDATE contact_lists SET judged_on = ?, judged_to = ?, broke = ?, broke_why = ? WHERE id = ? AND changed_at = ?`
)

// each runs a statement that reads: within a transaction or in a snapshot.
type each func(query string, fn func(*sql.Rows) error, args ...any) error

// Tx keeps lists within a transaction of the store.
type Tx struct{ *pbstore.Tx }

// In keeps lists in a transaction of the store.
func In(tx *pbstore.Tx) Tx { return Tx{tx} }

func (tx Tx) exec(query string, args ...any) error {
	_, err := tx.Statements().Exec(query, args...)
	return err
}

// Pages reads what pages and the job read of lists, all of one moment.
type Pages struct{ *pbstore.Snapshot }

// Of reads in a snapshot.
func Of(v *pbstore.Snapshot) Pages { return Pages{v} }

func lists(read each, query string, args ...any) (list []*desk.ContactList, err error) {
	err = read(query, func(r *sql.Rows) error {
		l := &desk.ContactList{}
		var made, changed, ended string
		if err := r.Scan(&l.ID, &l.Team, &l.Name, &l.SafeName, &l.Rule, &l.EveryDays, &l.ReviewDays, &l.Shown, &l.MadeBy, &made, &changed, &ended, &l.JudgedOn, &l.JudgedTo,
			&l.Broke, &l.BrokeWhy); err != nil {
			return err
		}
		l.MadeAt, l.ChangedAt, l.EndedAt = columns.ParseTime(made), columns.ParseTime(changed), columns.ParseTime(ended)
		list = append(list, l)
		return nil
	}, args...)
	return list, err
}

func one(list []*desk.ContactList, err error) (*desk.ContactList, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// ContactList implements desk.ContactRows.
func (tx Tx) ContactList(id string) (*desk.ContactList, error) {
	return one(lists(tx.Statements().Each, listByID, id))
}

// ContactList is a list; nil when there is none.
func (v Pages) ContactList(id string) (*desk.ContactList, error) {
	return one(lists(v.Each, listByID, id))
}

// ContactListsOf implements desk.ContactRows.
func (tx Tx) ContactListsOf(team string) (n int, err error) {
	return n, tx.Statements().Row(countLists, team).Scan(&n)
}

// Lists are the lists that teams keep, by name.
func (v Pages) Lists(teams []string) ([]*desk.ContactList, error) {
	return lists(v.Each, listsOf, string(care.JSON(teams)))
}

// ToWork are lists that have not been worked out on a day.
func (v Pages) ToWork(today worktime.Date, most int) ([]*desk.ContactList, error) {
	return lists(v.Each, listsToWork, today.String(), most)
}

// SaveContactList implements desk.ContactRows.
func (tx Tx) SaveContactList(l *desk.ContactList) error {
	return tx.exec(saveList, l.ID, l.Team, l.Name, l.SafeName, l.Rule, l.EveryDays, l.ReviewDays, l.Shown, l.MadeBy, columns.Stamp(l.MadeAt), columns.Stamp(l.ChangedAt),
		columns.Stamp(l.EndedAt), l.JudgedOn, l.JudgedTo, l.Broke, l.BrokeWhy)
}

// NoteWorked notes how far a list was worked out, unless somebody changed it meanwhile.
func (tx Tx) NoteWorked(l *desk.ContactList) error {
	return tx.exec(noteWorked, l.JudgedOn, l.JudgedTo, l.Broke, l.BrokeWhy, l.ID, columns.Stamp(l.ChangedAt))
}
