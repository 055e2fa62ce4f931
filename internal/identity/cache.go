package identity

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"
)

// cacheSize bounds the sessions kept in memory: about 4 MB, and far more phones than one
// server has. Past it the one used longest ago goes and is verified anew when it comes back.
const cacheSize = 8192

type tokenHash = [sha256.Size]byte

// cache keeps verified sessions until their token expires or somebody revokes them. Keys are
// hashes, so that no usable token lies in memory.
type cache struct {
	mu      sync.Mutex
	size    int
	order   *list.List // of *cached, the latest used in front
	byToken map[tokenHash]*list.Element
	epoch   uint64 // counts revocations
}

type cached struct {
	token         tokenHash
	session       Session
	from, expires time.Time // when the token counts
}

func newCache(size int) *cache {
	return &cache{size: size, order: list.New(), byToken: make(map[tokenHash]*list.Element)}
}

// get returns the session of a token that counts now, with the time when it expires, and in any
// case the epoch to hand to put. A clock that was set back may have made what counted no longer count.
func (c *cache) get(token tokenHash, now time.Time) (Session, time.Time, uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.byToken[token]
	if !ok {
		return Session{}, time.Time{}, c.epoch, false
	}
	entry := at.Value.(*cached)
	if !now.Before(entry.expires) || now.Before(entry.from) {
		c.drop(at)
		return Session{}, time.Time{}, c.epoch, false
	}
	c.order.MoveToFront(at)
	return entry.session, entry.expires, c.epoch, true
}

// put keeps a session, unless somebody was revoked since the epoch: it may rest on what was
// read before that.
func (c *cache) put(token tokenHash, session Session, from, expires time.Time, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byToken[token]; ok || epoch != c.epoch {
		return
	}
	c.byToken[token] = c.order.PushFront(&cached{token, session, from, expires})
	if c.order.Len() > c.size {
		c.drop(c.order.Back())
	}
}

// revoke drops every session of that device or member of staff.
func (c *cache) revoke(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for at := c.order.Front(); at != nil; {
		next := at.Next()
		if s := at.Value.(*cached).session; s.Device == id || s.Staff == id {
			c.drop(at)
		}
		at = next
	}
}

func (c *cache) drop(at *list.Element) {
	c.order.Remove(at)
	delete(c.byToken, at.Value.(*cached).token)
}
