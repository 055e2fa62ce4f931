package rules

import (
	"crypto/sha256"
	"strings"

	"github.com/oklog/ulid/v2"
)

// ID makes the id of something that follows from its parts: the same parts give the same id
// on every server and after every restore. It has the form of a record id: 26 characters of
// ^[a-z0-9]+$. Parts may hold anything but a zero byte.
func ID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(ulid.ULID(sum[:16]).String())
}

// AlarmID is the id of the alarm of a rule at a record of a person.
func AlarmID(code, patient, record string) string { return ID("alarm", code, patient, record) }
