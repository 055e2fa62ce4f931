package channeltest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Password is the one that a [Mailbox] wants, of anybody.
const Password = "open sesame"

// Mailbox is a mail server that wants a sign-in and encryption, and keeps what it took: go-smtp by emersion.
type Mailbox struct {
	Address string         // host and port
	Roots   *x509.CertPool // whom its certificate is checked by

	mu   sync.Mutex
	user string
	took []Mail
}

// Mail is a message that came.
type Mail struct{ User, From, To, Subject, Text string }

// NewMailbox starts one; it ends with the test.
func NewMailbox(t *testing.T) *Mailbox {
	t.Helper()
	certificate, roots := Certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mailbox{Address: l.Addr().String(), Roots: roots}
	server := smtp.NewServer(m)
	server.Domain, server.TLSConfig = "mail.example", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

// Arrived are the messages that came since it was last asked.
func (m *Mailbox) Arrived() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	took := m.took
	m.took = nil
	return took
}

type mailSession struct {
	*Mailbox
	from, to string
}

// NewSession implements smtp.Backend.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{Mailbox: m}, nil }

// AuthMechanisms implements smtp.AuthSession.
func (*mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.user = user; password != Password {
			return errors.New("no")
		}
		return nil
	}), nil
}

// Reset implements smtp.Session.
func (*mailSession) Reset() {}

// Logout implements smtp.Session.
func (*mailSession) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }

// Rcpt implements smtp.Session.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	text := message.Body
	if message.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		text = quotedprintable.NewReader(text)
	}
	body, err := io.ReadAll(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, Mail{User: s.user, From: s.from, To: s.to, Subject: message.Header.Get("Subject"), Text: string(body)})
	return err
}
