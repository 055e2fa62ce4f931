package httpapi

import (
	"context"
	"slices"
	"sync"

	"doorstep/internal/wire"
)

// maxWaiting is how many connections may wait for something at a time, streams and pulls together:
// some 30 kB each. A client that is refused polls instead.
const maxWaiting = 4096

// waitingConnections bounds the connections that wait: all of them together, and those of one
// device or member of staff. The zero value is empty.
type waitingConnections struct {
	mu    sync.Mutex
	count int
	byKey map[string][]*waitingConnection // oldest first
}

// waitingConnection is one of them. Its context ends when a newer connection of the same key
// replaces it.
type waitingConnection struct {
	context.Context
	of     *waitingConnections
	key    string
	cancel context.CancelFunc
}

// admit lets one more connection wait. When key has its share already, admit ends the oldest of
// them: a phone that lost its network connects again before the server notices. Error: 503 busy.
func (w *waitingConnections) admit(ctx context.Context, key string, share int) (*waitingConnection, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count >= maxWaiting {
		full := wire.Fail(wire.CodeBusy, "Too many are listening at this moment. Nothing is lost; ask again at the usual pace.")
		full.RetryAfter = retryAfterSeconds
		return nil, full
	}
	if w.byKey == nil {
		w.byKey = map[string][]*waitingConnection{}
	}
	mine := w.byKey[key]
	if len(mine) >= share {
		mine[0].cancel()
		mine = mine[1:]
	}
	c := &waitingConnection{of: w, key: key}
	c.Context, c.cancel = context.WithCancel(ctx)
	w.count++
	w.byKey[key] = append(mine, c)
	return c, nil
}

// number is how many wait.
func (w *waitingConnections) number() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// release ends the wait and makes room for another connection; call it once.
func (c *waitingConnection) release() {
	c.cancel()
	w := c.of
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count--
	if w.byKey[c.key] = slices.DeleteFunc(w.byKey[c.key], func(o *waitingConnection) bool { return o == c }); len(w.byKey[c.key]) == 0 {
		delete(w.byKey, c.key)
	}
}
