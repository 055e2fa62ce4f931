package pbchannels

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/columns"
	"doorstep/internal/delivery"
)

// States of a delivery beyond those of package delivery.
const (
	PassedOn delivery.State = "passed_on"  // given up, and it goes by the next route
	NoNeed   delivery.State = "not_needed" // somebody has the handover in hand, or it is elsewhere
	Settled  delivery.State = "settled"    // given up, and a person sent it another way; or a one-time link or a notice that could not be sent
)

const (
	addDelivery = `INSERT INTO deliveries (key, handover, team, route, channel, class, batch, created_at, due_at, until, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (key) DO NOTHING`
	deliveryColumns = `SELECT id, key, handover, team, route, channel, class, attempts, state, due_at, until, last_error, done_at, whole FROM deliveries`
	deliveryByID    = deliveryColumns + ` WHERE id = ?`
	ofHandover      = deliveryColumns + ` WHERE handover = ? ORDER BY id DESC LIMIT +?`
	// together are a delivery that waits and those that leave with it.
	together = `SELECT d.id, d.key, d.handover, d.team, d.route, d.channel, d.class, d.attempts, d.state, d.due_at, d.until, d.last_error, d.done_at, d.whole
		FROM deliveries first JOIN deliveries d ON d.id = first.id OR first.batch <> '' AND d.batch = first.batch AND d.batch <> '' AND d.state = 'waiting'
		WHERE first.id = ?`
	settleDelivery  = `UPDATE deliveries SET state = ?, attempts = ?, done_at = ?, last_error = ? WHERE id IN (SELECT value FROM json_each(?))`
	retryDelivery   = `UPDATE deliveries SET attempts = ?, due_at = ?, last_error = ? WHERE id IN (SELECT value FROM json_each(?))`
	claimDelivery   = `UPDATE deliveries SET attempts = ?, due_at = ? WHERE id IN (SELECT value FROM json_each(?))`
	deliverAgain    = `UPDATE deliveries SET state = 'waiting', batch = '', due_at = ?, until = ?, done_at = '' WHERE id = ?`
	deliverWhole    = `UPDATE deliveries SET whole = 1 WHERE id = ?`
	deliverySettled = `UPDATE deliveries SET state = 'settled' WHERE id = ?`
	stillNeeded     = `h.to_team = d.team AND h.state IN ` + care.SQLInNoHands

	// undelivered are the deliveries that a person has to see to: nobody has the handover, and no machine tries any more. They are
	// those of handovers that teams ?1 have or teams ?2 sent.
	undelivered = inNoHands + ` SELECT d.id, d.key, d.handover, d.team, d.route, d.channel, d.class, d.attempts, d.state, d.due_at, d.until, d.last_error, d.done_at, d.whole
		FROM mine CROSS JOIN deliveries d ON d.handover = mine.id WHERE d.team = mine.to_team AND d.state = 'given_up'
		ORDER BY CASE d.class WHEN 'E' THEN 0 WHEN 'U2' THEN 1 WHEN 'SG' THEN 1 WHEN 'SD' THEN 2 ELSE 3 END, d.done_at LIMIT +?3`
	undeliveredCount = inNoHands + ` SELECT count(*) FROM mine CROSS JOIN deliveries d ON d.handover = mine.id WHERE d.team = mine.to_team AND d.state = 'given_up'`
	inNoHands        = `WITH mine AS (SELECT id, to_team FROM handovers WHERE to_team IN (SELECT value FROM json_each(?1)) AND state IN ` + care.SQLInNoHands + `
		UNION SELECT id, to_team FROM handovers WHERE from_team IN (SELECT value FROM json_each(?2)) AND state IN ` + care.SQLInNoHands + `)`
)

// Delivery is one handover for one team by one route.
type Delivery struct {
	delivery.Item
	Class care.Class
	// Whole: all that its team sees of the handover leaves by it, or has left at an attempt; false: a link at the most.
	Whole bool
}

