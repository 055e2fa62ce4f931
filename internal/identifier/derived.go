package identifier

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// alphabet is that of record ids: Crockford base 32 in lower case.
var alphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Derived makes the id of something that follows from its parts: the same parts give the same id
// on every server and after every restore. It has the form of a record id: 26 characters of
// ^[a-z0-9]+$, the first at most 7. Parts may hold anything but a zero byte.
func Derived(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[0] &= 0x3f // a record id begins with a time of 48 bits
	return alphabet.EncodeToString(sum[:16])
}
