package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
)

// CodeLifetime is how long a sign-in code can be used.
const CodeLifetime = 10 * time.Minute

const (
	// codeLength characters are 60 random bits. A thousand guesses a second for the ten minutes of a code find it with a
	// chance of one in two million million.
	codeLength = 12
	// codeAlphabet is Crockford's base 32: no letter that is read out or typed as another.
	codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
)

// SignInCode lets one phone enrol for one member of staff, once. Only its hash is stored.
type SignInCode struct {
	Hash      string // SHA-256 of the code in hexadecimal
	Staff     string
	IssuedBy  string
	ExpiresAt time.Time
	UsedAt    time.Time // zero = not yet
}

// counts says whether the time of a code has come and is not over. One that could be used for longer than a new
// one was made by a clock that was ahead.
func (c *SignInCode) counts(now time.Time) bool {
	return now.Before(c.ExpiresAt) && !now.Before(c.ExpiresAt.Add(-CodeLifetime-Leeway))
}

// newCode makes a code that one person can read out to another.
func newCode(random io.Reader) (string, error) {
	code := make([]byte, codeLength)
	if _, err := io.ReadFull(random, code); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	for i, b := range code {
		code[i] = codeAlphabet[int(b)%len(codeAlphabet)] // 256 is a multiple of 32
	}
	return string(code), nil
}

// asIssued is a code as it may have been typed: capitals, spaces and hyphens do not count, and a letter that looks
// like a digit is that digit.
func asIssued(typed string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); r {
		case 'o':
			return '0'
		case 'i', 'l':
			return '1'
		case '-', '–':
			return -1
		}
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, typed)
}

func hashCode(code string) string {
	sum := sha256.Sum256([]byte(asIssued(code)))
	return hex.EncodeToString(sum[:])
}

// IssueCode makes a sign-in code by a lead for a member of staff of one of their teams, or whom
// they look after as the end of the chain (Config.LooksAfter). It is returned once and cannot be read again. Errors: ErrForbidden when the lead has no desk or
// the other sees more than they do; ErrNotFound alike for somebody outside their teams and for
// nobody; ErrInactive, ErrRole.
func (s *Service) IssueCode(ctx context.Context, lead, staff string) (code string, expires time.Time, err error) {
	now := s.clock()
	by, err := s.store.Staff(ctx, lead)
	if err != nil {
		return "", time.Time{}, err
	}
	rights := by.rights()
	if !rights.Duty.Desk || by.inactive(now) {
		return "", time.Time{}, fmt.Errorf("%w: %s issues no codes", ErrForbidden, by.Role)
	}
	to, err := s.store.Staff(ctx, staff)
	if err != nil {
		return "", time.Time{}, err
	}
	if !shareTeam(by, to) && !s.looksAfter(by, to.ID) {
		return "", time.Time{}, fmt.Errorf("%w: staff %s in the teams of %s", ErrNotFound, staff, lead)
	}
	theirs := to.rights()
	switch {
	case !rights.MaySignIn(theirs):
		return "", time.Time{}, fmt.Errorf("%w: %s for %s", ErrForbidden, by.Role, to.Role)
	case to.inactive(now):
		return "", time.Time{}, fmt.Errorf("%w: %s", ErrInactive, staff)
	case !theirs.CarriesPhone():
		return "", time.Time{}, fmt.Errorf("%w: %s", ErrRole, to.Role)
	}
	if code, err = newCode(s.random); err != nil {
		return "", time.Time{}, err
	}
	expires = now.Add(CodeLifetime)
	err = s.store.AddCode(ctx, SignInCode{Hash: hashCode(code), Staff: to.ID, IssuedBy: by.ID, ExpiresAt: expires}, now)
	if err != nil {
		return "", time.Time{}, err
	}
	return code, expires, nil
}

func shareTeam(a, b StaffRecord) bool {
	return slices.ContainsFunc(a.Teams, func(team string) bool { return slices.Contains(b.Teams, team) })
}
