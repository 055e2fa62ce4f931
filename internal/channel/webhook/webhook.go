// Package webhook sends notices to a receiver's own program, signed as Standard Webhooks says
// (https://www.standardwebhooks.com, v1 signatures, May 2026).
package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"doorstep/internal/care"
	"doorstep/internal/channel"
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
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: s.Timeout,
		ResponseHeaderTimeout: s.Timeout, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: 64 << 10, DialContext: c.dial, // and no proxy: it would decide where this goes
	}
	c.client = &http.Client{Transport: transport, Timeout: s.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c
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
	case u.Scheme == "http" && !c.allowed(u.Host):
		return "A receiver has an address that begins with https://: what goes there must be encrypted."
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && inside(ip) && !c.allowed(u.Host) {
		return InsideOurs
	}
	return ""
}

// allowed says whether a host, by its name alone or with its port, may be inside.
func (c *Channel) allowed(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	for _, p := range c.Private {
		if strings.EqualFold(p, host) || strings.EqualFold(p, name) {
			return true
		}
	}
	return false
}

// special are addresses of no machine out in the world: the space that providers use inside (RFC 6598), translated ones,
// benchmarks, documentation, what is reserved.
var special = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16")}

// inside says whether an address is of no machine out in the world.
func inside(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip.IsInterfaceLocalMulticast() {
		return true
	}
	for _, p := range special {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

var errInside = errors.New("webhook: an address inside a private network")

// dial connects to the address that a name has at this moment, unless it is inside: what the name had when the route
// was set up says nothing.
func (c *Channel) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: c.Timeout}
	if !c.allowed(address) {
		d.Control = func(_, resolved string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(resolved)
			if err != nil || inside(at.Addr()) {
				return errInside
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, address)
}

// Body is what a receiver gets: that something waits, by reference, or with all of it where its agreement says so.
type Body struct {
	Type string   `json:"type"` // handover.waits, or test
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
	if n.Test {
		b.Type = "test"
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
		return unanswered(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // what it says beside the status is not read
	return answered(response, n.At)
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

// unanswered says why a request got no answer.
func unanswered(err error) error {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, errInside):
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Text: "the address is inside a private network", Cause: err}
	case errors.As(err, &certificate), errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &delivery.Failure{Why: delivery.Untrusted, Cause: err}
	}
	return &delivery.Failure{Why: delivery.Unreachable, Cause: err}
}

// answered reads a status: anything in the two hundreds took it; what says "later" is tried again, all else is for good.
func answered(r *http.Response, now time.Time) error {
	if r.StatusCode >= 200 && r.StatusCode < 300 {
		return nil
	}
	f := &delivery.Failure{Why: delivery.Refused, Final: true, Text: fmt.Sprintf("HTTP %d", r.StatusCode)}
	switch {
	case r.StatusCode >= 500, r.StatusCode == http.StatusTooManyRequests, r.StatusCode == http.StatusRequestTimeout, r.StatusCode == http.StatusTooEarly:
		f.Why, f.Final, f.After = delivery.Busy, false, retryAfter(r.Header.Get("Retry-After"), now)
	}
	return f
}

// retryAfter reads how long a receiver asks to be left alone, a day at most; zero where it does not say.
func retryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(header); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, 24*60*60)) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}
