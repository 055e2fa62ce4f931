// Package webhook sends notices to a receiver's own program, signed as Standard Webhooks says
// (https://www.standardwebhooks.com, v1 signatures, May 2026).
package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/outward"
	"doorstep/internal/delivery"
)

// Name is the channel's name in routes and deliveries.
const Name = "webhook"

// Settings say what the channel may reach and how it signs.
type Settings struct {
	// Secret gives the secret of a route, by the number that the route counts them by.
	Secret func(route string, number int) []byte
	// Private are hosts, or hosts with a port, that may have an address inside our own network, or speak plain HTTP.
	Private []string
	// Roots are whom certificates are checked by; nil: the certificates that the machine trusts.
	Roots   *x509.CertPool
	Timeout time.Duration // of one attempt; 0 = 15 seconds
}

// Channel is webhooks.
type Channel struct {
	Settings
	client *http.Client
}

// New makes the channel.
func New(s Settings) *Channel {
	if s.Timeout == 0 {
		s.Timeout = 15 * time.Second
	}
	c := &Channel{Settings: s}
	c.client = c.doors().Client()
	return c
}

func (c *Channel) doors() outward.Doors {
	return outward.Doors{Private: c.Private, Roots: c.Roots, Timeout: c.Timeout}
}

// Name implements channel.Channel.
func (*Channel) Name() string { return Name }

const (
	longestAddress = 2000
	notAnAddress   = "This is not the address of a receiver, such as https://receiver.example/doorstep."
	// InsideOurs is said of a receiver that is not out in the world.
	InsideOurs = "This receiver is inside a private network. Whoever runs this server has to allow it first, with --webhook-private."
)

// Problem implements channel.Channel.
func (c *Channel) Problem(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || len(address) > longestAddress, u.Scheme != "https" && u.Scheme != "http":
		return notAnAddress
	case u.Scheme == "http" && !c.doors().Allowed(u.Host):
		return "A receiver has an address that begins with https://: what goes there must be encrypted."
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && outward.Inside(ip) && !c.doors().Allowed(u.Host) {
		return InsideOurs
	}
	return ""
}

// Body is what a receiver gets: that something waits, by reference, or with all of it where its agreement says so.
type Body struct {
	Type string   `json:"type"` // handover.waits, lone.alarm or test
	At   string   `json:"timestamp"`
	Data BodyData `json:"data"`
}

// BodyData says what waits. The handover itself is read in Doorstep, by somebody who signs in.
type BodyData struct {
	Handover string   `json:"handover,omitempty"` // its id; none where several wait
	Team     string   `json:"team"`
	Class    string   `json:"class,omitempty"` // the most urgent
	Classes  []string `json:"classes"`
	Link     string   `json:"link"`
	// FHIR is the handover itself, a bundle of R4.
	FHIR json.RawMessage `json:"fhir,omitempty"`
}

// bodyOf writes a notice, with the handover itself where it leaves in full.
func bodyOf(n channel.Notice, whole json.RawMessage) ([]byte, error) {
	b := Body{Type: "handover.waits", At: care.Stamp(n.At), Data: BodyData{Handover: n.Handover, Team: n.Team, Class: string(n.Most()), Classes: []string{}, Link: n.Link, FHIR: whole}}
	switch {
	case n.Test:
		b.Type = "test"
	case n.Alone:
		b.Type = "lone.alarm"
	}
	for _, c := range n.Classes {
		b.Data.Classes = append(b.Data.Classes, string(c))
	}
	return json.Marshal(b)
}

// Send implements channel.Channel.
func (c *Channel) Send(ctx context.Context, r channel.Route, n channel.Notice) error {
	return c.SendWhole(ctx, r, n, nil)
}

// SendWhole implements channel.WholeSender.
func (c *Channel) SendWhole(ctx context.Context, r channel.Route, n channel.Notice, whole json.RawMessage) error {
	if c.Problem(r.Address) != "" {
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Text: "the address is not allowed"}
	}
	body, err := bodyOf(n, whole)
	if err != nil {
		return &delivery.Failure{Why: delivery.Broken, Final: true, Cause: err}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Address, bytes.NewReader(body))
	if err != nil {
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Cause: err}
	}
	signature, err := c.sign(r, n, body)
	if err != nil {
		return &delivery.Failure{Why: delivery.Broken, Cause: err}
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Doorstep"}}
	request.Header.Set(standardwebhooks.HeaderWebhookID, n.Key)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(n.At.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	response, err := c.client.Do(request)
	if err != nil {
		return outward.Unanswered(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // what it says beside the status is not read
	if f := outward.Answered(response, n.At); f != nil {
		return f
	}
	return nil
}

// sign signs a body for this attempt: with the secret in force, and until the change is over with the one before.
func (c *Channel) sign(r channel.Route, n channel.Notice, body []byte) (string, error) {
	numbers := []int{r.Secret}
	if r.Secret > 1 && n.At.Before(r.Overlap) {
		numbers = append(numbers, r.Secret-1)
	}
	var signatures []string
	for _, number := range numbers {
		key, err := standardwebhooks.NewWebhookRaw(c.Secret(r.ID, number))
		if err != nil {
			return "", err
		}
		signature, err := key.Sign(n.Key, n.At, body)
		if err != nil {
			return "", err
		}
		signatures = append(signatures, signature)
	}
	return strings.Join(signatures, " "), nil
}

// Written is a secret as receivers are given it.
func Written(secret []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(secret) }
