package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/channel/email"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/demo/catcher"
	"doorstep/internal/server"
)

// ways are where a server sends what it raises while it is measured: a mail server, a receiver of webhooks and a browser. The load
// generator plays all three, so that what is measured is what sending costs Doorstep.
type ways struct {
	Mail     string               `json:"mail"`     // host and port of the mail server; "" = nothing leaves
	Receiver string               `json:"receiver"` // of the receiver of webhooks and the push service
	Trusted  []byte               `json:"trusted"`  // the certificate of both, as PEM
	Browser  catcher.Subscription `json:"browser"`
}

// channelWays are the ways that are measured beside each other.
var channelWays = []struct {
	key string
	on  bool
}{{"inbox alone", false}, {"every channel", true}}

// measureChannels measures what it costs a push that the practice is told by every channel there is.
func (b *bench) measureChannels() error {
	if !b.wants("channels") {
		return nil
	}
	devices := b.size.devices[min(1, len(b.size.devices)-1)]
	tries := map[string][]pushCell{}
	for run := range b.runs {
		for _, way := range channelWays { // they alternate, so that a noisy minute is shared
			b.say("channels: %s, %d devices, run %d of %d", way.key, devices, run+1, b.runs)
			cell, err := b.channelsOnce(way.key, way.on, devices, run)
			if err != nil {
				return fmt.Errorf("%s: %w", way.key, err)
			}
			tries[way.key] = append(tries[way.key], cell)
		}
	}
	for _, way := range channelWays {
		b.report.Channels = append(b.report.Channels, medianCell(tries[way.key]))
	}
	return nil
}

func (b *bench) channelsOnce(key string, on bool, devices, run int) (cell pushCell, err error) {
	conf := config{Devices: devices, Patients: b.size.people, Fresh: true, Profile: b.profile(key, devices, run)}
	if !on {
		return b.pushed(peerOf("doorstep"), key, conf, func() error { return nil })
	}
	caught, err := catcher.Start(time.Now)
	if err != nil {
		return cell, err
	}
	defer func() { err = errors.Join(err, caught.Close()) }()
	browser, err := caught.Subscribe("bench")
	if err != nil {
		return cell, err
	}
	conf.Ways = ways{Mail: caught.MailServer, Receiver: caught.Receiver, Trusted: caught.Trusted, Browser: browser}
	return b.pushed(peerOf("doorstep"), key, conf, func() error { return cameByAll(caught) })
}

// cameByAll waits until something has come by mail and by webhook: a channel that sends nothing costs nothing. Notices are on, and
// leave for what is urgent alone, which nothing in these visits is.
func cameByAll(caught *catcher.Catcher) error {
	came := map[string]bool{}
	for late := time.After(time.Minute); ; {
		for _, one := range caught.Caught() {
			came[one.Way] = came[one.Way] || one.Took
		}
		if came[catcher.Mail] && came[catcher.Webhook] {
			return nil
		}
		select {
		case <-late:
			return fmt.Errorf("not by every way has something come: %v", came)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// options are the channels of a server that is told of these ways.
func (w ways) options() server.ChannelOptions {
	if w.Mail == "" {
		return server.ChannelOptions{}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.Trusted)
	return server.ChannelOptions{URL: "https://bench.example", Private: []string{"127.0.0.1"}, PushServices: []string{w.Receiver},
		Mail: email.Settings{Server: w.Mail, From: "doorstep@bench.example", Roots: roots}}
}

// setUp gives one practice a way by mail and the other one by webhook, and lets a doctor take notices.
func (w ways) setUp(tx core.App) error {
	if w.Mail == "" {
		return nil
	}
	for place, way := range [][2]string{{webhook.Name, "https://" + w.Receiver + "/bench"}, {email.Name, "front.desk@bench.example"}} {
		_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO team_routes (id, team, place, channel, address, classes, hours, digest, secret, made_at)
			SELECT id, id, 1, {:channel}, {:address}, {:classes}, 'always', '[]', 1, '' FROM teams WHERE kind = 'practice' ORDER BY name LIMIT 1 OFFSET {:place}`).
			Bind(dbx.Params{"place": place, "channel": way[0], "address": way[1], "classes": string(care.JSON(care.Classes))}).Execute()
		if err != nil {
			return err
		}
	}
	_, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO notice_subscriptions (id, staff, device, page, endpoint, p256dh, auth, made_at, seen_at)
		SELECT id, id, '', 'practice', {:endpoint}, {:p256dh}, {:auth}, '9999-01-01', '9999-01-01' FROM staff WHERE role = {:role} ORDER BY email LIMIT 1`).
		Bind(dbx.Params{"role": string(care.DutyGP), "endpoint": w.Browser.Endpoint, "p256dh": w.Browser.P256dh, "auth": w.Browser.Auth}).Execute()
	if err != nil {
		return fmt.Errorf("let a browser take %s: %w", webpush.Name, err)
	}
	return nil
}
