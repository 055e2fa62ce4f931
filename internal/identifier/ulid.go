package identifier

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// ULID is the id of a record: 26 lower-case characters, the first ten its time in
// milliseconds, the rest random. Devices make them; sorting them as text sorts by time,
// which keeps the indexes of the database dense.
type ULID string

const (
	ulidLength = ulid.EncodedSize
	timeLength = 10
	// crockford is the alphabet of a ULID (Crockford base 32), in our lower case.
	crockford = "0123456789abcdefghjkmnpqrstvwxyz"
	// maxFirst is the largest first character: ten characters hold 50 bits, the time has 48.
	maxFirst = '7'
)

// ParseULID checks an id some device made: 26 characters of ^[a-z0-9]+$, of which the
// first ten are a time. The random part may use any of those characters, also the four
// Crockford leaves out (i, l, o, u): refusing an id loses a visit, and only the time part
// has a meaning. Upper case is refused, because the same id in two spellings would be two
// records. Codes of the *Error: length, characters, time.
func ParseULID(text string) (ULID, error) {
	if len(text) != ulidLength {
		return "", refuse(KindULID, CodeLength, "A record id has 26 characters.")
	}
	for i := range len(text) {
		if c := text[i]; !isDigit(c) && (c < 'a' || c > 'z') {
			return "", refuse(KindULID, CodeCharacters, "A record id holds lower-case letters and digits only.")
		}
	}
	for i := range timeLength {
		if strings.IndexByte(crockford, text[i]) < 0 {
			return "", refuse(KindULID, CodeTime, "The record id does not begin with a time.")
		}
	}
	if text[0] > maxFirst {
		return "", refuse(KindULID, CodeTime, "The record id begins with a time that is out of range.")
	}
	return ULID(text), nil
}

// Time returns the moment in the id, in UTC with milliseconds, or the zero time when the
// id would not pass [ParseULID].
//
// NB! It is the clock of the device that made the id. It orders nothing clinical.
func (u ULID) Time() time.Time {
	if _, err := ParseULID(string(u)); err != nil {
		return time.Time{}
	}
	var ms int64
	for i := range timeLength {
		ms = ms<<5 | int64(strings.IndexByte(crockford, u[i]))
	}
	return time.UnixMilli(ms).UTC()
}

// NewULID makes an id from a time and ten bytes of entropy. Use crypto/rand.Reader
// except in tests. It fails when the time is before 1970 or after 10889, or when the
// entropy runs dry. Two ids of one millisecond are in no particular order; see [Minter].
func NewULID(t time.Time, entropy io.Reader) (ULID, error) {
	id, err := ulid.New(ulid.Timestamp(t), entropy)
	if err != nil {
		return "", fmt.Errorf("make ulid: %w", err)
	}
	return lower(id), nil
}

// lower writes an id in our case.
func lower(id ulid.ULID) ULID { return ULID(strings.ToLower(id.String())) }

// Minter makes ids that rise strictly, each above the one before, whatever the clock
// does. It is safe for concurrent use.
//
// NB! After the clock jumps ahead and is put right, the time part stays ahead until the
// clock catches up: order is kept, the time in the id is not.
type Minter struct {
	mu      sync.Mutex
	entropy *ulid.MonotonicEntropy
	last    uint64 // milliseconds since 1970 of the latest id
}

// NewMinter returns a minter that draws on entropy, which only it may read from then on.
// Use crypto/rand.Reader except in tests.
func NewMinter(entropy io.Reader) *Minter {
	return &Minter{entropy: ulid.Monotonic(entropy, 0)}
}

// New makes the next id, at t or, when t is not after the latest id, just above that one.
// It fails as [NewULID] does.
func (m *Minter) New(t time.Time) (ULID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()

	ms := ulid.Timestamp(t)
	if ms > ulid.MaxTime() {
		return "", fmt.Errorf("make ulid: %w", ulid.ErrBigTime)
	}
	ms = max(ms, m.last)
	id, err := ulid.New(ms, m.entropy)
	if errors.Is(err, ulid.ErrMonotonicOverflow) {
		ms++ // the random part of this millisecond is used up: borrow from the next
		m.last = ms
		id, err = ulid.New(ms, m.entropy)
	}
	if err != nil {
		return "", fmt.Errorf("make ulid: %w", err)
	}
	m.last = ms
	return lower(id), nil
}
