package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"doorstep/internal/care"
)

// RecordHash is the digest of one record: the first eight bytes of SHA-256 over "collection/id/version".
// With data, what the record says is part of it, after a further "/": its JSON in the canonical form of
// RFC 8785, so that two programs that read the same get the same; a number that no double holds is null. The hashes of
// a scope are XORed: their order does not matter.
func RecordHash(collection, id string, version int64, data json.RawMessage) uint64 {
	text := []byte(collection + "/" + id + "/" + strconv.FormatInt(version, 10))
	if data != nil {
		text = append(append(text, '/'), canonical(data)...)
	}
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:8])
}

// canonical is JSON in the form of RFC 8785. What has none counts as its bytes: at worst it is sent again.
func canonical(data json.RawMessage) []byte {
	form := jsontext.Value(append([]byte{}, data...))
	if form.Canonicalize() == nil && bytes.Contains(form, largestDouble) { // which a larger number becomes
		form = jsontext.Value(care.JSON(withoutLarger(care.DecodeJSON(data))))
		_ = form.Canonicalize()
	}
	return form
}

var largestDouble = []byte("1.7976931348623157e+308")

// withoutLarger is a decoded value with null in the place of every number that no double holds. RFC 8785 has no form for
// one, and programs that read it as infinity, as JavaScript does, write null.
func withoutLarger(v any) any {
	switch x := v.(type) {
	case json.Number:
		if _, err := x.Float64(); err != nil {
			return nil
		}
	case []any:
		for i := range x {
			x[i] = withoutLarger(x[i])
		}
	case map[string]any:
		for name := range x {
			x[name] = withoutLarger(x[name])
		}
	}
	return v
}

// FormatHash writes a hash, or the XOR of several, as 16 hexadecimal digits.
func FormatHash(hash uint64) string { return fmt.Sprintf("%016x", hash) }
