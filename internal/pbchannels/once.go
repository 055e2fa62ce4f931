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
	onceAsked  = `SELECT count(*) FROM once_links WHERE handover = ? AND made_at > ?`
	forgetOnce = `DELETE FROM once_links WHERE expires_at < ?`
	// endOnceAhead ends those that were made or opened by a clock that was ahead.
	endOnceAhead = `UPDATE once_links SET made_at = ?1, expires_at = ?1, opened_at = CASE opened_at WHEN '' THEN '' ELSE ?2 END WHERE made_at > ?1 OR opened_at > ?1`
	addOnceMail  = `INSERT INTO deliveries (key, handover, team, route, channel, class, batch, created_at, due_at, until, state) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?, 'waiting')`
)

// OnceLasts is how long a one-time link can be opened, and then how long what it opened can be acknowledged.
const OnceLasts = 15 * time.Minute

// Opens says whether it opens its handover at a moment, Acknowledges whether what it opened can be acknowledged.
func (o *Once) Opens(at time.Time) bool { return o != nil && o.Opened.IsZero() && at.Before(o.Expires) }

// Acknowledges: see Opens.
func (o *Once) Acknowledges(at time.Time) bool {
	return o != nil && !o.Opened.IsZero() && at.Before(o.Opened.Add(OnceLasts))
}

// Once is a link that opens one handover without an account.
type Once struct {
	ID, Handover, Team string
	Expires, Opened    time.Time
}

// Most are how many one-time links of a handover may be asked for within an hour.
const mostOnce = 3

// mailbox is where a one-time link to a handover goes; nil: its team has no mailbox, or too many were asked for.
func mailbox(run each, handover, team, mailChannel string, now time.Time) (found *Route, err error) {
	asked := 0
	if err := run(onceAsked, func(r *sql.Rows) error { return r.Scan(&asked) }, handover, care.Stamp(now.Add(-time.Hour))); err != nil || asked >= mostOnce {
		return nil, err
	}
	own, err := routes(run, routesOfTeam, team)
	for i := range own {
		if own[i].Channel == mailChannel {
			return &own[i], err
		}
	}
	return nil, err
}

// MayAskOnce says whether AskOnce would send a link, for whoever may ask as often as they like and must not reach the
// writer each time.
func (v Pages) MayAskOnce(handover, team, mailChannel string) (bool, error) {
	found, err := mailbox(v.Each, handover, team, mailChannel, v.Now())
	return found != nil, err
}

// AskOnce sends a one-time link to a handover to the mailbox of its team; false: there is none, or too many were asked for.
func (tx Tx) AskOnce(id string, handover string, team string, class care.Class, mailChannel string) (sent bool, err error) {
	now := tx.Now()
	r, err := mailbox(tx.each, handover, team, mailChannel, now)
	if err != nil || r == nil {
		return false, err
	}
	if err := tx.exec(addOnce, id, handover, team, care.Stamp(now), care.Stamp(now.Add(OnceLasts))); err != nil {
		return false, err
	}
	return true, tx.exec(addOnceMail, channel.OnceKey(id), handover, team, r.ID, r.Channel, string(class), care.Stamp(now), care.Stamp(now), care.Stamp(now.Add(OnceLasts)))
}

// ForgetOnce removes links that have opened nothing for a day; what was done by them is in the audit.
func (tx Tx) ForgetOnce() error { return tx.exec(forgetOnce, care.Stamp(tx.Now().Add(-24*time.Hour))) }

// Once is a one-time link by its id; nil for none.
func (tx Tx) Once(id string) (found *Once, err error) { return once(tx.each, id) }

// Once is a one-time link by its id; nil for none.
func (v Pages) Once(id string) (found *Once, err error) { return once(v.Each, id) }

func once(run each, id string) (found *Once, err error) {
	err = run(onceByID, func(r *sql.Rows) error {
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
