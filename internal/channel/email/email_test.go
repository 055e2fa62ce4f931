package email_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"doorstep/internal/care"
	"doorstep/internal/channel"
	"doorstep/internal/channel/channeltest"
	"doorstep/internal/channel/email"
	"doorstep/internal/delivery"
)

// server is a mail server, go-smtp by emersion, that behaves as it is told.
type server struct {
	how  channeltest.How
	rcpt *smtp.SMTPError // what it says to every recipient

	mu   sync.Mutex
	took []string
}

type session struct {
	*server
	conn *smtp.Conn
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{s, c}, nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "doorstep" || password != "open sesame" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	switch {
	case s.rcpt != nil:
		return s.rcpt
	case s.how == channeltest.IsBusy:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "front.desk@practice.example: try later"}
	case s.how == channeltest.Refuses:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "front.desk@practice.example: no such mailbox"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.took = append(s.took, string(raw))
	s.mu.Unlock()
	if s.how == channeltest.Forgets {
		return s.conn.Close()
	}
	return nil
}

// silent is a listener that takes connections and says nothing.
func silent(t *testing.T) string {
	l := listen(t)
	var held []net.Conn
	var mu sync.Mutex
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			held = append(held, c)
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range held {
			_ = c.Close()
		}
	})
	return l.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// start runs a mail server and returns settings that reach it.
func start(t *testing.T, s *server) email.Settings {
	t.Helper()
	certificate, roots := channeltest.Certificate(t)
	set := email.Settings{User: "doorstep", Password: "open sesame", From: "doorstep@neighbourhood.example", Roots: roots}
	switch s.how {
	case channeltest.Silent:
		set.Server = silent(t)
		return set
	case channeltest.Away:
		l := listen(t)
		set.Server = l.Addr().String()
		_ = l.Close()
		return set
	case channeltest.Posing:
		_, set.Roots = channeltest.Certificate(t)
	}
	l := listen(t)
	server := smtp.NewServer(s)
	server.Domain = "practice.example"
	server.ErrorLog = quiet{}
	if s.how != channeltest.Plain {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	set.Server = l.Addr().String()
	return set
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func open(t *testing.T, how channeltest.How) channeltest.Receiver {
	t.Helper()
	s := &server{how: how}
	c, err := email.New(start(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return channeltest.Receiver{Channel: c, Address: "front.desk@practice.example",
		Key: func(key string) string { return "<" + c.MessageID(key) + ">" },
		Arrived: func() (list []channeltest.Arrived) {
			for _, m := range s.messages(t) {
				list = append(list, channeltest.Arrived{Key: m.Header.Get("Message-Id"), All: m.all})
			}
			return list
		}}
}

type message struct {
	*mail.Message
	all string // its headers and its text, decoded
}

func (s *server) messages(t *testing.T) (list []message) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range s.took {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		text := io.Reader(m.Body)
		if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			text = quotedprintable.NewReader(m.Body)
		}
		body, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, message{m, subject + "\n" + string(body) + "\n" + raw})
	}
	return list
}

func TestEMailKeepsTheContract(t *testing.T) {
	channeltest.Run(t, open, "nobody", "Front Desk <front.desk@practice.example>", "a@b.example, c@d.example", strings.Repeat("a", 250)+"@practice.example")
}

func TestAMailSaysThatAProgramWroteIt(t *testing.T) {
	s := &server{how: channeltest.Takes}
	c, err := email.New(start(t, s))
	if err != nil {
		t.Fatal(err)
	}
	notice := channel.Notice{Key: "k", Classes: []care.Class{care.Emergency}, Link: "https://doorstep.example/practice/#/h/1", At: channeltest.At}
	if err := c.Send(t.Context(), channel.Route{Address: "front.desk@practice.example"}, notice); err != nil {
		t.Fatal(err)
	}
	m := s.messages(t)[0]
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "From": "<doorstep@neighbourhood.example>", "To": "<front.desk@practice.example>",
		"Subject": "Doorstep: EMERGENCY: a handover waits", "Date": "Mon, 30 Nov 2026 09:00:00 +0000", "X-Mailer": "", "User-Agent": "", "Cc": "", "Bcc": ""} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(m.all, "Having this message acknowledges nothing") {
		t.Errorf("a mail may be taken for a receipt:\n%s", m.all)
	}
}

// What is wrong with our own settings waits until somebody mends them; what is wrong with a mailbox never mends itself.
func TestAMailServerThatRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*email.Settings)
		rcpt      *smtp.SMTPError
		why, text string
		temporary bool
	}{
		"a password that is wrong":          {change: func(s *email.Settings) { s.Password = "no" }, why: delivery.NotSetUp, text: "535", temporary: true},
		"a full mailbox":                    {rcpt: &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "full"}, why: delivery.Busy, text: "452 4.2.2", temporary: true},
		"grey-listing":                      {rcpt: &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "grey"}, why: delivery.Busy, text: "450 4.2.0", temporary: true},
		"a mailbox that takes none of ours": {rcpt: &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "policy"}, why: delivery.Refused, text: "554 5.7.1"},
		"a server named otherwise than its certificate": {change: func(s *email.Settings) { s.Server = strings.Replace(s.Server, "127.0.0.1", "localhost", 1) },
			why: delivery.Untrusted, temporary: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{how: channeltest.Takes, rcpt: c.rcpt}
			set := start(t, s)
			if c.change != nil {
				c.change(&set)
			}
			ch, err := email.New(set)
			if err != nil {
				t.Fatal(err)
			}
			err = ch.Send(context.Background(), channel.Route{Address: "front.desk@practice.example"}, channel.Notice{Key: "k", Classes: []care.Class{care.Routine}, Link: "https://doorstep.example/practice/", At: channeltest.At})
			var f *delivery.Failure
			if !errors.As(err, &f) || f.Why != c.why || f.Temporary() != c.temporary || f.Text != c.text {
				t.Errorf("got %v (%v), temporary %v", err, errors.Unwrap(err), f != nil && f.Temporary())
			}
			if len(s.messages(t)) != 0 {
				t.Error("it was sent all the same")
			}
		})
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	for _, s := range []email.Settings{{}, {Server: "smtp.example.org", From: "a@b.example"}, {Server: "smtp.example.org:none", From: "a@b.example"},
		{Server: ":25", From: "a@b.example"}, {Server: "smtp.example.org:587", From: "nobody"}, {Server: "smtp.example.org:70000", From: "a@b.example"}} {
		if _, err := email.New(s); err == nil {
			t.Errorf("%+v passes", s)
		}
	}
}
