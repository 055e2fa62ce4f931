package httpapi

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"doorstep/internal/wire"
)

// seatsMost is how many connections may wait for something at a time, streams and pulls together:
// some 30 kB each. Whoever finds none polls.
const seatsMost = 4096

// seats bounds the connections that wait: all of them together and those of one device or member
// of staff. The zero value is empty.
type seats struct {
	mu    sync.Mutex
	taken int
	by    map[string][]*seat // oldest first
}

// seat is one of them. Its context ends when somebody newer took it.
type seat struct {
	context.Context
	of     *seats
	key    string
	vacate context.CancelFunc
}

// take gives a seat. Where a key has its share already, the oldest of it gives way: a phone that
// lost its network connects anew before the server knows. Error: 503 busy.
func (s *seats) take(ctx context.Context, key string, share int) (*seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= seatsMost {
		full := wire.Fail(http.StatusServiceUnavailable, "busy", wire.RetryLater, "Too many are listening at this moment. Nothing is lost; ask again at the usual pace.")
		full.RetryAfter = retryAfterSeconds
		return nil, full
	}
	if s.by == nil {
		s.by = map[string][]*seat{}
	}
	mine := s.by[key]
	if len(mine) >= share {
		mine[0].vacate()
		mine = mine[1:]
	}
	t := &seat{of: s, key: key}
	t.Context, t.vacate = context.WithCancel(ctx)
	s.taken++
	s.by[key] = append(mine, t)
	return t, nil
}

// leave gives the seat back; call it once.
func (t *seat) leave() {
	t.vacate()
	s := t.of
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.by[t.key] = slices.DeleteFunc(s.by[t.key], func(o *seat) bool { return o == t }); len(s.by[t.key]) == 0 {
		delete(s.by, t.key)
	}
}
