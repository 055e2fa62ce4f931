// Package rendered keeps records as the database rendered them for phones, so that what was just pushed is rendered once
// and not for each phone that pulls it.
package rendered

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"doorstep/internal/care"
)

// Key names one version of a record as one kind of viewer gets it. What the engine writes has a version of its own, so
// nothing that is kept ever becomes untrue; it is asked for no more.
type Key struct {
	Record  string
	Version int64
	View    care.View
}

// Row is what was read of a record.
type Row struct {
	Retracted, Author, Patient string
	Data                       []byte   // its JSON; not to be changed
	Values                     []string // of the fields that say where it belongs, in the order of care.ScopeFields
}

// Cache keeps what was asked for last, up to a number of bytes. It may be used by many at once.
type Cache struct {
	mu    sync.Mutex
	rows  *simplelru.LRU[Key, Row]
	bytes int
	most  int
}

// New is a cache of so many bytes at most.
func New(most int) *Cache {
	c := &Cache{most: most}
	rows, err := simplelru.NewLRU(most/overhead+1, func(_ Key, r Row) { c.bytes -= r.size() })
	if err != nil {
		panic("rendered: " + err.Error()) //nolint:forbidigo // unreachable: the size is positive
	}
	c.rows = rows
	return c
}

// overhead is what a row takes beside its texts, about, in bytes.
const overhead = 256

func (r Row) size() int {
	n := overhead + len(r.Data) + len(r.Author) + len(r.Patient) + len(r.Retracted)
	for _, v := range r.Values {
		n += len(v)
	}
	return n
}

// Get finds a row; false where it is not kept.
func (c *Cache) Get(k Key) (Row, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rows.Get(k)
}

// Add keeps a row; what was asked for longest ago makes room. One that would take an eighth of all is not kept.
func (c *Cache) Add(k Key, r Row) {
	size := r.size()
	if size > c.most/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows.Remove(k)
	c.rows.Add(k, r)
	for c.bytes += size; c.bytes > c.most; {
		c.rows.RemoveOldest()
	}
}

// Forget keeps nothing any more: somebody's records were erased.
func (c *Cache) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows.Purge()
}
