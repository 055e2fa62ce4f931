package pbchannels

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/columns"
	"doorstep/internal/delivery"
	"doorstep/internal/handover"
	"doorstep/internal/pbstore"
)

const (
	// dueByChannel is what is due of each route and goes first there, those of a digest as one.
	dueByChannel = `SELECT id, key, handover, team, route, classes, attempts, until FROM (
		SELECT min(id) AS id, CASE batch WHEN '' THEN key ELSE batch END AS key, CASE count(*) WHEN 1 THEN handover ELSE '' END AS handover, team, route,
			json_group_array(class) AS classes, max(attempts) AS attempts, max(until) AS until,
			min(CASE class WHEN 'E' THEN 0 WHEN 'U2' THEN 1 WHEN 'SG' THEN 1 WHEN 'SD' THEN 2 ELSE 3 END) AS hurry, min(due_at) AS due,
			row_number() OVER (PARTITION BY route ORDER BY min(CASE class WHEN 'E' THEN 0 WHEN 'U2' THEN 1 WHEN 'SG' THEN 1 WHEN 'SD' THEN 2 ELSE 3 END), min(due_at), min(id)) AS place
		FROM deliveries WHERE channel = ?1 AND state = 'waiting' AND due_at <= ?2 GROUP BY CASE batch WHEN '' THEN key ELSE batch END)
		WHERE place = 1 ORDER BY hurry, due LIMIT +?3`
	// dueInVain are those that are due and not needed any more.
	dueInVain = `SELECT d.id FROM deliveries d WHERE d.channel = ?1 AND d.state = 'waiting' AND d.due_at <= ?2
		AND NOT EXISTS (SELECT 1 FROM handovers h WHERE h.id = d.handover AND ` + stillNeeded + `)
		AND NOT EXISTS (SELECT 1 FROM lone_stays s WHERE s.id = d.handover AND ` + stillAlone + `) LIMIT +?3`
	everyWaiting = deliveryColumns + ` WHERE (channel = 'webpush' OR channel IN (SELECT channel FROM team_routes)) AND state = 'waiting'`
	setDue       = `UPDATE deliveries SET due_at = ?, until = ?, batch = ? WHERE id = ?`
)

// mostInVain are settled at once as not needed.
const mostInVain = 500

// Deliveries lets handovers leave by the routes of their teams.
type Deliveries struct {
	Store *pbstore.Store
	// Do runs work in a transaction of the one writer.
	Do func(context.Context, func(*pbstore.Tx) error) error
	// Doors say when a team works.
	Doors func(team string) channel.Doors
	// Takes says whether anybody of a team takes notices on their phone or page; nil: nobody does.
	Takes func(tx *pbstore.Tx, team string) (bool, error)
	// Told writes into the history of a handover.
	Told func(tx *pbstore.Tx, handover, team, kind, text string) error
}

// Spread lets what was put into an inbox leave by the routes of its team too, in the transaction that put it there.
func (d *Deliveries) Spread(tx *pbstore.Tx, item delivery.Item) error {
	own, err := In(tx).RoutesOf(item.Team)
	if err != nil {
		return err
	}
	takes := false
	if d.Takes != nil {
		if takes, err = d.Takes(tx, item.Team); err != nil {
			return err
		}
	}
	if len(own) == 0 && !takes {
		return nil
	}
	handovers, _ := care.ByName(care.Handovers)
	rec, err := tx.Record(handovers, item.Handover)
	if err != nil || rec == nil {
		return err
	}
	h := care.AsHandover(rec)
	if h.ToTeam() != item.Team || h.State().InHand() || h.State().Closed() {
		return nil // it has moved on meanwhile
	}
	if takes && channel.Pressing(h.Class()) {
		if err := In(tx).add(item.Key+":"+webpush.Name, noticesOf(item.Team), item.Handover, h.Class(), tx.Now(), nil); err != nil {
			return err
		}
	}
	if len(own) == 0 {
		return nil
	}
	doors := d.Doors(item.Team)
	for _, r := range channel.Choose(plain(own), h.Class(), channel.IsOpen(doors, tx.Now())) {
		if err := In(tx).add(item.Key+":"+r.ID, r, item.Handover, h.Class(), tx.Now(), doors); err != nil {
			return err
		}
	}
	return nil
}

