package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// CodeLifetime is how long a sign-in code can be used.
const CodeLifetime = 10 * time.Minute

const codeBytes = 16 // 128 random bits: nothing to guess

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

func hashCode(code string) string {
	sum := sha256.Sum256([]byte(code))
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
	if code, err = randomText(s.random, codeBytes); err != nil {
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
