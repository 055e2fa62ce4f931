package sqlitemem

import (
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// header is the room, in bytes, in front of each block; it keeps the block's size.
	header = 16
	// smallest and largest are the sizes, in bytes, of the blocks that are kept. Larger ones are rare
	// and go to the operating system and back.
	smallest, largest = 32, 256 << 10
	// pageSlots pages are shared by the caches of all connections; past them a cache rather reuses
	// its oldest page than asks for more. pageExtra bytes are for what SQLite keeps about a page.
	pageSlots, pageExtra = 2048, 512
	// slab is how much, in bytes, is asked of the operating system at once.
	slab = 512 << 10
	// between is how many sizes there are from one power of two to the next.
	between = 4
)

// keeper hands out blocks in steps of a quarter of a power of two.
type keeper struct {
	mu    sync.Mutex
	free  [128]uintptr // by class; sizes are an int32: the first block of a list, linked through the blocks
	room  uintptr      // what is left of the newest slab
	left  int
	slabs int
}

var kept keeper

// Install makes SQLite use this memory in the whole process, for databases of that page size in
// bytes. It must be called before the first database is opened; later it changes nothing and
// returns an error. Only the first call counts: every later one returns what that one did.
func Install(pageSize int) error {
	once.Do(func() { installed = install(pageSize) })
	return installed
}

var (
	once      sync.Once
	installed error
)

func install(pageSize int) error {
	tls := libc.NewTLS()
	defer tls.Close()
	methods := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_mem_methods{})))
	list := libc.Xmalloc(tls, 3*8)
	slot := pageSize + pageExtra
	slots := libc.Xmalloc(tls, libc.Tsize_t(slot*pageSlots))
	if methods == 0 || list == 0 || slots == 0 {
		return errors.New("sqlitemem: out of memory")
	}
	*at[sqlite3.Tsqlite3_mem_methods](methods) = sqlite3.Tsqlite3_mem_methods{
		FxMalloc: pointer(malloc), FxFree: pointer(release), FxRealloc: pointer(resize), FxSize: pointer(usable),
		FxRoundup: pointer(roundUp), FxInit: pointer(begin), FxShutdown: pointer(end),
	}
	if code := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_MALLOC, libc.VaList(list, methods)); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("sqlitemem: SQLite is in use already (%d)", code)
	}
	if code := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PAGECACHE, libc.VaList(list, slots, int32(slot), int32(pageSlots))); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("sqlitemem: no room for pages (%d)", code)
	}
	ballast(tls)
	return nil
}

// ballast takes a block of each small size from the allocator under the driver and never frees it.
// The driver itself goes on asking that one for the values it binds, and what it asks for last
// and frees first would otherwise be mapped and unmapped with each statement.
func ballast(tls *libc.TLS) {
	const smallestThere, largestThere = 16, 16 << 10 // bytes; larger blocks are mapped one by one
	for size := smallestThere; size <= largestThere; size *= 2 {
		libc.Xmalloc(tls, libc.Tsize_t(size))
	}
}

// at sees what lies at an address outside of Go's memory.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// pointer turns a declared function into what SQLite, translated to Go, takes for its address.
func pointer[T any](f T) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f})) }

// classOf returns the class of blocks that hold n bytes, and their size.
func classOf(n int) (class, size int) {
	if n <= smallest {
		return 0, smallest
	}
	low := bits.Len(uint(n-1)) - 1 // the power of two below n
	step := 1 << low / between
	size = (n + step - 1) / step * step
	return (low-bits.Len(smallest)+1)*between + (size-1<<low)/step, size
}
