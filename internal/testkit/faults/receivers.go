//go:build linux

package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"sync"

	"github.com/emersion/go-smtp"

	"doorstep/internal/selfsigned"
)

// receiver takes what leaves and remembers its keys, on bad days: it says not now, or takes something and its answer is
// lost. What it acts on, it acts on once for each key.
type receiver struct {
	mu     sync.Mutex
	chance *mathrand.Rand
	came   map[string]int // how often each key
}

func newReceiver(seed uint64) *receiver {
	return &receiver{chance: mathrand.New(mathrand.NewPCG(seed, 1)), came: map[string]int{}}
}

// How a receiver meets what comes.
const (
	takes = iota
	notNow
	forgets
)

// meets notes a key, unless the receiver says not now.
func (r *receiver) meets(key string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	how := takes
	switch r.chance.IntN(10) {
	case 0:
		return notNow
	case 1:
		how = forgets
	}
	r.came[key]++
	return how
}

// answer meets a request as an HTTP server does.
func (r *receiver) answer(w http.ResponseWriter, q *http.Request, key string, status int) {
	_, _ = io.Copy(io.Discard, q.Body)
	switch r.meets(key) {
	case notNow:
		w.WriteHeader(http.StatusServiceUnavailable)
	case forgets:
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(status)
	}
}

// ServeHTTP implements http.Handler, for webhooks.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.answer(w, q, q.Header.Get("webhook-id"), http.StatusAccepted)
}

// mailbox is a receiver of e-mail: go-smtp by emersion.
type mailbox struct{ *receiver }

type mailSession struct {
	mailbox
	conn *smtp.Conn
}

// NewSession implements smtp.Backend.
func (m mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) { return &mailSession{m, c}, nil }

// Reset implements smtp.Session.
func (*mailSession) Reset() {}

// Logout implements smtp.Session.
func (*mailSession) Logout() error { return nil }

// Mail implements smtp.Session.
func (*mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (*mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data implements smtp.Session.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	switch s.meets(m.Header.Get("Message-Id")) {
	case notNow:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "not now"}
	case forgets:
		return s.conn.Close()
	}
	return nil
}

// receivers are one of each channel, at addresses of this machine, encrypted with a certificate that the server under test trusts.
type receivers struct {
	hooks, mails, notices *receiver
	hook, service         *httptest.Server
	mail                  *smtp.Server
	mailServer            string
}

type silently struct{}

func (silently) Printf(string, ...any) {}
func (silently) Println(...any)        {}

// openReceivers opens them. The certificate is written into a folder, where the server reads whom it trusts.
func openReceivers(chance *mathrand.Rand, dir string) (r *receivers, trusted string, err error) {
	certificate, _, err := selfsigned.New()
	if err != nil {
		return nil, "", err
	}
	trusted = filepath.Join(dir, "trusted.pem")
	if err := os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o600); err != nil {
		return nil, "", err
	}
	r = &receivers{hooks: newReceiver(chance.Uint64()), mails: newReceiver(chance.Uint64()), notices: newReceiver(chance.Uint64())}
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	quiet := log.New(io.Discard, "", 0)
	r.hook = httptest.NewServer(r.hooks)
	r.hook.Config.ErrorLog = quiet
	r.service = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.notices.answer(w, q, q.Header.Get("Topic"), http.StatusCreated)
	}))
	r.service.TLS, r.service.Config.ErrorLog = settings, quiet
	r.service.StartTLS()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	r.mail = smtp.NewServer(mailbox{r.mails})
	r.mail.Domain, r.mail.TLSConfig, r.mail.ErrorLog = "mail.example", settings, silently{}
	r.mailServer = l.Addr().String()
	go func() { _ = r.mail.Serve(l) }() // it ends with close
	return r, trusted, nil
}

func (r *receivers) close() {
	r.hook.Close()
	r.service.Close()
	_ = r.mail.Close()
}

// browser is the endpoint and the keys of a browser that takes notices.
func (r *receivers) browser() (endpoint, p256dh, auth string, err error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", "", err
	}
	return r.service.URL + "/push/abc", base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(make([]byte, 16)), nil
}
