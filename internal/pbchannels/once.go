package pbchannels

import (
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/columns"
)

const (
	addOnce  = `INSERT INTO once_links (id, handover, team, made_at, expires_at) VALUES (?, ?, ?, ?, ?)`
	onceByID = `SELECT id, handover, team, expires_at, opened_at FROM once_links WHERE id = ?`
	openOnce = `UPDATE once_links SET opened_at = ? WHERE id = ?`
	// onceAsked counts those of a handover that were asked for since.
	onceAsked   = `SELECT count(*) FROM once_links WHERE handover = ? AND made_at > ?`
	forgetOnce  = `DELETE FROM once_links WHERE expires_at < ?`
	addOnceMail = `INSERT INTO deliveries (key, handover, team, route, channel, class, batch, created_at, due_at, until, state) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, 'waiting')`
)

// OnceLasts is how long a one-time link can be opened, and then how long what it opened can be acknowledged.
const OnceLasts = 15 * time.Minute

// Once is a link that opens one handover without an account.
type Once struct {
	ID, Handover, Team string
	Expires, Opened    time.Time
}

// Most are how many one-time links of a handover may be asked for within an hour.
const mostOnce = 3

// AskOnce sends a one-time link to a handover to the mailbox of its team; false: there is none, or too many were asked for.
func (tx Tx) AskOnce(id string, handover string, team string, class care.Class, mailChannel string) (sent bool, err error) {
	now := tx.Now()
	var asked int
	if err := tx.Statements().Row(onceAsked, handover, care.Stamp(now.Add(-time.Hour))).Scan(&asked); err != nil || asked >= mostOnce {
		return false, err
	}
	own, err := tx.RoutesOf(team)
	if err != nil {
		return false, err
	}
	for _, r := range own {
		if r.Channel != mailChannel {
			continue
		}
		if err := tx.exec(addOnce, id, handover, team, care.Stamp(now), care.Stamp(now.Add(OnceLasts))); err != nil {
			return false, err
		}
		return true, tx.exec(addOnceMail, channel.OnceKey(id), handover, team, r.ID, r.Channel, string(class), care.Stamp(now), care.Stamp(now), care.Stamp(now.Add(OnceLasts)))
	}
	return false, nil
}

// ForgetOnce removes links that have opened nothing for a day; what was done by them is in the audit.
func (tx Tx) ForgetOnce() error { return tx.exec(forgetOnce, care.Stamp(tx.Now().Add(-24*time.Hour))) }

// Once is a one-time link by its id; nil for none.
func (tx Tx) Once(id string) (found *Once, err error) {
	err = tx.each(onceByID, func(r *sql.Rows) error {
		found = &Once{}
		var expires, opened string
		if err := r.Scan(&found.ID, &found.Handover, &found.Team, &expires, &opened); err != nil {
			return err
		}
		found.Expires, found.Opened = columns.ParseTime(expires), columns.ParseTime(opened)
		return nil
	}, id)
	return found, err
}

// OpenOnce notes that a link was opened: it opens nothing any more.
func (tx Tx) OpenOnce(id string) error { return tx.exec(openOnce, care.Stamp(tx.Now()), id) }
