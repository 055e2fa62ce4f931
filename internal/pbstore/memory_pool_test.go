package pbstore_test

import (
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// Without this a wrong size of a slot would only be seen as slowness.
func TestConnect_PagesLieInTheMemorySetAside(t *testing.T) {
	app := pbtest.New(t)
	app.Org(t, "practice", "Elm Row Surgery")
	if n, err := app.CountRecords(care.Organisations); err != nil || n != 1 {
		t.Fatalf("organisations = %d, %v; want 1", n, err)
	}
	if used := status(t, sqlite3.SQLITE_STATUS_PAGECACHE_USED); used < 10 {
		t.Errorf("%d pages lie in the memory set aside; a database in use has more", used)
	}
	if size := status(t, sqlite3.SQLITE_STATUS_PAGECACHE_SIZE); size > 8192+512 {
		t.Errorf("a page asks for %d bytes, more than a slot has", size)
	}
}

// status is the greater of the present and the highest value of one of SQLite's counters.
func status(t *testing.T, what int32) int32 {
	t.Helper()
	tls := libc.NewTLS()
	defer tls.Close()
	at := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, at)
	if code := sqlite3.Xsqlite3_status(tls, what, at, at+4, 0); code != sqlite3.SQLITE_OK {
		t.Fatalf("status %d: SQLite answers %d", what, code)
	}
	return max(libc.AtomicLoadPInt32(at), libc.AtomicLoadPInt32(at+4))
}
