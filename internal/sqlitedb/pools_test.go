package sqlitedb_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// takeAll holds every connection of a pool until the test ends.
func takeAll(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	if s := pool.Stats(); s.InUse != s.MaxOpenConnections || s.InUse == 0 {
		t.Fatalf("%d of %d connections are taken", s.InUse, s.MaxOpenConnections)
	}
}

// reads runs one read and says whether it came to an end.
func reads(t *testing.T, read func(context.Context, func(*sqlitedb.Snapshot) error) error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		done <- read(t.Context(), func(v *sqlitedb.Snapshot) error {
			var n int
			return v.Row("SELECT count(*) FROM staff").Scan(&n)
		})
	}()
	if err := testkit.Receive(t, done, "the end of a read"); err != nil {
		t.Error(err)
	}
}

func openDB(t *testing.T) (*pbtest.App, *sqlitedb.DB) {
	t.Helper()
	app := pbtest.New(t)
	db, err := sqlitedb.Open(app)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return app, db
}

// X4
func TestReads_PagesThatTakeEveryConnectionKeepNoPhoneWaiting(t *testing.T) {
	app, db := openDB(t)
	takeAll(t, app.ConcurrentDB().(*dbx.DB).DB())
	reads(t, db.Read)
}

// X4
func TestReads_PhonesThatTakeEveryConnectionKeepNoPageWaiting(t *testing.T) {
	_, db := openDB(t)
	takeAll(t, db.Reads())
	reads(t, db.ReadForPage)
}
