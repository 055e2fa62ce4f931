// Package webpush tells people's own phones and pages that something urgent waits, by the push service of their browser
// (RFC 8030, 8291, 8292). What leaves is sealed for that browser, always of one length, and says neither of whom it is nor
// which handover: not even the push service learns more than that something came.
package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	push "github.com/SherClockHolmes/webpush-go"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/outward"
	"doorstep/internal/delivery"
)

// Name is the channel's name in deliveries.
const Name = "webpush"

// services are the push services of the browsers: a name, or what begins with a dot and ends one.
var services = []string{"fcm.googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com"}

// Settings say how the channel proves who sends.
type Settings struct {
	// Key is the private key of the server, 32 bytes: see [KeyFrom].
	Key *ecdh.PrivateKey
	// Subject is whom a push service writes to about us: an e-mail address, or an address that begins with https://.
	Subject string
	// Private are push services beside those of the browsers, by host or host and port; they may be inside our own network.
	Private []string
	// Roots are whom certificates are checked by; nil: the certificates that the machine trusts.
	Roots   *x509.CertPool
	Timeout time.Duration // of one attempt; 0 = 10 seconds
}

// Channel is web push.
type Channel struct {
	Settings
	doors  outward.Doors
	client *http.Client
}

// New makes the channel.
func New(s Settings) *Channel {
	if s.Timeout == 0 {
		s.Timeout = 10 * time.Second
	}
	c := &Channel{Settings: s, doors: outward.Doors{Private: s.Private, Roots: s.Roots, Timeout: s.Timeout}}
	c.client = c.doors.Client()
	return c
}

// KeyFrom makes the key of a server from secrets that it has, by their number: the first that is a key of the curve is it,
// which all but one in four thousand million are.
func KeyFrom(secret func(number int) []byte) (*ecdh.PrivateKey, error) {
	for n := range 8 {
		if key, err := ecdh.P256().NewPrivateKey(secret(n)); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("make the key for notices: none of its secrets is one")
}

// PublicKey is what a browser is given when it subscribes.
func (c *Channel) PublicKey() string {
	return base64.RawURLEncoding.EncodeToString(c.Key.PublicKey().Bytes())
}

// Subscription is where a browser takes notices, as it says it itself.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// Address writes a subscription as the address of a route.
func (s Subscription) Address() string { return string(care.JSON(s)) }

// longestEndpoint in bytes: the longest that is known has 600.
const longestEndpoint = 1500

// Sentences for whoever runs the page: people see neither.
const (
	notASubscription = "This is not what a browser says of itself when it subscribes."
	notAService      = "This is none of the push services that browsers use."
)

// Name implements channel.Channel.
func (*Channel) Name() string { return Name }

// Problem implements channel.Channel. An address is a subscription; see [Subscription.Address].
func (c *Channel) Problem(address string) string {
	s, err := read(address)
	if err != nil {
		return notASubscription
	}
	u, err := url.Parse(s.Endpoint)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || len(s.Endpoint) > longestEndpoint:
		return notASubscription
	case !c.serves(u):
		return notAService
	}
	return ""
}

func (c *Channel) serves(u *url.URL) bool {
	if c.doors.Allowed(u.Host) {
		return true
	}
	name := strings.ToLower(u.Hostname())
	return (u.Port() == "" || u.Port() == "443") && slices.ContainsFunc(services, func(s string) bool {
		return s == name || strings.HasPrefix(s, ".") && strings.HasSuffix(name, s)
	})
}

// read reads an address back. Error: it is no subscription, or its keys are none.
func read(address string) (s Subscription, err error) {
	if err := json.Unmarshal([]byte(address), &s); err != nil {
		return s, err
	}
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s.P256dh, "="))
	if err != nil {
		return s, fmt.Errorf("p256dh: %w", err)
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return s, fmt.Errorf("p256dh: %w", err)
	}
	if auth, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s.Auth, "=")); err != nil || len(auth) != 16 {
		return s, fmt.Errorf("auth: %d bytes: %w", len(auth), errors.Join(err, errors.New("sixteen are wanted")))
	}
	return s, nil
}

// Body is what a service worker gets. Tag names what was told: a notice that comes again takes the place of the first.
type Body struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Tag   string `json:"tag"`
}

// bodyOf writes a notice: that something waits, and nothing of what.
func bodyOf(n channel.Notice) Body {
	b := Body{Title: "Something waits in Doorstep", Text: "Open Doorstep to see it.", Tag: Tag(n.Key)}
	switch {
	case n.Test:
		b.Title, b.Text = "A test from Doorstep", "Notices reach you here. Nothing waits because of this one."
	case channel.Pressing(n.Most()):
		b.Title = "Something urgent waits in Doorstep"
	}
	return b
}

// Tag names the notice of a key, the same at every attempt, and gives nothing of the key away.
func Tag(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// keptFor is how long a push service keeps what it cannot hand on: until then the handover has gone to somebody else.
const keptFor = 30 * time.Minute

// Send implements channel.Channel.
func (c *Channel) Send(ctx context.Context, r channel.Route, n channel.Notice) error {
	if c.Problem(r.Address) != "" {
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Text: "the address is not allowed"}
	}
	s, err := read(r.Address)
	if err != nil {
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Cause: err}
	}
	body := bodyOf(n)
	urgency := push.UrgencyNormal
	if n.Test || channel.Pressing(n.Most()) {
		urgency = push.UrgencyHigh
	}
	response, err := push.SendNotificationWithContext(ctx, care.JSON(body), &push.Subscription{Endpoint: s.Endpoint, Keys: push.Keys{P256dh: s.P256dh, Auth: s.Auth}},
		&push.Options{HTTPClient: c.client, Subscriber: c.Subject, Topic: body.Tag, TTL: int(keptFor.Seconds()), Urgency: urgency,
			VAPIDPublicKey: c.PublicKey(), VAPIDPrivateKey: base64.RawURLEncoding.EncodeToString(c.Key.Bytes())})
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

// Gone says whether a push service said that there is no such subscription any more: it is never asked again.
func Gone(err error) bool {
	var f *delivery.Failure
	return errors.As(err, &f) && (f.Text == "HTTP 404" || f.Text == "HTTP 410")
}
