package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"
)

// Store is where devices, staff and codes are kept. Every method fails with ErrNotFound for
// what is not there and with the store's own error when it cannot answer.
type Store interface {
	Device(ctx context.Context, id string) (DeviceRecord, error)
	Staff(ctx context.Context, id string) (StaffRecord, error)
	// RememberAssertion durably notes the key of a used assertion until expires, ErrReplayed
	// when it is there already, and forgets those expired before now.
	RememberAssertion(ctx context.Context, key string, expires, now time.Time) error
	// Enrol looks up what bears on the enrolment, asks Enrolment.Admit and writes what it says,
	// in one transaction.
	Enrol(ctx context.Context, e Enrolment) (DeviceRecord, error)
	// KeepLockedKey notes the key that a device signs in with while it is locked.
	KeepLockedKey(ctx context.Context, device, key string) error
	// AddCode keeps a code and forgets old ones.
	AddCode(ctx context.Context, c SignInCode, now time.Time) error
}

// Config configures a Service; fields with a default may be left empty.
type Config struct {
	Store    Store
	Keys     *Keyring
	Clock    func() time.Time
	Audience string    // the aud of assertions; default "doorstep"
	Issuer   string    // the iss of access tokens; default "doorstep"
	Random   io.Reader // safe for concurrent use; default crypto/rand.Reader
	// AccessLifetime of an access token; default 15 minutes.
	AccessLifetime time.Duration
	// Phones is how many one member of staff may have in use; default PhonesPerPerson.
	Phones int
	// LooksAfter says whose accounts are a lead's beside those of their own teams; nil: nobody's.
	LooksAfter func(lead StaffRecord, staff string) bool
}

// Service answers who a phone is. It is safe for concurrent use.
type Service struct {
	store            Store
	keys             *Keyring
	clock            func() time.Time
	audience, issuer string
	random           io.Reader
	lifetime         time.Duration
	phones           int
	looksAfter       func(lead StaffRecord, staff string) bool
	cache            *cache
	watches          *watches
}

// New makes a Service.
func New(c Config) *Service {
	s := &Service{store: c.Store, keys: c.Keys, clock: c.Clock, audience: c.Audience, issuer: c.Issuer,
		random: c.Random, lifetime: c.AccessLifetime, phones: c.Phones, looksAfter: c.LooksAfter, cache: newCache(cacheSize), watches: newWatches()}
	if s.looksAfter == nil {
		s.looksAfter = func(StaffRecord, string) bool { return false }
	}
	if s.lifetime == 0 {
		s.lifetime = AccessLifetime
	}
	if s.phones == 0 {
		s.phones = PhonesPerPerson
	}
	if s.audience == "" {
		s.audience = "doorstep"
	}
	if s.issuer == "" {
		s.issuer = "doorstep"
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s
}

// Grant is a new access token.
type Grant struct {
	Token     string
	ExpiresIn time.Duration
	Scope     string // ScopeSync, ScopePushOnly or ScopeLocked
}

// Exchange gives an access token for an assertion of the device's own key. Errors, in the
// order in which they are found: ErrAssertion, ErrAudience; ErrLost, ErrRevoked, ErrRelogin,
// ErrRole; ErrClock; ErrReplayed.
func (s *Service) Exchange(ctx context.Context, text string) (Grant, error) {
	return s.exchange(ctx, text, false)
}

func (s *Service) exchange(ctx context.Context, text string, locked bool) (Grant, error) {
	now := s.clock()
	a, err := s.readAssertion(ctx, text, locked)
	if err != nil {
		return Grant{}, err
	}
	// Before the time is looked at: a lost phone is told to wipe whatever its clock says.
	session, err := s.session(ctx, a.device, now)
	if err != nil {
		return Grant{}, err
	}
	session.Locked = locked
	if err := a.checkTime(now); err != nil {
		return Grant{}, err
	}
	if err := s.use(ctx, a, now); err != nil {
		return Grant{}, err
	}
	jti, err := randomText(s.random, jtiBytes)
	if err != nil {
		return Grant{}, err
	}
	token, err := s.keys.sign(session, s.issuer, jti, now, s.lifetime)
	if err != nil {
		return Grant{}, err
	}
	return Grant{Token: token, ExpiresIn: s.lifetime, Scope: session.scope()}, nil
}

// Authenticate says who presents an access token. The first time it asks the store what the
// device and its owner may do now; after that it answers from memory until the token expires
// or [Service.Revoke] names one of them. Errors: ErrTokenInvalid, ErrTokenExpired, ErrLost,
// ErrRevoked, ErrRelogin, ErrRole.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, error) {
	session, _, err := s.AuthenticateUntil(ctx, token)
	return session, err
}

// AuthenticateUntil is Authenticate that also says when the token expires, for what goes on longer
// than a request.
func (s *Service) AuthenticateUntil(ctx context.Context, token string) (Session, time.Time, error) {
	now := s.clock()
	hash := sha256.Sum256([]byte(token))
	session, expires, epoch, ok := s.cache.get(hash, now)
	if ok {
		return session, expires, nil
	}
	claims, err := s.keys.verify(token, s.issuer, now, s.lifetime)
	if err != nil {
		return Session{}, time.Time{}, err
	}
	device, err := s.store.Device(ctx, claims.Device)
	if errors.Is(err, ErrNotFound) || err == nil && (device.Staff != claims.Subject || device.Client != claims.Client) {
		return Session{}, time.Time{}, fmt.Errorf("%w: device %s is gone or another's", ErrTokenInvalid, claims.Device)
	}
	if err != nil {
		return Session{}, time.Time{}, err
	}
	session, err = s.session(ctx, device, now)
	if err != nil {
		return Session{}, time.Time{}, err
	}
	session.Locked = claims.Scope == ScopeLocked
	from, until := claims.window(s.lifetime)
	s.cache.put(hash, session, from, until, epoch)
	return session, until, nil
}

// session makes the session of a stored device, with its rights of this moment.
func (s *Service) session(ctx context.Context, device DeviceRecord, now time.Time) (Session, error) {
	staff, err := s.store.Staff(ctx, device.Staff)
	if errors.Is(err, ErrNotFound) {
		return Session{}, fmt.Errorf("%w: nobody owns device %s", ErrRevoked, device.ID)
	}
	if err != nil {
		return Session{}, err
	}
	return standing(device, staff, now)
}

// Revoke makes the next request of a device, or of every device of a member of staff, be
// judged anew from the stored rows. Call it after anything about them changed: state, role,
// teams, leaving.
func (s *Service) Revoke(id string) {
	s.cache.revoke(id)
	s.watches.tell(id)
}

// Watch returns a channel that receives after [Service.Revoke] named one of these devices or
// members of staff, once for however many times; stop ends it.
func (s *Service) Watch(ids ...string) (changed <-chan struct{}, stop func()) {
	return s.watches.add(ids)
}

// Keys is the public half of the signing key as a JSON Web Key Set. Do not change the bytes.
func (s *Service) Keys() []byte { return s.keys.JWKS() }
