// Package outward makes connections that lead out into the world: none to a machine inside our own network, unless it is
// named, none through a proxy, none on to where an answer points.
package outward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"doorstep/internal/delivery"
)

// Doors say where connections may lead.
type Doors struct {
	// Private are hosts, or hosts with a port, that may have an address inside our own network.
	Private []string
	// Roots are whom certificates are checked by; nil: the certificates that the machine trusts.
	Roots   *x509.CertPool
	Timeout time.Duration // of one request
}

// Client asks by these doors. It follows no redirect.
func (d Doors) Client() *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: d.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: d.Timeout,
		ResponseHeaderTimeout: d.Timeout, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: 64 << 10, DialContext: d.dial, // and no proxy: it would decide where this goes
	}
	return &http.Client{Transport: transport, Timeout: d.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Allowed says whether a host, by its name alone or with its port, may be inside.
func (d Doors) Allowed(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	for _, p := range d.Private {
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

// Inside says whether an address is of no machine out in the world.
func Inside(ip netip.Addr) bool {
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

// errInside: a name had an address inside our own network when it was asked for.
var errInside = errors.New("outward: an address inside a private network")

// dial connects to the address that a name has at this moment, unless it is inside: what the name had when it was written
// down says nothing.
func (d Doors) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: d.Timeout}
	if !d.Allowed(address) {
		dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(resolved)
			if err != nil || Inside(at.Addr()) {
				return errInside
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

// Unanswered says why a request got no answer.
func Unanswered(err error) *delivery.Failure {
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

// Answered reads a status, at a moment: anything in the two hundreds took it and is nil; what says "later" is tried again,
// all else is for good.
func Answered(r *http.Response, now time.Time) *delivery.Failure {
	if r.StatusCode >= 200 && r.StatusCode < 300 {
		return nil
	}
	f := &delivery.Failure{Why: delivery.Refused, Final: true, Text: "HTTP " + strconv.Itoa(r.StatusCode)}
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
