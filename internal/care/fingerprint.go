package care

import (
	"encoding/json"
	"math"
	"strconv"
)

// Fingerprint tells mutations of different content apart: what is to happen to which record with which
// values, whatever the order of members and the writing of numbers. Number, key, author, time, base and
// what the author saw are not content. It is never 0. The ledger keeps it for ever: what it comes to must
// not change, or a change sent again would look like another one.
func (m *Mutation) Fingerprint() int64 {
	h := digest(offset)
	if m.Ops == nil {
		h = h.bytes(m.Raw)
	}
	for i := range m.Ops {
		op := &m.Ops[i]
		h = h.text(string(op.Kind)).text(op.Collection).text(op.ID).text(op.Issue).text(op.Field)
		for _, v := range op.Values {
			h = h.value(v)
		}
		h = h.members(op.Set)
	}
	if h == 0 {
		return 1
	}
	return int64(h)
}

// digest is a running FNV-1a hash of 64 bits.
type digest uint64

const (
	offset digest = 14695981039346656037
	prime  digest = 1099511628211
)

func (h digest) bytes(b []byte) digest {
	for _, c := range b {
		h = (h ^ digest(c)) * prime
	}
	return h
}

// text ends each text with its length, so that no two neighbours run into one another. Long ones go by
// eight bytes at a time: this is done for every change that comes.
func (h digest) text(s string) digest {
	n := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ digest(s[0]) ^ digest(s[1])<<8 ^ digest(s[2])<<16 ^ digest(s[3])<<24 ^
			digest(s[4])<<32 ^ digest(s[5])<<40 ^ digest(s[6])<<48 ^ digest(s[7])<<56) * prime
		h ^= h >> 29
	}
	for i := range len(s) {
		h = (h ^ digest(s[i])) * prime
	}
	return h.number(n)
}

// members adds a set of values whose order means nothing.
func (h digest) members(m map[string]any) digest {
	var sum digest
	for name, v := range m {
		sum += offset.text(name).value(v)
	}
	return h.number(uint64(sum)) * prime
}

func (h digest) number(n uint64) digest {
	h = (h ^ digest(n)) * prime
	return h ^ h>>32
}

func (h digest) value(v any) digest {
	switch x := v.(type) {
	case nil:
		return h.text("null")
	case string:
		return h.text("string").text(x)
	case bool:
		return h.text("bool").text(strconv.FormatBool(x))
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return h.text("number").number(math.Float64bits(f))
		}
		return h.text("number").text(x.String())
	case []any:
		h = h.text("list")
		for _, e := range x {
			h = h.value(e)
		}
		return h.text("end")
	case map[string]any:
		return h.text("object").members(x)
	}
	return h.text("other")
}
