// Package pbnotices keeps, in SQL, which browsers take notices for whom.
package pbnotices

import (
	"context"
	"database/sql"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/columns"
	"doorstep/internal/pbstore"
)

const (
	saveSubscription = `INSERT INTO notice_subscriptions (id, staff, device, page, endpoint, p256dh, auth, made_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
		ON CONFLICT (endpoint) DO UPDATE SET staff = excluded.staff, device = excluded.device, page = excluded.page, p256dh = excluded.p256dh, auth = excluded.auth, seen_at = excluded.seen_at`
	// endBeyondTheMost takes away those of somebody that are seen longer ago than the most that one has.
	endBeyondTheMost = `DELETE FROM notice_subscriptions WHERE id IN (SELECT id FROM notice_subscriptions WHERE staff = ?1 ORDER BY seen_at DESC, id DESC LIMIT -1 OFFSET +?2)`
	ownSubscriptions = `SELECT id, device, page, endpoint, made_at FROM notice_subscriptions WHERE staff = ?1 AND seen_at > ?2 ORDER BY made_at, id LIMIT +?3`
	endSubscription  = `DELETE FROM notice_subscriptions WHERE endpoint = ?1 AND staff = ?2`
	dropSubscription = `DELETE FROM notice_subscriptions WHERE id = ?`
	forgetOld        = `DELETE FROM notice_subscriptions WHERE seen_at < ?1 OR staff NOT IN (SELECT id FROM staff)`
	// taking are the subscriptions of some staff that count: their account is in use, and so is the phone that asked.
	taking = ` FROM json_each(?1) who CROSS JOIN notice_subscriptions n ON n.staff = who.value
		JOIN staff s ON s.id = n.staff AND coalesce(s.inactive_since, '') = ''
		WHERE n.seen_at > ?2 AND (n.device = '' OR EXISTS (SELECT 1 FROM devices d WHERE d.id = n.device AND d.state = 'active' AND d.staff = n.staff))`
	ofStaff  = `SELECT n.id, n.endpoint, n.p256dh, n.auth` + taking + ` LIMIT +?3`
	anybody  = `SELECT count(*) FROM (SELECT 1` + taking + ` LIMIT 1)`
	mostTold = 200 // browsers of one team
)

// MostOwn is how many browsers somebody has that take notices; of one more the one that was used longest ago is forgotten.
const MostOwn = 5

// Lasts is how long a browser that nobody opens Doorstep in takes notices.
const Lasts = 60 * 24 * time.Hour

// Subscription is a browser that takes notices for somebody.
type Subscription struct {
	ID, Staff string
	Device    string // the phone that asked; "" for a page
	Page      string // practice, desk or app
	webpush.Subscription
	MadeAt time.Time
}

// Save keeps a subscription, anew or as seen now. Whoever had this browser before has it no more.
func Save(tx *pbstore.Tx, s *Subscription) error {
	if err := exec(tx, saveSubscription, s.ID, s.Staff, s.Device, s.Page, s.Endpoint, s.P256dh, s.Auth, care.Stamp(tx.Now())); err != nil {
		return err
	}
	return exec(tx, endBeyondTheMost, s.Staff, MostOwn)
}

// End takes a subscription away that is somebody's own; one that is not there is no error.
func End(tx *pbstore.Tx, staff, endpoint string) error {
	return exec(tx, endSubscription, endpoint, staff)
}

// Drop takes one away that its push service knows no more.
func Drop(tx *pbstore.Tx, id string) error { return exec(tx, dropSubscription, id) }

// Forget takes away those that nobody has opened for long, and those of accounts that there are not any more.
func Forget(tx *pbstore.Tx) error { return exec(tx, forgetOld, care.Stamp(tx.Now().Add(-Lasts))) }

// Taken says whether any of some staff takes notices.
func Taken(tx *pbstore.Tx, staff []string) (yes bool, err error) {
	n := 0
	err = tx.Statements().Each(anybody, func(r *sql.Rows) error { return r.Scan(&n) }, string(care.JSON(staff)), care.Stamp(tx.Now().Add(-Lasts)))
	return n > 0, err
}

func exec(tx *pbstore.Tx, query string, args ...any) error {
	_, err := tx.Statements().Exec(query, args...)
	return err
}

// Pages reads in a snapshot.
type Pages struct{ *pbstore.Snapshot }

// Of are somebody's own.
func (v Pages) Of(staff string) (list []Subscription, err error) {
	err = v.Each(ownSubscriptions, func(r *sql.Rows) error {
		s := Subscription{Staff: staff}
		var made string
		err := r.Scan(&s.ID, &s.Device, &s.Page, &s.Endpoint, &made)
		s.MadeAt = columns.ParseTime(made)
		list = append(list, s)
		return err
	}, staff, care.Stamp(v.Now().Add(-Lasts)), MostOwn)
	return list, err
}

// OfStaff are those of some staff that count at this moment, as routes of a team.
func OfStaff(ctx context.Context, store *pbstore.Store, team string, staff []string) (list []channel.Route, err error) {
	err = store.Read(ctx, func(v *pbstore.Snapshot) error {
		return v.Each(ofStaff, func(r *sql.Rows) error {
			var id string
			var s webpush.Subscription
			err := r.Scan(&id, &s.Endpoint, &s.P256dh, &s.Auth)
			list = append(list, channel.Route{ID: id, Team: team, Channel: webpush.Name, Address: s.Address(), Hours: channel.Always})
			return err
		}, string(care.JSON(staff)), care.Stamp(v.Now().Add(-Lasts)), mostTold)
	})
	return list, err
}
