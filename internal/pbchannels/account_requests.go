package pbchannels

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	addAccountRequest    = `INSERT INTO account_requests (id, once, team, name, email, role, made_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (once) DO NOTHING`
	openAccountRequests  = `SELECT count(*) FROM account_requests WHERE team = ? AND closed_at = ''`
	accountRequestByID   = `SELECT id, team, name, email, role, made_at FROM account_requests WHERE id = ? AND closed_at = ''`
	accountRequestsOf    = `SELECT id, team, name, email, role, made_at FROM account_requests WHERE team IN (SELECT value FROM json_each(?)) AND closed_at = '' ORDER BY made_at, id LIMIT +?`
	closeAccountRequest  = `UPDATE account_requests SET closed_at = ? WHERE id = ?`
	forgetAccountRequest = `DELETE FROM account_requests WHERE made_at < ?`
)

// MostAccountRequests wait for one team; AccountRequestLasts is how long one is kept.
const (
	MostAccountRequests = 5
	AccountRequestLasts = 30 * 24 * time.Hour
)

// ErrEnoughAsked is the error of who asks for an account where as many wait as may.
var ErrEnoughAsked = errors.New("as many as may wait for an account wait")

// AccountRequest is somebody who read a handover by a one-time link, and asks for an account of their own. Who they are
// nobody has checked.
type AccountRequest struct {
	ID, Team          string
	Name, Email, Role string // as they typed it
	MadeAt            time.Time
}

// AskForAccount keeps a request from a one-time link; a second one from the same link changes nothing.
func (tx Tx) AskForAccount(once string, r AccountRequest) error {
	waiting := 0
	if err := tx.each(openAccountRequests, func(rows *sql.Rows) error { return rows.Scan(&waiting) }, r.Team); err != nil {
		return err
	}
	if waiting >= MostAccountRequests {
		return ErrEnoughAsked
	}
	return tx.exec(addAccountRequest, r.ID, once, r.Team, r.Name, r.Email, r.Role, care.Stamp(tx.Now()))
}

// AccountRequest is one that waits; nil for none.
func (tx Tx) AccountRequest(id string) (*AccountRequest, error) {
	list, err := requests(tx.each, accountRequestByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// CloseAccountRequest takes one off the list, whatever came of it.
func (tx Tx) CloseAccountRequest(id string) error {
	return tx.exec(closeAccountRequest, care.Stamp(tx.Now()), id)
}

// ForgetAccountRequests removes those that are old, also what somebody typed in them.
func (tx Tx) ForgetAccountRequests() error {
	return tx.exec(forgetAccountRequest, care.Stamp(tx.Now().Add(-AccountRequestLasts)))
}

// AccountRequests are those that wait for some teams, the oldest first.
func (v Pages) AccountRequests(teams []string) ([]AccountRequest, error) {
	return requests(v.Each, accountRequestsOf, string(care.JSON(teams)), MostShown)
}

func requests(run each, query string, args ...any) (list []AccountRequest, err error) {
	err = run(query, func(rows *sql.Rows) error {
		var r AccountRequest
		var made string
		err := rows.Scan(&r.ID, &r.Team, &r.Name, &r.Email, &r.Role, &made)
		r.MadeAt = columns.ParseTime(made)
		list = append(list, r)
		return err
	}, args...)
	return list, err
}