// noticesOf is the way to the phones and pages of a team's people: it is no route that anybody sets up, and has the team's own id.
func noticesOf(team string) channel.Route {
	return channel.Route{ID: team, Team: team, Channel: webpush.Name, Hours: channel.Always}
}

func plain(list []Route) (routes []channel.Route) {
	for _, r := range list {
		routes = append(routes, r.Route)
	}
	return routes
}

// outbox implements delivery.Outbox for one channel.
type outbox struct {
	*Deliveries
	channel string
}

// Outbox is what leaves by one channel. It is a delivery.Claims.
func (d *Deliveries) Outbox(channel string) delivery.Outbox { return outbox{d, channel} }

var _ delivery.Claims = outbox{}

// Due implements delivery.Outbox. What nobody needs any more is settled first, and does not leave.
func (o outbox) Due(ctx context.Context, now time.Time, limit int) (items []delivery.Item, err error) {
	if err := o.dropInVain(ctx, now); err != nil {
		return nil, err
	}
	err = o.Store.Read(ctx, func(v *pbstore.Snapshot) error {
		return v.Each(dueByChannel, func(r *sql.Rows) error {
			i := delivery.Item{Channel: o.channel, State: delivery.Waiting}
			var classes, until string
			if err := r.Scan(&i.ID, &i.Key, &i.Handover, &i.Team, &i.Route, &classes, &i.Attempts, &until); err != nil {
				return err
			}
			i.Until = columns.ParseTime(until)
			items = append(items, i)
			return json.Unmarshal([]byte(classes), &items[len(items)-1].Classes)
		}, o.channel, care.Stamp(now), limit)
	})
	return items, err
}

func (o outbox) dropInVain(ctx context.Context, now time.Time) error {
	var ids []int64
	err := o.Store.Read(ctx, func(v *pbstore.Snapshot) error {
		return v.Each(dueInVain, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, o.channel, care.Stamp(now), mostInVain)
	})
	if err != nil || len(ids) == 0 {
		return err
	}
	return o.Do(ctx, func(tx *pbstore.Tx) error {
		return In(tx).exec(settleDelivery, string(NoNeed), 0, care.Stamp(now), "", string(care.JSON(ids)))
	})
}

// Claim implements delivery.Claims.
func (o outbox) Claim(ctx context.Context, id int64, attempts int, due time.Time) (mine bool, err error) {
	err = o.settle(ctx, id, func(tx Tx, _ []Delivery, ids string) error {
		mine = true
		return tx.exec(claimDelivery, attempts, care.Stamp(due), ids)
	})
	return mine && err == nil, err
}

// Delivered implements delivery.Outbox.
func (o outbox) Delivered(ctx context.Context, id int64, at time.Time) error {
	return o.settle(ctx, id, func(tx Tx, all []Delivery, ids string) error {
		if err := tx.exec(settleDelivery, string(delivery.Delivered), all[0].Attempts, care.Stamp(at), "", ids); err != nil {
			return err
		}
		for _, d := range all {
			if channel.IsOnce(d.Key) || channel.IsLone(d.Key) { // the audit has who asked for it and that it was opened; a stay has no history of its own
				continue
			}
			if err := o.Told(tx.Tx, d.Handover, d.Team, handover.EventNotified, channel.Went(d.Channel, d.Whole, len(all))); err != nil {
				return err
			}
		}
		return tx.NoteTried(all[0].Route, "")
	})
}

// Retry implements delivery.Outbox.
func (o outbox) Retry(ctx context.Context, id int64, attempts int, due time.Time, reason string) error {
	return o.settle(ctx, id, func(tx Tx, all []Delivery, ids string) error {
		if err := tx.exec(retryDelivery, attempts, care.Stamp(due), reason, ids); err != nil {
			return err
		}
		return tx.NoteTried(all[0].Route, reason)
	})
}

