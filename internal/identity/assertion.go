package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/identifier"
)

// The rules of an assertion (RFC 7523 §3).
const (
	// AssertionLifetime is how far ahead exp may lie.
	AssertionLifetime = 60 * time.Second
	// Leeway is how far two well-kept clocks may differ.
	Leeway = 10 * time.Second

	maxAssertionBytes = 4096
	minJTI, maxJTI    = 8, 128
)

// assertion is a statement that a device signed; its time and its single use are not yet checked.
type assertion struct {
	device DeviceRecord
	claims jwt.RegisteredClaims
}

// readAssertion checks form, signer and audience: the device's own key, or the one it has while it is locked. Errors: ErrAssertion, ErrAudience, or what
// the store failed with.
//
// NB! Time is left to checkTime: a phone with a wrong clock must learn so, and only after it
// proved which phone it is.
func (s *Service) readAssertion(ctx context.Context, text string, locked bool) (*assertion, error) {
	if len(text) > maxAssertionBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrAssertion, len(text))
	}
	var a assertion
	var storeFailed error
	key := func(token *jwt.Token) (any, error) {
		if _, ok := token.Header["crit"]; ok {
			return nil, errors.New("crit names extensions we do not have")
		}
		if _, err := identifier.ParseULID(a.claims.Issuer); err != nil {
			return nil, errors.New("iss is not a device id")
		}
		device, err := s.store.Device(ctx, a.claims.Issuer)
		if errors.Is(err, ErrNotFound) {
			// Not wrapped: to the asker this is an assertion nobody signed, not a thing not found.
			return nil, errors.New("no device of that id")
		}
		if err != nil {
			storeFailed = err
			return nil, err
		}
		stored := device.PublicKey
		if locked {
			stored = device.LockedKey
		}
		if stored == "" {
			return nil, errors.New("the device has no such key")
		}
		public, err := ParseJWK([]byte(stored))
		if err != nil {
			return nil, fmt.Errorf("stored key of device %s: %w", device.ID, err)
		}
		if token.Method.Alg() != public.Alg { // the key decides, never the header
			return nil, errors.New("alg is not that of the device's key")
		}
		a.device = device
		return public.key, nil
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{ES256, EdDSA}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	if _, err := parser.ParseWithClaims(text, &a.claims, key); err != nil {
		if storeFailed != nil {
			return nil, storeFailed
		}
		return nil, fmt.Errorf("%w: %w", ErrAssertion, err)
	}
	if !slices.Contains(a.claims.Audience, s.audience) {
		return nil, fmt.Errorf("%w: device %s", ErrAudience, a.device.ID)
	}
	if a.claims.Subject != "" && a.claims.Subject != a.device.ID {
		return nil, fmt.Errorf("%w: sub of device %s is not the device", ErrAssertion, a.device.ID)
	}
	if n := len(a.claims.ID); n < minJTI || n > maxJTI {
		return nil, fmt.Errorf("%w: jti of device %s has %d bytes", ErrAssertion, a.device.ID, n)
	}
	return &a, nil
}

// checkTime checks exp, iat and nbf. Errors: ErrAssertion where no clock is to blame, ErrClock
// otherwise.
func (a *assertion) checkTime(now time.Time) error {
	c := a.claims
	if c.ExpiresAt == nil {
		return fmt.Errorf("%w: no exp from device %s", ErrAssertion, a.device.ID)
	}
	expires := c.ExpiresAt.Time
	if c.IssuedAt != nil && expires.Sub(c.IssuedAt.Time) > AssertionLifetime {
		return fmt.Errorf("%w: device %s asks for more than %s", ErrAssertion, a.device.ID, AssertionLifetime)
	}
	ahead := now.Add(Leeway)
	switch {
	case !now.Before(expires.Add(Leeway)),
		expires.After(ahead.Add(AssertionLifetime)),
		c.IssuedAt != nil && c.IssuedAt.After(ahead),
		c.NotBefore != nil && c.NotBefore.After(ahead):
		return fmt.Errorf("%w: device %s says exp %s", ErrClock, a.device.ID, expires.UTC().Format(time.RFC3339))
	}
	return nil
}

// use marks the assertion as used, for as long as checkTime would let it pass.
func (s *Service) use(ctx context.Context, a *assertion, now time.Time) error {
	// A jti is unique to its issuer; the hash makes every key the same short length.
	sum := sha256.Sum256([]byte(a.device.ID + "\n" + a.claims.ID))
	key := base64.RawURLEncoding.EncodeToString(sum[:])
	return s.store.RememberAssertion(ctx, key, a.claims.ExpiresAt.Add(Leeway), now)
}
