package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// RecordHash is the digest of one record: the first eight bytes of SHA-256 over "collection/id/version".
// With data, what the record says is part of it, after a further "/": its JSON in the canonical form of
// RFC 8785, so that two programs that read the same get the same. The hashes of a scope are XORed: their
// order does not matter.
func RecordHash(collection, id string, version int64, data json.RawMessage) uint64 {
	text := []byte(collection + "/" + id + "/" + strconv.FormatInt(version, 10))
	if data != nil {
		canonical := jsontext.Value(append([]byte{}, data...))
		// What has no canonical form counts as its bytes: at worst it is sent again.
		_ = canonical.Canonicalize()
		text = append(append(text, '/'), canonical...)
	}
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:8])
}

// FormatHash writes a hash, or the XOR of several, as 16 hexadecimal digits.
func FormatHash(hash uint64) string { return fmt.Sprintf("%016x", hash) }
