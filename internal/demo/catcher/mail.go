package catcher

import (
	"bytes"
	"crypto/tls"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"time"

	"github.com/emersion/go-smtp"
)

// How much a mail server of this machine puts up with.
const (
	mailBytes = 256 << 10
	mailWait  = time.Minute
)

// newMailServer is one that wants encryption before anything is said.
func newMailServer(c *Catcher, settings *tls.Config) *smtp.Server {
	s := smtp.NewServer(backend{c})
	s.Domain, s.TLSConfig = "mail.demo.example", settings
	s.MaxMessageBytes, s.MaxRecipients, s.ReadTimeout, s.WriteTimeout = mailBytes, 1, mailWait, mailWait
	s.ErrorLog = quiet{}
	return s
}

// quiet keeps a client that hangs up from writing into the story.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type backend struct{ *Catcher }

// NewSession implements smtp.Backend.
func (b backend) NewSession(conn *smtp.Conn) (smtp.Session, error) {
	return &mailSession{c: b.Catcher, conn: conn}, nil
}

type mailSession struct {
	c    *Catcher
	conn *smtp.Conn
	to   string
}

// Reset implements smtp.Session.
func (s *mailSession) Reset() { s.to = "" }

// Logout implements smtp.Session.
func (*mailSession) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if _, encrypted := s.conn.TLSConnectionState(); !encrypted {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Encrypt first, with STARTTLS"}
	}
	return nil
}

// Rcpt implements smtp.Session.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.c.isUnknown(to) {
		s.c.keep(Caught{Way: Mail, To: to, Answer: "550 5.1.1: there is no such mailbox"})
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is no such mailbox"}
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.c.keep(Caught{Way: Mail, To: s.to, Raw: string(raw), Text: readable(raw), Answer: "250: taken", Took: true})
	return nil
}

// readable is a mail as a mailbox shows it; one that is no mail, as it came.
func readable(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return string(raw)
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return string(raw)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		subject = m.Header.Get("Subject")
	}
	return subject + "\n\n" + string(text)
}
