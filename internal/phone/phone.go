package phone

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/wire"
)

// Doer sends one request; *http.Client is one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options is everything a phone needs from outside.
type Options struct {
	Server  string           // base address, such as https://doorstep.example
	HTTP    Doer             //
	Storage Storage          // nil = a new Memory
	Now     func() time.Time // the device's clock, right or wrong
	Entropy io.Reader        // crypto/rand.Reader outside of tests
	Name    string           // of the device, for the desk
	// Platform and App name the system and the app's version; both may be empty.
	Platform, App string
	KeyType       KeyType
	Audience      string        // of assertions; "" = doorstep
	Schema        int           // 0 = the current one
	PageRows      int           // rows asked for in a pull; 0 = what the server allows
	Gzip          bool          // compress request bodies
	DigestEvery   time.Duration // between comparisons with the server; 0 = a day, below 0 = only on request
	// Online says whether the system knows of a network; nil = always. While there is one an emergency waits half a
	// minute at most.
	Online func() bool
	// Locks: what is stored is locked away at times. Each change is then sealed to the server as well when it is saved,
	// so that it can be sent meanwhile; see [Locked].
	Locks bool
}

// What can be wrong before anything is sent. Errors of the server are *wire.Error.
var (
	ErrNotSignedIn = errors.New("nobody is signed in on this phone")
	ErrNotHeld     = errors.New("this phone does not hold the record")
	ErrUnsent      = errors.New("this phone holds unsent work of another person")
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrTooMuch     = errors.New("too many steps in one change")
	ErrWiped       = errors.New("this phone was wiped")
)

// Phone is one device of one member of staff.
type Phone struct {
	opts   Options
	minter *identifier.Minter

	// The state as last committed.
	self    self
	scopes  map[string]bool
	records map[string]*Held
	staged  []*page
	outbox  []*change // in order; mids follow each other
	sentLog []*change // in order
	aside   []*change
	items   map[string]*Item

	// What a kill may forget.
	staffToken string // of the sign-in, until the device is enrolled
	code       string // one-time sign-in code
	access     accessToken
	round      round
	retry      retryState
	batchMax   int // halved by 413; 0 = as the server allows
	digest     digestState
	refusals   int // of our assertion, in a row
}

// New opens the phone that lives in opts.Storage, or a new one when it is empty.
func New(opts Options) (*Phone, error) {
	p := &Phone{opts: withDefaults(opts), minter: identifier.NewMinter(opts.Entropy), retry: retryState{limit: newLimit()}}
	if err := p.load(); err != nil {
		return nil, err
	}
	return p, nil
}

func withDefaults(opts Options) Options {
	if opts.Storage == nil {
		opts.Storage = &Memory{}
	}
	if opts.Schema == 0 {
		opts.Schema = wire.CurrentSchema
	}
	if opts.DigestEvery == 0 {
		opts.DigestEvery = digestEvery
	}
	if opts.Audience == "" {
		opts.Audience = "doorstep"
	}
	if opts.Online == nil {
		opts.Online = func() bool { return true }
	}
	return opts
}

// Staff is who is signed in, "" when nobody is; Device and Client are what enrolment gave.
func (p *Phone) Staff() string { return p.self.Staff }

// Device is the id of this device, "" before it is enrolled.
func (p *Phone) Device() string { return p.self.Device }

// Client is the id the outbox is numbered under, "" before the device is enrolled.
func (p *Phone) Client() string { return p.self.Client }

// Directive is what the server told this phone about its standing: "", none, drain, wipe,
// relogin or upgrade.
func (p *Phone) Directive() string { return p.self.Directive }

// Epoch is the epoch of the server's sequence this phone last heard of.
func (p *Phone) Epoch() string { return p.self.Epoch }

// Cursor is where the last finished pull ended.
func (p *Phone) Cursor() string { return p.self.Cursor }

// NeedsSignIn says whether nothing can be sent before somebody signs in.
func (p *Phone) NeedsSignIn() bool {
	if p.self.Directive == directiveWipe {
		return false
	}
	if p.self.Staff == "" || p.self.Directive == directiveRelogin {
		return true
	}
	return p.mustEnrol() && !p.canEnrol()
}

// Unsent counts the changes no server has answered yet, and says when the oldest was authored
// by this device's clock. This is what a screen must show: "3 not sent", never "all synced".
func (p *Phone) Unsent() (n int, oldest time.Time) {
	for _, c := range p.outbox {
		if c.Acked {
			continue
		}
		if n == 0 {
			oldest, _ = care.ParseStamp(c.AuthoredAt)
		}
		n++
	}
	return n, oldest
}

// Pending counts the changes that no pull has confirmed yet, sent or not.
func (p *Phone) Pending() int { return len(p.outbox) }

// Staged counts the pages of a pull that is under way.
func (p *Phone) Staged() int { return len(p.staged) }

// EachHeld hands over every record of the base, in no particular order. Nothing of the outbox
// is in it; see View for what people see.
func (p *Phone) EachHeld(visit func(Held)) {
	for _, h := range p.records {
		visit(*h)
	}
}

// Scopes lists the scopes this phone holds, in no particular order.
func (p *Phone) Scopes() []string {
	list := make([]string, 0, len(p.scopes))
	for s := range p.scopes {
		list = append(list, s)
	}
	return list
}

// trueTime is the device's clock put right by the offset the server measured.
func (p *Phone) trueTime() time.Time {
	return p.opts.Now().Add(time.Duration(p.self.OffsetMs) * time.Millisecond)
}

// newID makes an id. Its time is the corrected one, so that ids of a phone whose clock is
// wrong do not scatter over the server's indexes.
func (p *Phone) newID() (string, error) {
	id, err := p.minter.New(p.trueTime())
	if err != nil {
		return "", fmt.Errorf("make id: %w", err)
	}
	return string(id), nil
}
