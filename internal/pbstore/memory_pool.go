package pbstore

import (
	"errors"
	"fmt"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite's memory comes from an allocator that maps 64 kB of one size class at a time and gives
// them back to the system as soon as nothing lives in them. Readers drop their page cache at every
// commit and each savepoint frees a journal, so that without what is set aside here a busy server
// spends a third of its time mapping and unmapping the same memory.
const (
	// pageSlot holds a page of pageSize bytes and what SQLite keeps about it.
	pageSlot = pageSize + 512 // bytes
	// pageSlots are shared by the caches of all connections; past them a cache rather reuses its
	// oldest page than asks for more.
	pageSlots = 2048

	// Allocations are rounded up to powers of two, from 16 bytes to a quarter of a mapping.
	mapping              = 64 << 10 // bytes
	leastClass, topClass = 4, 14    // powers of two
	keptMappings         = 8        // of each class
)

// poolErr is why SQLite has to do without. Setting aside works before the first connection only.
var poolErr = setAside()

func setAside() error {
	tls := libc.NewTLS()
	defer tls.Close()
	slots, args := libc.Xmalloc(tls, pageSlot*pageSlots), libc.Xmalloc(tls, 3*8)
	if slots == 0 || args == 0 {
		return errors.New("set the page cache aside: out of memory")
	}
	defer libc.Xfree(tls, args)
	if code := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PAGECACHE, libc.VaList(args, slots, int32(pageSlot), int32(pageSlots))); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("set the page cache aside: SQLite answers %d", code)
	}
	for class := leastClass; class <= topClass; class++ {
		keepMapped(tls, 1<<class)
	}
	return nil
}

// keepMapped leaves one allocation alive in each of a few mappings of a size: they stay, and the
// rest of them is there to be used.
func keepMapped(tls *libc.TLS, size int) {
	perMapping := mapping/size - 1 // a header takes the place of one at most
	all := make([]uintptr, perMapping*keptMappings)
	for i := range all {
		all[i] = libc.Xmalloc(tls, types.Size_t(size))
	}
	for i, p := range all {
		if i%perMapping != 0 {
			libc.Xfree(tls, p)
		}
	}
}
