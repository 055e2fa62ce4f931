package sqlitemem

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"modernc.org/libc"
	_ "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func TestClassesGrowByAQuarterAndHoldWhatTheyPromise(t *testing.T) {
	last, lastSize := 0, smallest
	for n := 1; n <= 4*largest; n++ {
		class, size := classOf(n)
		switch {
		case size < n || size%8 != 0:
			t.Fatalf("%d bytes get a block of %d", n, size)
		case n > smallest && size > n+n/4+8:
			t.Fatalf("%d bytes get a block of %d: too much", n, size)
		case class != last && (class != last+1 || size <= lastSize), class == last && size != lastSize:
			t.Fatalf("class %d of %d bytes after class %d of %d", class, size, last, lastSize)
		}
		if again, same := classOf(size); again != class || same != size {
			t.Fatalf("a block of class %d (%d bytes) comes back as class %d (%d)", class, size, again, same)
		}
		last, lastSize = class, size
	}
	if class, _ := classOf(1<<31 - 1); class >= len(kept.free) {
		t.Errorf("no room for class %d", class)
	}
}

// Blocks are filled with what they are known by: whatever overlaps, or moves without its content,
// shows.
func TestBlocksNeverOverlapAndKeepTheirContentWhenTheyGrow(t *testing.T) {
	tls := libc.NewTLS()
	defer tls.Close()
	rnd := rand.New(rand.NewPCG(1, 2))
	type block struct {
		p    uintptr
		n    int32
		mark byte
	}
	var live []block
	check := func(b block, n int32) {
		for i := range n {
			if got := *at[byte](b.p + uintptr(i)); got != b.mark {
				t.Fatalf("byte %d of %d is %d, want %d", i, b.n, got, b.mark)
			}
		}
	}
	fill := func(b block) {
		for i := range b.n {
			*at[byte](b.p + uintptr(i)) = b.mark
		}
	}
	for step := range 20_000 {
		n := int32(1 + rnd.IntN(1<<rnd.IntN(15)))
		if step%500 == 0 {
			n = largest + int32(rnd.IntN(largest))
		}
		switch at := rnd.IntN(len(live) + 1); {
		case at == len(live) || len(live) < 50:
			b := block{malloc(tls, n), n, byte(step)}
			if b.p == 0 || b.p%8 != 0 || usable(tls, b.p) < n || usable(tls, b.p) != roundUp(tls, n) {
				t.Fatalf("%d bytes: at %x, usable %d, announced %d", n, b.p, usable(tls, b.p), roundUp(tls, n))
			}
			fill(b)
			live = append(live, b)
		case rnd.IntN(3) == 0:
			old := live[at]
			live[at] = block{resize(tls, old.p, n), n, old.mark}
			check(live[at], min(n, old.n))
			fill(live[at])
		default:
			check(live[at], live[at].n)
			release(tls, live[at].p)
			live[at] = live[len(live)-1]
			live = live[:len(live)-1]
		}
	}
	for _, b := range live {
		check(b, b.n)
		release(tls, b.p)
	}
	release(tls, 0)
	if usable(tls, 0) != 0 {
		t.Error("nothing has a size")
	}
}

func TestSQLiteWorksInItAndFreedBlocksServeAgain(t *testing.T) {
	if err := Install(8192); err != nil {
		t.Fatal(err)
	}
	work := func(name string) {
		db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), name)+"?_pragma=temp_store(MEMORY)&_pragma=page_size(8192)")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		for _, q := range []string{
			`CREATE TABLE t (id TEXT PRIMARY KEY, v TEXT)`,
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
				INSERT INTO t SELECT hex(randomblob(13)), hex(randomblob(300)) FROM n`,
		} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		var rows int
		var check string
		if err := db.QueryRow(`SELECT count(*) FROM (SELECT v FROM t ORDER BY v)`).Scan(&rows); err != nil || rows != 5000 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&check); err != nil || check != "ok" {
			t.Fatalf("%s, %v", check, err)
		}
	}
	work("warm.db")
	before := kept.slabs
	if before == 0 {
		t.Fatal("SQLite does not use this memory")
	}
	if used := status(t, sqlite3.SQLITE_STATUS_PAGECACHE_USED); used < 10 {
		t.Errorf("%d pages lie in the slots; a database in use has more", used)
	}
	if size := status(t, sqlite3.SQLITE_STATUS_PAGECACHE_SIZE); size > 8192+pageExtra {
		t.Errorf("a page asks for %d bytes, more than a slot has", size)
	}
	for i := range 5 {
		work(fmt.Sprintf("%d.db", i))
	}
	if more := kept.slabs - before; more > before/4+1 {
		t.Errorf("five times the same work took %d slabs more than the %d of the first", more, before)
	}
}

// status is the greater of the present and the highest value of one of SQLite's counters.
func status(t *testing.T, what int32) int32 {
	t.Helper()
	tls := libc.NewTLS()
	defer tls.Close()
	p := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, p)
	if code := sqlite3.Xsqlite3_status(tls, what, p, p+4, 0); code != sqlite3.SQLITE_OK {
		t.Fatalf("status %d: SQLite answers %d", what, code)
	}
	return max(*at[int32](p), *at[int32](p + 4))
}
