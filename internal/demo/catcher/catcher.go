package catcher

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"doorstep/internal/selfsigned"
)

// Ways by which something comes.
const (
	Mail    = "e-mail"
	Webhook = "webhook"
)

// Caught is one thing that came, or was refused.
type Caught struct {
	At  time.Time // by the clock of the demo
	Way string
	To  string // the mailbox, or the path of the receiver
	// Raw is all of it as it came: headers and body. Text is what a person reads of it.
	Raw, Text string
	// Answer is what was answered, Took whether that means that it was taken.
	Answer string
	Took   bool
	Signed string // of a webhook: whether its signature holds; "" for anything else
}

// most are kept: older ones are forgotten first.
const most = 1000

// Catcher takes mail, webhooks and notices. Its methods may be called at any time.
type Catcher struct {
	Roots   *x509.CertPool // trusts its certificate, and no other
	Trusted []byte         // the same certificate as PEM, for a program of its own
	now     func() time.Time

	mail  *smtp.Server
	hooks *http.Server
	// MailServer and Receiver are host and port of each.
	MailServer, Receiver string
	serving              sync.WaitGroup

	mu      sync.Mutex
	caught  []Caught
	unknown map[string]bool   // mailboxes that there are none of
	silent  map[string]bool   // paths that never answer
	secrets map[string]string // of routes, by path
	// browsers are those that take notices, by path.
	browsers map[string]*browser
}

// Start opens both on this machine, at ports that are free. Now is the clock of the demo.
func Start(now func() time.Time) (*Catcher, error) {
	certificate, roots, err := selfsigned.New()
	if err != nil {
		return nil, err
	}
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	c := &Catcher{Roots: roots, Trusted: trusted, now: now, unknown: map[string]bool{}, silent: map[string]bool{}, secrets: map[string]string{}, browsers: map[string]*browser{}}
	mails, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	hooks, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for webhooks: %w", err), mails.Close())
	}
	c.MailServer, c.Receiver = mails.Addr().String(), hooks.Addr().String()
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	c.mail, c.hooks = newMailServer(c, settings), newReceiver(c, settings)
	c.serving.Go(func() { _ = c.mail.Serve(mails) })
	c.serving.Go(func() { _ = c.hooks.ServeTLS(hooks, "", "") })
	return c, nil
}

// Close ends both.
func (c *Catcher) Close() error {
	err := errors.Join(c.mail.Close(), c.hooks.Close())
	c.serving.Wait()
	return err
}

// Unknown refuses a mailbox from now on, or takes mail for it again.
func (c *Catcher) Unknown(mailbox string, unknown bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unknown[mailbox] = unknown
}

// Silent answers nothing more at a path of the receiver.
func (c *Catcher) Silent(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent[path] = true
}

// Secret is what signatures at a path are checked with, as the server gave it.
func (c *Catcher) Secret(path, secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets[path] = secret
}

// Caught is what came, the oldest first.
func (c *Catcher) Caught() []Caught {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.caught)
}

func (c *Catcher) keep(one Caught) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one.At = c.now()
	c.caught = append(c.caught, one)
	c.caught = c.caught[max(0, len(c.caught)-most):]
}

func (c *Catcher) isUnknown(mailbox string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unknown[mailbox]
}
