package history

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
)

// Past is what a cursor says of the histories that led to it, newest first: the last few, then each twice
// as far back as the one before, and the first. With it a database finds where another copy parted from it.
type Past []History

// dense is how many of the newest histories a past names one by one: so many times may a server start
// between a backup and its loss for the parting to be found to the number. Beyond, a little more than was
// lost counts as unseen.
const dense = 8

// errPast: not what Book.Past wrote.
var errPast = errors.New("history: not a past")

// Past is what cursors carry, encoded; "" before the first history.
func (b *Book) Past() string { return b.past }

func (b *Book) encode() string {
	if len(b.own) == 0 {
		return ""
	}
	raw := binary.AppendUvarint(nil, uint64(len(b.own)))
	for place := range places(len(b.own)) {
		h := b.own[place]
		_, tail, _ := split(h.Name)
		raw = append(raw, tail[:]...)
		raw = binary.AppendUvarint(raw, uint64(h.After))
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// places yields which of n histories a past names, counted from 0, newest first.
func places(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		back := 0
		for back < n {
			if !yield(n - 1 - back) {
				return
			}
			switch {
			case back+1 < dense:
				back++
			case back < n-1:
				back = min(2*back, n-1)
			default:
				return
			}
		}
	}
}

// ParsePast reads what Past wrote.
func ParsePast(text string) (Past, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, errPast
	}
	count, n := binary.Uvarint(raw)
	if n <= 0 || count == 0 || count > 1<<40 {
		return nil, errPast
	}
	raw = raw[n:]
	var past Past
	for place := range places(int(count)) {
		if len(raw) < nameBytes {
			return nil, errPast
		}
		h := History{Number: int64(place) + 1, Name: join(int64(place)+1, [nameBytes]byte(raw))}
		after, n := binary.Uvarint(raw[nameBytes:])
		if n <= 0 || after > 1<<62 {
			return nil, errPast
		}
		h.After = int64(after)
		raw = raw[nameBytes+n:]
		past = append(past, h)
	}
	if len(raw) > 0 {
		return nil, errPast
	}
	return past, nil
}

// Parting finds where the copy that gave out a number, seen, parted from this database, whose sequence
// stands at head; false when what was seen is all ours. Names are the histories of that copy which this
// database does not have. The point is never later than the truth.
func (b *Book) Parting(past Past, seen, head int64) (at int64, names []Name, parted bool) {
	shared := slices.IndexFunc(past, func(h History) bool { return b.Has(h.Name) })
	switch {
	case len(past) == 0:
		return head, nil, seen > head
	case shared == 0:
		end := b.end(b.places[past[0].Name], head)
		return end, nil, seen > end
	case shared < 0: // nothing in common at all
		shared = len(past)
	default:
		theirs, ours := past[shared-1], past[shared]
		if at = ours.After; theirs.Number == ours.Number+1 {
			at = min(theirs.After, b.end(b.places[ours.Name], head))
		}
	}
	for _, h := range past[:shared] {
		names = append(names, h.Name)
	}
	return at, names, true
}