// Untried says whether nothing was tried that somebody has to know of: a notice for a team of which nobody takes notices any more.
func (d *Delivery) Untried() bool {
	return d.Channel == webpush.Name && d.State == Settled && delivery.WhyOf(d.LastError) == delivery.RouteEnded
}

func deliveries(run each, query string, args ...any) (list []Delivery, err error) {
	err = run(query, func(r *sql.Rows) error {
		var d Delivery
		var due, until, done string
		err := r.Scan(&d.ID, &d.Key, &d.Handover, &d.Team, &d.Route, &d.Channel, &d.Class, &d.Attempts, &d.State, &due, &until, &d.LastError, &done, &d.Whole)
		d.DueAt, d.Until, d.DoneAt = columns.ParseTime(due), columns.ParseTime(until), columns.ParseTime(done)
		list = append(list, d)
		return err
	}, args...)
	return list, err
}

// add lets a handover that came at a moment leave by a route. One that has left by it for the same reason changes nothing.
func (tx Tx) add(key string, r channel.Route, handover string, class care.Class, at time.Time, doors channel.Doors) error {
	due, batch := leaves(r, class, at, doors)
	return tx.exec(addDelivery, key, handover, r.Team, r.ID, r.Channel, string(class), batch, care.Stamp(at), care.Stamp(due), care.Stamp(channel.Until(class, due)))
}

// leaves is when something that came at a moment leaves by a route, and with which digest; "" = with none.
func leaves(r channel.Route, class care.Class, at time.Time, doors channel.Doors) (due time.Time, batch string) {
	due, digest := channel.DueAt(r, class, at, doors)
	if digest {
		batch = r.ID + "@" + care.Stamp(due)
	}
	return due, batch
}

// Delivery is one by its id; nil for none.
func (tx Tx) Delivery(id int64) (*Delivery, error) {
	list, err := deliveries(tx.each, deliveryByID, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// ErrOver is the error of who chases what needs no chasing any more: it was delivered, or waits, or somebody has the handover.
var ErrOver = errors.New("this delivery needs nothing any more")

// Again tries one that was given up once more, by its route, under its key.
func (tx Tx) Again(d *Delivery) error {
	if d.State != delivery.GivenUp {
		return ErrOver
	}
	return tx.exec(deliverAgain, care.Stamp(tx.Now()), care.Stamp(channel.Until(d.Class, tx.Now())), d.ID)
}

// Otherwise lets one that was given up leave by another route of its team.
func (tx Tx) Otherwise(d *Delivery, r channel.Route) error {
	if d.State != delivery.GivenUp {
		return ErrOver
	}
	if err := tx.add(d.Key+":"+r.ID, channel.Route{ID: r.ID, Team: r.Team, Channel: r.Channel}, d.Handover, d.Class, tx.Now(), nil); err != nil { // at any hour
		return err
	}
	return tx.exec(deliverySettled, d.ID)
}

// LeavesWhole notes of a delivery, before it does, that the whole handover leaves by it. What may have left stays so, whatever comes of it.
func (tx Tx) LeavesWhole(id int64) error { return tx.exec(deliverWhole, id) }

// MostShown is how many deliveries of a handover, or of those that a desk has to chase, are read.
const MostShown = 100

// OfHandover are the deliveries of a handover, the latest first.
func (v Pages) OfHandover(handover string) ([]Delivery, error) {
	return deliveries(v.Each, ofHandover, handover, MostShown)
}

// Undelivered are those that a person has to see to, of handovers that some teams have or others sent, the most urgent first.
func (v Pages) Undelivered(have, sent []string) ([]Delivery, error) {
	return deliveries(v.Each, undelivered, string(care.JSON(have)), string(care.JSON(sent)), MostShown)
}

// CountUndelivered counts them.
func (v Pages) CountUndelivered(have, sent []string) (n int64, err error) {
	err = v.Row(undeliveredCount, string(care.JSON(have)), string(care.JSON(sent))).Scan(&n)
	return n, err
}
