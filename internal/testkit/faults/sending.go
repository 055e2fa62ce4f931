//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/channel/email"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/delivery"
	"doorstep/internal/pbchannels"
	"doorstep/internal/sqlitedb"
)

// sendings ends the server with SIGKILL at random moments while handovers leave by webhook, by e-mail and as notices.
func sendings(o options) (outcome, error) { return inRounds(o, sendAndKill) }

func sendAndKill(o options, out *outcome, more func() bool) error {
	rc, trusted, err := openReceivers(o.chance, o.work)
	if err != nil {
		return err
	}
	defer rc.close()
	r, err := newRig(o, "sending", "env", "SSL_CERT_FILE="+trusted, o.binary, "serve", "--url=https://doorstep.example", "--webhook-private=127.0.0.1",
		"--push-services=127.0.0.1", "--mail-server="+rc.mailServer, "--mail-from=doorstep@doorstep.example")
	if err != nil {
		return err
	}
	defer r.close()
	if err := r.addRoutes(rc); err != nil {
		return err
	}
	r.send()
	for more() {
		if !r.someTime(1500 * time.Millisecond) {
			r.halt()
			return errNoWork
		}
		r.kill()
		faults, err := examine(r.dir, r.journal)
		out.judge(fmt.Sprintf("kill %d", out.Tried+1), faults, err)
		if err := r.start(); err != nil {
			r.halt()
			return err
		}
	}
	r.halt()
	faults, err := r.allArrived(rc)
	out.also("everything that was to leave arrives after the last kill", faults, err)
	out.acknowledged += r.journal.count()
	return nil
}

// rows runs a query on the database, beside the server or without it.
func (r *rig) rows(query string, each func(*sql.Rows) error, args ...any) error {
	db, err := sqlitedb.Connect(filepath.Join(r.dir, "data.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	found, err := db.DB().Query(query, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := each(found); err != nil {
			return err
		}
	}
	return found.Err()
}

// addRoutes gives every practice a way to each receiver, and lets everybody there take notices.
func (r *rig) addRoutes(rc *receivers) error {
	none := func(*sql.Rows) error { return nil }
	for n, way := range [][2]string{{"webhook", rc.hook.URL + "/desk"}, {"email", "front.desk@practice.example"}} {
		if err := r.rows(`INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, made_at)
			SELECT substr(id, 1, 25) || ?1, id, ?1, ?2, ?3, '["U2","SD"]', 'always', '[]', 1, '' FROM teams WHERE kind = 'practice' RETURNING 1`, none, n+1, way[0], way[1]); err != nil {
			return err
		}
	}
	endpoint, p256dh, auth, err := rc.browser()
	if err != nil {
		return err
	}
	subscribed := 0
	err = r.rows(`INSERT INTO notice_subscriptions (id, staff, device, page, endpoint, p256dh, auth, made_at, seen_at)
		SELECT s.id, s.id, '', 'practice', ?1 || s.id, ?2, ?3, '9999-01-01', '9999-01-01' FROM staff s, json_each(s.teams) t JOIN teams ON teams.id = t.value AND teams.kind = 'practice'
		WHERE true ON CONFLICT DO NOTHING RETURNING 1`, func(*sql.Rows) error { subscribed++; return nil }, endpoint, p256dh, auth)
	if err == nil && subscribed == 0 {
		err = errors.New("nobody at a practice takes notices")
	}
	return err
}

// send lets the nurses hand people over until halt.
func (r *rig) send() {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	for _, h := range r.phones {
		r.running.Go(func() {
			for made := 0; ctx.Err() == nil; {
				if n, _ := h.Unsent(); n < 3 {
					made++
					class := []care.Class{care.Urgent, care.SameDay}[made%2]
					_, _ = h.Create(care.Handovers, map[string]any{"patient": h.patient, "class": string(class), "situation": fmt.Sprintf("%s handover %d", h.name, made), "recommendation": "Please ring"})
				}
				_ = h.Sync(ctx)
				pause(ctx, 250*time.Millisecond)
			}
		})
	}
}

