package care

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// Fingerprint tells mutations of different content apart: what is to happen to which record with which
// values, whatever the order of members and the writing of numbers. Number, key, author, time, base and
// what the author saw are not content. It is never 0, which in the ledger means "not known".
//
// It is the xxHash (XXH64, seed 0) of the content written as content.op writes it. The ledger keeps it for
// ever: what it comes to must not change, or a change sent again would look like another one. Only the
// server works it out; no phone does. It is no protection against somebody who seeks two contents with one
// fingerprint: they could only repeat their own key.
func (m *Mutation) Fingerprint() int64 {
	room := rooms.Get().(*content)
	c := (*room)[:0]
	defer func() {
		if cap(c) <= roomKept {
			*room = c
			rooms.Put(room)
		}
	}()
	if m.Ops == nil {
		c = append(c, m.Raw...)
	}
	for i := range m.Ops {
		c = c.op(&m.Ops[i])
	}
	if h := xxhash.Sum64(c); h != 0 {
		return int64(h)
	}
	return 1
}

// roomKept is the largest room that is kept, in bytes: nearly all mutations need a kilobyte or two.
const roomKept = 16 << 10

// rooms are kept from one mutation to the next.
var rooms = sync.Pool{New: func() any { c := make(content, 0, 1<<10); return &c }}

// content is what a mutation says, written in one way only: each text with its length before it, each value
// with its kind before it.
type content []byte

func (c content) op(op *Op) content {
	c = c.text(string(op.Kind)).text(op.Collection).text(op.ID).text(op.Issue).text(op.Field)
	return c.list(op.Values).members(op.Set)
}

func (c content) text(s string) content {
	return append(binary.AppendUvarint(c, uint64(len(s))), s...)
}

func (c content) list(items []any) content {
	c = binary.AppendUvarint(c, uint64(len(items)))
	for _, v := range items {
		c = c.value(v)
	}
	return c
}

// members stands for a set of values by the sum of their own hashes: their order means nothing, and to sum
// is cheaper than to sort.
func (c content) members(m map[string]any) content {
	var sum uint64
	for name, v := range m {
		one := c.text(name).value(v)
		sum += xxhash.Sum64(one[len(c):])
	}
	c = binary.AppendUvarint(c, uint64(len(m)))
	return binary.BigEndian.AppendUint64(c, sum)
}

func (c content) value(v any) content {
	switch x := v.(type) {
	case nil:
		return append(c, 'z')
	case string:
		return append(c, 's').text(x)
	case bool:
		if x {
			return append(c, 't')
		}
		return append(c, 'f')
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return binary.BigEndian.AppendUint64(append(c, 'n'), math.Float64bits(f))
		}
		return append(c, 'N').text(x.String()) // greater than any number we hold
	case []any:
		return append(c, 'l').list(x)
	case map[string]any:
		return append(c, 'o').members(x)
	}
	return append(c, '?')
}
