package server

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"doorstep/internal/channel"
	"doorstep/internal/channel/email"
	"doorstep/internal/channel/webhook"
	"doorstep/internal/channel/webpush"
	"doorstep/internal/delivery"
	"doorstep/internal/pbchannels"
	"doorstep/internal/pbnotices"
	"doorstep/internal/pbstore"
	"doorstep/internal/settings"
)

// channels are the ways by which every handover leaves: our own inbox. From there it goes on by the routes of its team.
func channels(inbox delivery.InboxStore) []delivery.Channel {
	return []delivery.Channel{
		delivery.Inbox{Store: inbox},
	}
}

// channelNames are what the outbox calls them.
func channelNames() (names []string) {
	for _, c := range channels(nil) {
		names = append(names, c.Name())
	}
	return names
}

// ChannelOptions say how teams are reached beyond the inbox.
type ChannelOptions struct {
	// URL is where this server is reached from outside: the beginning of every link that leaves.
	URL     string
	Mail    email.Settings // without a Server no mail leaves
	Private []string       // hosts inside our own network that webhooks may reach
	// PushServices are push services beside those of the browsers, by host or host and port.
	PushServices []string
}

// channelOptions are those that settings ask for. Error: a password that cannot be read.
func channelOptions(set *settings.Settings) (ChannelOptions, error) {
	o := ChannelOptions{URL: set.URL, Private: set.WebhookPrivate, PushServices: set.PushServices, Mail: email.Settings{Server: set.MailServer, User: set.MailUser, From: set.MailFrom}}
	if set.MailPasswordFile != "" {
		raw, err := os.ReadFile(set.MailPasswordFile)
		if err != nil {
			return o, fmt.Errorf("read the password for the mail server: %w", err)
		}
		o.Mail.Password = strings.TrimRight(string(raw), "\r\n")
	}
	return o, nil
}

// known are the channels that routes may name, whatever this server is set up for. A further one is a line here and one
// in beyond.
var known = []string{webhook.Name, email.Name}

// beyond are the channels beyond the inbox that this server is set up for; what each is, is a folder of internal/channel.
// Whatever leaves has a link into Doorstep, so that without an address of the server nothing does.
func beyond(o ChannelOptions, secret func(purpose string) []byte) ([]channel.Channel, error) {
	if o.URL != "" && !channel.Links(o.URL).Usable() {
		return nil, fmt.Errorf("what leaves has a link into Doorstep, and %q begins none: --url is an address such as https://doorstep.example.org", o.URL)
	}
	if o.URL == "" && o.Mail.Server != "" {
		return nil, errors.New("mail leaves with a link into Doorstep: say with --url where this server is reached, such as https://doorstep.example.org")
	}
	if o.URL == "" {
		return nil, nil
	}
	list := []channel.Channel{webhook.New(webhook.Settings{Private: o.Private, Roots: o.Mail.Roots, Secret: webhookSecret(secret)})}
	if o.Mail.Server == "" {
		return list, nil
	}
	mail, err := email.New(o.Mail)
	if err != nil {
		return nil, err
	}
	return append(list, mail), nil
}

// notices are how people are told on their own phones and pages; nil where nobody told this server where it is reached.
func notices(o ChannelOptions, secret func(purpose string) []byte) (*webpush.Channel, error) {
	if o.URL == "" {
		return nil, nil
	}
	key, err := webpush.KeyFrom(func(number int) []byte { return secret(fmt.Sprintf("webpush %d", number)) })
	if err != nil {
		return nil, err
	}
	subject := o.URL // a push service writes there when something is wrong with what we send
	if !strings.HasPrefix(subject, "https://") {
		subject = cmp.Or(o.Mail.From, "doorstep@localhost")
	}
	return webpush.New(webpush.Settings{Key: key, Subject: subject, Private: o.PushServices, Roots: o.Mail.Roots}), nil
}

// noticeSender lets what is due leave for phones and pages; false: this server sends no notices.
func (s *Server) noticeSender() (sender, bool, error) {
	if s.notices == nil {
		return sender{}, false, nil
	}
	fan, err := webpush.NewFan(webpush.Fan{Channel: s.notices, Now: s.o.Now,
		Of: func(ctx context.Context, team string) ([]channel.Route, error) {
			return pbnotices.OfStaff(ctx, s.Store, team, s.Store.Access.StaffWhoAnswer(team))
		},
		Gone: func(ctx context.Context, id string) error {
			return s.Engine.Do(ctx, func(tx *pbstore.Tx) error { return pbnotices.Drop(tx, id) })
		}})
	if err != nil {
		return sender{}, false, err
	}
	courier, err := delivery.New(delivery.Options{Outbox: s.deliveries.Outbox(webpush.Name), Now: s.o.Now, Chance: rand.Float64, Backoff: delivery.DefaultBackoff, Parallel: sendParallel, Channels: []delivery.Channel{fan}})
	return sender{webpush.Name, courier}, err == nil, err
}

