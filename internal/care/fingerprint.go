package care

import (
	"encoding/json"
	"math"
	"strconv"
)

// Fingerprint tells mutations of different content apart: what is to happen to which record with which
// values, whatever the order of members and the writing of numbers. Number, key, author, time, base and
// what the author saw are not content. It is never 0.
func (m *Mutation) Fingerprint() int64 {
	h := print(offset)
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

// print is a running FNV-1a hash of 64 bits.
type print uint64

const (
	offset print = 14695981039346656037
	prime  print = 1099511628211
)

func (h print) bytes(b []byte) print {
	for _, c := range b {
		h = (h ^ print(c)) * prime
	}
	return h
}

// text ends each text with its length, so that no two neighbours run into one another. Long ones go by
// eight bytes at a time: this is done for every change that comes.
func (h print) text(s string) print {
	n := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ print(s[0]) ^ print(s[1])<<8 ^ print(s[2])<<16 ^ print(s[3])<<24 ^
			print(s[4])<<32 ^ print(s[5])<<40 ^ print(s[6])<<48 ^ print(s[7])<<56) * prime
		h ^= h >> 29
	}
	for i := range len(s) {
		h = (h ^ print(s[i])) * prime
	}
	return h.number(n)
}

// members adds a set of values whose order means nothing.
func (h print) members(m map[string]any) print {
	var sum print
	for name, v := range m {
		sum += offset.text(name).value(v)
	}
	return h.number(uint64(sum)) * prime
}

func (h print) number(n uint64) print {
	h = (h ^ print(n)) * prime
	return h ^ h>>32
}

func (h print) value(v any) print {
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
