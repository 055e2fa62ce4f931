package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"doorstep/internal/care"
)

const (
	// AccessLifetime is how long an access token lives unless Config says otherwise.
	AccessLifetime = 15 * time.Minute
	// AccessAudience is the aud of access tokens: the sync routes.
	AccessAudience = "doorstep-sync"

	accessType    = "at+jwt" // RFC 9068
	maxTokenBytes = 4096
	jtiBytes      = 16
)

// accessClaims are the claims of an access token. Role, organisation and scope are for other cells
// and for reading; a Session here is made from the stored rows, which may have changed since.
type accessClaims struct {
	jwt.RegisteredClaims
	Device       string    `json:"device"`
	Client       string    `json:"client"`
	Role         care.Role `json:"role"`
	Organisation string    `json:"org"`
	Scope        string    `json:"scope"`
}

// sign makes the access token of a session.
func (k *Keyring) sign(s Session, issuer, jti string, now time.Time, lifetime time.Duration) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: s.Staff, Audience: jwt.ClaimStrings{AccessAudience}, ID: jti,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		Device: s.Device, Client: s.Client, Role: s.Role, Organisation: s.Organisation, Scope: s.scope(),
	})
	token.Header["typ"] = accessType
	token.Header["kid"] = k.id
	text, err := token.SignedString(k.private)
	if err != nil {
		return "", fmt.Errorf("sign access token for device %s: %w", s.Device, err)
	}
	return text, nil
}

// window is when an access token counts. One that was issued later than now, or lives on for longer than a new
// one would, was made by a clock that was ahead, or with a key in wrong hands; Leeway is for a clock that was
// put right by seconds.
func (c *accessClaims) window(lifetime time.Duration) (from, until time.Time) {
	until = c.ExpiresAt.Time
	from = until.Add(-lifetime)
	if c.IssuedAt != nil && c.IssuedAt.After(from) {
		from = c.IssuedAt.Time
	}
	return from.Add(-Leeway), until
}

// verify reads an access token of ours that counts now. Errors: ErrTokenInvalid, ErrTokenExpired.
func (k *Keyring) verify(text, issuer string, now time.Time, lifetime time.Duration) (*accessClaims, error) {
	if len(text) > maxTokenBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrTokenInvalid, len(text))
	}
	var claims accessClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{EdDSA}), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithExpirationRequired(),
		jwt.WithIssuer(issuer), jwt.WithAudience(AccessAudience))
	_, err := parser.ParseWithClaims(text, &claims, func(token *jwt.Token) (any, error) {
		if token.Header["typ"] != accessType || token.Header["kid"] != k.id {
			return nil, errors.New("not signed with this key as an access token")
		}
		return k.private.Public(), nil
	})
	// Claims are checked after the signature, and all of them: other faults go first.
	switch {
	case err == nil:
		if from, until := claims.window(lifetime); now.Before(from) {
			return nil, fmt.Errorf("%w: device %s until %s", ErrTokenInvalid, claims.Device, care.Stamp(until))
		}
		return &claims, nil
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenInvalidAudience) && !errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return nil, fmt.Errorf("%w: device %s", ErrTokenExpired, claims.Device)
	}
	return nil, fmt.Errorf("%w: %w", ErrTokenInvalid, err)
}
