// Package email sends notices by e-mail: a link and a class, never a name, a number or a word about anybody. The
// connection to the mail server is encrypted and its certificate checked, or nothing is sent.
package email

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"doorstep/internal/channel"
	"doorstep/internal/delivery"
)

// Name is the channel's name in routes and deliveries.
const Name = "email"

// Settings say by which server mail leaves.
type Settings struct {
	// Server is host and port. Port 465 speaks TLS from its first byte; on any other the connection begins in plain and
	// is encrypted (STARTTLS) before anything else is said.
	Server string
	// User and Password sign in; "" = the server takes mail without.
	User, Password string
	From           string // the address of our own that mail comes from
	// Roots are whom certificates are checked by; nil: the certificates that the machine trusts.
	Roots *x509.CertPool
	// Timeout of one attempt; 0 = 20 seconds.
	Timeout time.Duration
}

// Channel is e-mail.
type Channel struct {
	Settings
	host, domain string
	port         int
}

// implicitTLS is the port on which TLS comes first (RFC 8314).
const implicitTLS = 465

// New reads the settings.
func New(s Settings) (*Channel, error) {
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil || host == "" {
		return nil, fmt.Errorf("mail server: %q is not an address such as smtp.example.org:587", s.Server)
	}
	c := &Channel{Settings: s, host: host}
	if c.port, err = strconv.Atoi(port); err != nil || c.port < 1 || c.port > 65535 {
		return nil, fmt.Errorf("mail server: %q is no port", port)
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("mail from: %q is not an address such as doorstep@example.org", s.From)
	}
	_, c.domain, _ = strings.Cut(from.Address, "@")
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	return c, nil
}

// Name implements channel.Channel.
func (*Channel) Name() string { return Name }

const longestAddress = 254 // RFC 5321

// Problem implements channel.Channel.
func (*Channel) Problem(address string) string {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > longestAddress {
		return "This is not an e-mail address, such as front.desk@practice.example. Use a mailbox that the whole team reads."
	}
	return ""
}

// Send implements channel.Channel.
func (c *Channel) Send(ctx context.Context, r channel.Route, n channel.Notice) error {
	message, err := c.write(r, n)
	if err != nil {
		return &delivery.Failure{Why: delivery.NotSetUp, Final: true, Cause: err}
	}
	client, err := mail.NewClient(c.host, c.options()...)
	if err != nil {
		return &delivery.Failure{Why: delivery.NotSetUp, Cause: err}
	}
	sent := make(chan error, 1) // the library does not stop in the middle when asked to
	go func() { sent <- client.DialAndSendWithContext(ctx, message) }()
	select {
	case err = <-sent:
	case <-ctx.Done():
		return &delivery.Failure{Why: delivery.Unreachable, Text: "no answer in time", Cause: ctx.Err()}
	}
	if message.IsDelivered() { // whatever went wrong afterwards, at the farewell
		return nil
	}
	return failure(err)
}

// write makes the message of a notice.
func (c *Channel) write(r channel.Route, n channel.Notice) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(m.From(c.From), m.To(r.Address)); err != nil {
		return nil, err
	}
	m.Subject("Doorstep: " + n.Title())
	m.SetDateWithValue(n.At)
	m.SetMessageIDWithValue(c.MessageID(n.Key))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nothing answers by itself
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetBodyString(mail.TypeTextPlain, n.Text())
	return m, nil
}

// MessageID names the message of a key, the same at every attempt.
func (c *Channel) MessageID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16]) + "@" + c.domain
}

func (c *Channel) options() []mail.Option {
	list := []mail.Option{mail.WithPort(c.port), mail.WithTimeout(c.Timeout),
		mail.WithTLSConfig(&tls.Config{ServerName: c.host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12})}
	if c.port == implicitTLS {
		list = append(list, mail.WithSSL())
	} else {
		list = append(list, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if c.User != "" {
		list = append(list, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	return list
}

// failure tells what is for later from what is for good, and what the receiver refuses from what this server was told
// wrongly. Only what the server says of the message itself is for good: a password or a certificate is mended by
// somebody, and then all of it goes.
func failure(err error) error {
	var said *mail.SendError
	if errors.As(err, &said) && said.ErrorCode() != 0 {
		f := &delivery.Failure{Why: delivery.Refused, Final: true, Text: strings.TrimSpace(strconv.Itoa(said.ErrorCode()) + " " + said.EnhancedStatusCode()), Cause: err}
		switch {
		case said.IsTemp():
			f.Why, f.Final = delivery.Busy, false
		case said.Reason == mail.ErrSMTPMailFrom: // it is us whom it does not want
			f.Why, f.Final = delivery.NotSetUp, false
		}
		return f
	}
	f := &delivery.Failure{Why: delivery.Unreachable, Cause: err}
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		answer  *textproto.Error
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &record), errors.As(err, &alert),
		err != nil && strings.Contains(err.Error(), "does not support STARTTLS"):
		f.Why = delivery.Untrusted
	case errors.As(err, &answer) && answer.Code >= 500:
		f.Why, f.Text = delivery.NotSetUp, strconv.Itoa(answer.Code) // before any message: our sign-in
	case errors.As(err, &answer):
		f.Why, f.Text = delivery.Busy, strconv.Itoa(answer.Code)
	case err != nil && strings.Contains(strings.ToUpper(err.Error()), "SMTP AUTH"):
		f.Why = delivery.NotSetUp
	}
	return f
}