// webhookSecret makes the secrets of routes from the signing key: none of them is in the database, or in a backup of it.
func webhookSecret(secret func(purpose string) []byte) func(route string, number int) []byte {
	return func(route string, number int) []byte { return secret(fmt.Sprintf("webhook %s %d", route, number)) }
}

// onceProof proves by the server's key that what a one-time link says is its own.
func onceProof(key []byte) func(what, id string) []byte {
	return func(what, id string) []byte {
		h := hmac.New(sha256.New, key)
		_, _ = io.WriteString(h, what+" "+id) // a hash takes everything
		return h.Sum(nil)
	}
}

// Sending beyond the inbox.
const (
	sendEvery    = 2 * time.Second
	sendParallel = 32 // routes of one channel served at once: more receivers than ever hang together
	jobSend      = "send_"
)

// sender lets what is due leave by a channel.
type sender struct {
	channel string
	*delivery.Courier
}

// sendBy are the channels of all that routes may name: what was given to a channel that is set up no more goes by the next route, or
// before a person.
func (s *Server) sendBy() []channel.Channel {
	list := slices.Clone(s.channels)
	for _, name := range known {
		if !slices.ContainsFunc(list, func(c channel.Channel) bool { return c.Name() == name }) {
			list = append(list, channel.Unset(name))
		}
	}
	return list
}

// newSenders are one for each channel, so that none waits for another.
func (s *Server) newSenders() (list []sender, err error) {
	for _, c := range s.sendBy() {
		courier, err := delivery.New(delivery.Options{Outbox: s.deliveries.Outbox(c.Name()), Now: s.o.Now, Chance: rand.Float64, Backoff: delivery.DefaultBackoff, Parallel: sendParallel,
			Channels: []delivery.Channel{channel.Courier{Channel: c, Routes: pbchannels.RouteIn(s.Store), Links: channel.Links(s.o.Channels.URL), Now: s.o.Now,
				Once: func(id string) string { return s.API.OnceLink(id) },
				Whole: func(ctx context.Context, r channel.Route, item delivery.Item) (json.RawMessage, error) {
					return s.API.WholeHandover(ctx, r, item)
				}}}})
		if err != nil {
			return nil, err
		}
		list = append(list, sender{c.Name(), courier})
	}
	told, ok, err := s.noticeSender()
	if ok {
		list = append(list, told)
	}
	return list, err
}

// sendJobs are one for each channel. A job waits for no receiver: what it began of one that never answers ends by
// itself, and the next run begins what is due at the others.
func (s *Server) sendJobs() (list []job) {
	for _, c := range s.senders {
		list = append(list, job{name: jobSend + c.channel, every: sendEvery, atStart: true, lateAfter: lateHours, do: func(ctx context.Context) error { return s.send(ctx, c) }})
	}
	return list
}

// SendDue does what the jobs of the channels do: what is due leaves.
func (s *Server) SendDue(ctx context.Context) error {
	for _, c := range s.senders {
		if err := s.schedule.runNow(ctx, jobSend+c.channel); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) send(ctx context.Context, c sender) error {
	err := c.Begin(ctx)
	if s.o.Manual { // whoever moves time themselves sees what came of it
		c.Wait()
	}
	_, noted := c.Report()
	return errors.Join(err, noted)
}

// newDeliveries keeps what leaves beyond the inbox.
func (s *Server) newDeliveries() *pbchannels.Deliveries {
	var takes func(tx *pbstore.Tx, team string) (bool, error)
	if s.notices != nil {
		takes = func(tx *pbstore.Tx, team string) (bool, error) {
			return pbnotices.Taken(tx, s.Store.Access.StaffWhoAnswer(team))
		}
	}
	return &pbchannels.Deliveries{Store: s.Store, Do: s.Engine.Do, Takes: takes,
		Doors: func(team string) channel.Doors {
			organisation := ""
			if t := s.Store.Access.Directory().Team(team); t != nil {
				organisation = t.Organisation
			}
			hours, _ := s.Store.Hours(organisation)
			return hours
		},
		Told: func(tx *pbstore.Tx, handover, team, kind, text string) error {
			return s.Engine.Rooms(tx).Arrange.Tell(handover, team, kind, text)
		}}
}

// later lets the engine be made before what leaves its inbox; see newDeliveries.
type later struct{ s *Server }

// Spread implements syncer.Beyond.
func (l later) Spread(tx *pbstore.Tx, item delivery.Item) error {
	return l.s.deliveries.Spread(tx, item)
}

// Alarm implements syncer.Beyond.
func (l later) Alarm(tx *pbstore.Tx, stay string) error { return l.s.deliveries.Alarm(tx, stay) }

// Hasten implements syncer.Beyond.
func (l later) Hasten(tx *pbstore.Tx) error { return l.s.deliveries.Hasten(tx) }