// allArrived waits until nothing is on its way, and compares what left with what came.
func (r *rig) allArrived(rc *receivers) (faults []string, err error) {
	if err := settle(r.phones); err != nil {
		return []string{err.Error()}, nil
	}
	waiting := 1
	// What was interrupted again and again waits as long as the courier ever does.
	for late := time.Now().Add(patience + delivery.DefaultBackoff.Most); waiting > 0 && time.Now().Before(late); time.Sleep(200 * time.Millisecond) {
		if err := r.rows(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`, func(rows *sql.Rows) error { return rows.Scan(&waiting) }); err != nil {
			return nil, err
		}
	}
	r.kill()
	mails, err := email.New(email.Settings{Server: rc.mailServer, From: "doorstep@doorstep.example"})
	if err != nil {
		return nil, err
	}
	for _, c := range []struct {
		channel string
		at      *receiver
		named   func(key string) string
	}{
		{webhook.Name, rc.hooks, func(key string) string { return key }}, {email.Name, rc.mails, func(key string) string { return "<" + mails.MessageID(key) + ">" }}, {webpush.Name, rc.notices, webpush.Tag},
	} {
		found, wrong := r.compare(c.channel, c.at, c.named)
		faults, err = append(faults, found...), errors.Join(err, wrong)
	}
	missing := 0
	err = errors.Join(err, r.rows(`SELECT count(*) FROM handovers h JOIN teams t ON t.id = h.to_team WHERE t.kind = 'practice'
		AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.handover = h.id)`, func(rows *sql.Rows) error { return rows.Scan(&missing) }))
	if missing > 0 {
		faults = append(faults, fmt.Sprintf("%d handovers left by no way", missing))
	}
	return faults, err
}

// leaving is what became of one delivery, as the server has it.
type leaving struct {
	state string
	// person: it could not be delivered, the history says so, and a person has it before them.
	person bool
}

// whatLeft are the deliveries by a channel with what became of each. One that was given up is before a person where a desk chases it; a notice
// where its handover stands as a call to make; either where it has gone on to whoever looks after what nobody answers.
const whatLeft = `SELECT d.key, d.state, EXISTS (SELECT 1 FROM handover_events e WHERE e.handover = d.handover AND e.team = d.team AND e.kind = 'not_delivered')
		AND EXISTS (SELECT 1 FROM handovers h WHERE h.id = d.handover AND h.state IN ` + care.SQLInNoHands + ` AND (h.state = 'escalated' OR h.to_team = d.team
			AND (d.state = 'given_up' OR d.channel = 'webpush' AND d.state = 'settled' AND h.class IN ('E', 'U2'))))
	FROM deliveries d WHERE d.channel = ?1`

// compare holds what left by a channel against what its receiver remembers. Named is how the receiver knows a key.
func (r *rig) compare(channel string, at *receiver, named func(key string) string) (faults []string, err error) {
	left := map[string]leaving{}
	err = r.rows(whatLeft, func(rows *sql.Rows) error {
		var key string
		var one leaving
		err := rows.Scan(&key, &one.state, &one.person)
		left[named(key)] = one
		return err
	}, channel)
	at.mu.Lock()
	defer at.mu.Unlock()
	faults, again, chased := heldAgainst(channel, left, at.came)
	fmt.Fprintf(os.Stdout, "          %s: %d deliveries, %d keys came, %d of them again; %d could not be delivered in time and are before a person\n", channel, len(left), len(at.came), again, chased)
	return faults, err
}

// heldAgainst says what was lost of what left, or came from nowhere. Chased are those that the server gave up after the time of their class,
// as it should, and put before a person.
func heldAgainst(channel string, left map[string]leaving, came map[string]int) (faults []string, again, chased int) {
	for key, one := range left {
		switch one.state {
		case string(delivery.Delivered):
			if came[key] == 0 {
				faults = append(faults, key+" is noted as delivered by "+channel+" and never came")
			}
		case string(delivery.Waiting):
			faults = append(faults, key+" waits by "+channel+" and is not tried any more")
		case string(delivery.GivenUp), string(pbchannels.Settled):
			if one.person {
				chased++
			} else {
				faults = append(faults, key+" is "+one.state+" by "+channel+" and no person has it before them")
			}
		}
		again += max(came[key]-1, 0)
	}
	for key := range came {
		if _, known := left[key]; !known {
			faults = append(faults, key+" came by "+channel+", and the server knows nothing of it")
		}
	}
	if len(left) == 0 {
		faults = append(faults, "nothing left by "+channel)
	}
	return faults, again, chased
}
