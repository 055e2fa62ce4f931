package identity

import (
	"io"
	"time"
)

// PasswordCodeLifetime is how long somebody has to set a password of their own: a letter takes days to arrive.
const PasswordCodeLifetime = 7 * 24 * time.Hour

// NoPassword stands where the hash of a password does, of an account whose owner has not set one yet. Nothing that is
// typed is it.
const NoPassword = "!"

// PasswordCode lets a member of staff set a password of their own, once. Only its hash is stored.
type PasswordCode struct {
	Hash      string // SHA-256 of the code in hexadecimal
	Staff     string
	IssuedBy  string
	ExpiresAt time.Time
}

// NewPasswordCode makes a code for a member of staff; the code itself is returned once and kept nowhere.
func NewPasswordCode(random io.Reader, staff, by string, now time.Time) (PasswordCode, string, error) {
	code, err := newCode(random)
	if err != nil {
		return PasswordCode{}, "", err
	}
	return PasswordCode{Hash: hashCode(code), Staff: staff, IssuedBy: by, ExpiresAt: now.Add(PasswordCodeLifetime)}, code, nil
}

// Counts says whether the time of a code has come and is not over; see SignInCode.
func (c *PasswordCode) Counts(now time.Time) bool {
	return now.Before(c.ExpiresAt) && !now.Before(c.ExpiresAt.Add(-PasswordCodeLifetime-Leeway))
}

// HashOfPasswordCode is what is stored of a code, however it is typed.
func HashOfPasswordCode(typed string) string { return hashCode(typed) }
