package identity

import (
	"context"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// ScopeLocked is the scope of a locked phone's token: it hands in changes that were sealed before it was locked, hears what to
// do about its own standing, and reads nothing.
const ScopeLocked = "locked"

// ExchangeLocked gives a token of scope [ScopeLocked] for an assertion of the key that a locked phone signs with. That key lies
// outside of the phone's vault: who copies the phone's files has it, and may do what a locked phone may and no more. The device's own
// key is not taken here, nor this one by [Service.Exchange]. Errors are those of Exchange.
func (s *Service) ExchangeLocked(ctx context.Context, text string) (Grant, error) {
	return s.exchange(ctx, text, true)
}

// KeepLockedKey notes the public half, a JSON Web Key, of the key that a device signs in with while it is locked. It must be another than
// its own. Errors: ErrKey, ErrNotFound, or what the store failed with.
func (s *Service) KeepLockedKey(ctx context.Context, device string, jwk []byte) error {
	key, err := ParseJWK(jwk)
	if err != nil {
		return err
	}
	d, err := s.store.Device(ctx, device)
	switch {
	case err != nil:
		return err
	case key.JWK() == d.PublicKey:
		return fmt.Errorf("%w: the locked key of device %s is its own key", ErrKey, device)
	case key.JWK() == d.LockedKey:
		return nil
	}
	return s.store.KeepLockedKey(ctx, device, key.JWK())
}

// SignedByDevice checks what a device signed with its own key, which only an unlocked phone can use: ECDSA as 64 bytes r‖s, or Ed25519.
// Errors: ErrAssertion, ErrNotFound, or what the store failed with.
func (s *Service) SignedByDevice(ctx context.Context, device string) (func(message string, signature []byte) error, error) {
	d, err := s.store.Device(ctx, device)
	if err != nil {
		return nil, err
	}
	public, err := ParseJWK([]byte(d.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("stored key of device %s: %w", device, err)
	}
	method := jwt.GetSigningMethod(public.Alg)
	return func(message string, signature []byte) error {
		if err := method.Verify(message, signature, public.key); err != nil {
			return fmt.Errorf("%w: device %s: %w", ErrAssertion, device, err)
		}
		return nil
	}, nil
}