// GiveUp implements delivery.Outbox: each goes by the next route of its team, or before a person.
func (o outbox) GiveUp(ctx context.Context, id int64, attempts int, at time.Time, reason string) error {
	return o.settle(ctx, id, func(tx Tx, all []Delivery, ids string) error {
		own, err := tx.RoutesOf(all[0].Team)
		if err != nil {
			return err
		}
		doors := o.Doors(all[0].Team)
		for _, d := range all {
			if channel.IsOnce(d.Key) { // whoever asked for it sees that nothing came
				return tx.exec(settleDelivery, string(Settled), attempts, care.Stamp(at), reason, ids)
			}
			if d.Channel == webpush.Name {
				return tx.giveUpNotice(&d, attempts, at, reason, o.Told)
			}
			next, found := channel.Next(plain(own), d.Route, d.Class, channel.IsOpen(doors, at))
			state := delivery.GivenUp
			if found {
				state = PassedOn
				if err := tx.add(d.Key+":"+next.ID, next, d.Handover, d.Class, at, doors); err != nil {
					return err
				}
			}
			if err := tx.exec(settleDelivery, string(state), attempts, care.Stamp(at), reason, string(care.JSON([]int64{d.ID}))); err != nil {
				return err
			}
			if channel.IsLone(d.Key) { // it stands beside the stay
				continue
			}
			if err := o.Told(tx.Tx, d.Handover, d.Team, handover.EventNotDelivered, channel.WentNot(d.Channel, d.Whole, delivery.WhyOf(reason), next.Channel)); err != nil {
				return err
			}
		}
		return tx.NoteTried(all[0].Route, reason)
	})
}

// giveUpNotice settles a notice that nobody took: it never is the only way, so it comes before no person by itself, and the history says
// so. Where nobody takes notices any more, nothing was tried.
func (tx Tx) giveUpNotice(d *Delivery, attempts int, at time.Time, reason string, told func(tx *pbstore.Tx, handover, team, kind, text string) error) error {
	d.State, d.LastError = Settled, reason
	if err := tx.exec(settleDelivery, string(Settled), attempts, care.Stamp(at), reason, string(care.JSON([]int64{d.ID}))); err != nil {
		return err
	}
	if d.Untried() || channel.IsLone(d.Key) {
		return nil
	}
	return told(tx.Tx, d.Handover, d.Team, handover.EventNotDelivered, channel.NoticeWentNot(delivery.WhyOf(reason)))
}

// settle notes what came of a delivery, and of those that left with it. One that somebody settled meanwhile stays so.
func (o outbox) settle(ctx context.Context, id int64, note func(tx Tx, all []Delivery, ids string) error) error {
	return o.Do(ctx, func(s *pbstore.Tx) error {
		tx := In(s)
		all, err := deliveries(tx.each, together, id)
		all = slices.DeleteFunc(all, func(d Delivery) bool { return d.State != delivery.Waiting })
		if err != nil || len(all) == 0 {
			return err
		}
		ids := make([]int64, 0, len(all))
		for _, d := range all {
			ids = append(ids, d.ID)
		}
		s.Next()
		return note(tx, all, string(care.JSON(ids)))
	})
}

// Hasten takes back what a clock that was ahead has left: deliveries that wait, or are tried, longer than if they came at
// this moment, and one-time links and secrets of old that would count longer than any do.
func (d *Deliveries) Hasten(s *pbstore.Tx) error {
	tx, now := In(s), s.Now()
	list, err := deliveries(tx.each, everyWaiting)
	if err != nil {
		return err
	}
	for i := range list {
		if err := d.hasten(tx, &list[i], now); err != nil {
			return err
		}
	}
	if err := tx.exec(endOverlapAhead, care.Stamp(now.Add(channel.SecretOverlap))); err != nil {
		return err
	}
	return tx.exec(endOnceAhead, care.Stamp(now), care.Stamp(now.Add(-OnceLasts)))
}

func (d *Deliveries) hasten(tx Tx, one *Delivery, now time.Time) error {
	due, batch, until := now, "", now.Add(OnceLasts)
	if channel.IsOnce(one.Key) {
		if one.Until.After(until) { // its link ends
			return tx.exec(settleDelivery, string(NoNeed), one.Attempts, care.Stamp(now), "", string(care.JSON([]int64{one.ID})))
		}
		return nil
	}
	if r, err := tx.Route(one.Route); err != nil {
		return err
	} else if r != nil && one.Attempts == 0 {
		due, batch = leaves(r.Route, one.Class, now, d.Doors(one.Team))
	}
	if until = channel.Until(one.Class, due); !one.Until.After(until) {
		return nil
	}
	return tx.exec(setDue, care.Stamp(due), care.Stamp(until), batch, one.ID)
}
