// Package bounded keeps what was asked for last, up to a number of bytes: a cache that cannot take more memory than it
// was given, however many things there are and however large each is.
package bounded

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Cache keeps values by key. It may be used by many at once.
type Cache[K comparable, V any] struct {
	mu    sync.Mutex
	kept  *simplelru.LRU[K, sized[V]]
	size  func(V) int
	bytes int
	most  int
}

type sized[V any] struct {
	value V
	bytes int
}

// New is a cache of so many bytes at most. Size says about how many a value takes, with what is needed to keep it; it is
// asked once, when the value comes.
func New[K comparable, V any](most int, size func(V) int) *Cache[K, V] {
	c := &Cache[K, V]{size: size, most: most}
	kept, err := simplelru.NewLRU(max(1, most), func(_ K, v sized[V]) { c.bytes -= v.bytes })
	if err != nil {
		panic("bounded: " + err.Error()) //nolint:forbidigo // unreachable: the size is positive
	}
	c.kept = kept
	return c
}

// Get finds a value; false where it is not kept.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.kept.Get(key)
	return v.value, ok
}

// Add keeps a value in the place of what was kept by its key; what was asked for longest ago makes room. One that would
// take an eighth of all is not kept.
func (c *Cache[K, V]) Add(key K, value V) {
	v := sized[V]{value, max(1, c.size(value))}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Remove(key)
	if v.bytes > c.most/8 {
		return
	}
	c.kept.Add(key, v)
	for c.bytes += v.bytes; c.bytes > c.most; {
		c.kept.RemoveOldest()
	}
}

// Remove keeps a value no more.
func (c *Cache[K, V]) Remove(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Remove(key)
}

// Forget keeps nothing any more.
func (c *Cache[K, V]) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept.Purge()
}

// Bytes is how many are taken at the moment.
func (c *Cache[K, V]) Bytes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}
