package sqlitedb_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// Pages of a write that makes the log long enough to be copied, and of one that does not.
const (
	manyPages = 1100
	somePages = 100
)

// logged is a database with an empty log and a row whose size a test chooses.
type logged struct {
	*testing.T
	app *pbtest.App
	db  *sqlitedb.DB
}

func newLogged(t *testing.T) logged {
	t.Helper()
	app, db := openDB(t)
	l := logged{t, app, db}
	if _, err := app.NonconcurrentDB().NewQuery(`CREATE TABLE note (id INTEGER PRIMARY KEY, text BLOB)`).Execute(); err != nil {
		t.Fatal(err)
	}
	l.write(l.pages(1))
	if _, err := app.ConcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute(); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l logged) write(fn func(*sqlitedb.Tx) error) {
	l.Helper()
	if err := l.db.Write(context.Background(), fn, func() {}); err != nil {
		l.Fatal(err)
	}
}

// pages writes so many pages, over those that it wrote before.
func (l logged) pages(n int) func(*sqlitedb.Tx) error {
	return func(tx *sqlitedb.Tx) error {
		_, err := tx.Exec(`INSERT OR REPLACE INTO note VALUES (1, zeroblob(?))`, n*8188)
		return err
	}
}

// little writes a page or two.
func (l logged) little() {
	l.Helper()
	l.write(func(tx *sqlitedb.Tx) error {
		_, err := tx.Exec(`INSERT OR REPLACE INTO note VALUES (2, 'short')`)
		return err
	})
}

func (l logged) checkpoint() {
	l.Helper()
	if err := l.db.Checkpoint(l.Context()); err != nil {
		l.Fatal(err)
	}
}

// log says how many pages the log has, and how many of them are in the database.
func (l logged) log() (pages, copied int) {
	l.Helper()
	var busy int
	if err := l.app.ConcurrentDB().NewQuery(`PRAGMA wal_checkpoint(NOOP)`).Row(&busy, &pages, &copied); err != nil {
		l.Fatal(err)
	}
	return pages, copied
}

// read begins a transaction that reads, and returns what ends it.
func (l logged) read() (end func()) {
	l.Helper()
	began, enough, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- l.db.Read(context.Background(), func(v *sqlitedb.Snapshot) error {
			var before, after int
			err := v.Row(`SELECT length(text) FROM note WHERE id = 1`).Scan(&before)
			close(began)
			<-enough
			if again := v.Row(`SELECT length(text) FROM note WHERE id = 1`).Scan(&after); err == nil {
				err = again
			}
			if before != after {
				l.Errorf("what was read changed from %d to %d bytes within one transaction", before, after)
			}
			return err
		})
	}()
	<-began
	return func() {
		l.Helper()
		close(enough)
		if err := testkit.Receive(l, ended, "the end of the one who reads"); err != nil {
			l.Error(err)
		}
	}
}

func TestCheckpoint_AShortLogIsLeftAlone(t *testing.T) {
	l := newLogged(t)
	l.write(l.pages(somePages))
	l.checkpoint()
	if pages, copied := l.log(); copied != 0 || pages < somePages {
		t.Errorf("%d of %d pages were copied; each of them costs a wait for the disk", copied, pages)
	}
}

func TestCheckpoint_TheLogBeginsAnewAndItsFileStaysSmall(t *testing.T) {
	l := newLogged(t)
	for round := range 8 {
		l.write(l.pages(manyPages))
		l.checkpoint()
		if pages, copied := l.log(); copied != pages {
			t.Fatalf("round %d: %d of %d pages are copied", round, copied, pages)
		}
		l.little()
		if pages, _ := l.log(); pages >= manyPages {
			t.Fatalf("round %d: the next commit went to the end of the log, which has %d pages", round, pages)
		}
	}
	file, err := os.Stat(filepath.Join(l.app.DataDir(), "data.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(3 * manyPages * 8192); file.Size() > most {
		t.Errorf("after %d pages in all the log has %d bytes, more than %d", 8*manyPages, file.Size(), most)
	}
}

func TestCheckpoint_WhoeverReadsInTheLogIsLeftInPeaceAndItBeginsAnewAfterThem(t *testing.T) {
	for _, c := range []struct {
		name  string
		first int // pages in the log when somebody begins to read
	}{{"from before the log", 0}, {"from the middle of the log", somePages}} {
		l := newLogged(t)
		if c.first > 0 {
			l.write(l.pages(c.first))
		}
		end := l.read()
		for range 5 { // the log gets long
			l.write(l.pages(manyPages))
			l.checkpoint()
		}
		pages, copied := l.log()
		if pages < 5*manyPages || copied > 2*c.first {
			t.Errorf("%s: %d of %d pages were copied under somebody who reads", c.name, copied, pages)
		}
		end()
		l.checkpoint()
		l.little()
		if pages, _ := l.log(); pages >= manyPages {
			t.Errorf("%s: when they had gone, the log still went on and has %d pages", c.name, pages)
		}
	}
}

func TestCheckpoint_TheLogIsCopiedWhileSomebodyWrites(t *testing.T) {
	l := newLogged(t)
	l.write(l.pages(manyPages))
	ended := make(chan error, 1)
	l.write(func(tx *sqlitedb.Tx) error {
		go func() { ended <- l.db.Checkpoint(context.Background()) }()
		testkit.Until(t, "the log to be copied beside a transaction that runs", func() bool {
			pages, copied := l.log()
			return pages == copied
		})
		return l.pages(1)(tx)
	})
	if err := testkit.Receive(t, ended, "the end of the checkpoint"); err != nil {
		t.Error(err)
	}
}

func TestCheckpoint_OneThatIsStoppedEndsWhileItWaitsForTheWriter(t *testing.T) {
	l := newLogged(t)
	l.write(l.pages(manyPages))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	l.write(func(*sqlitedb.Tx) error {
		go func() { ended <- l.db.Checkpoint(ctx) }()
		testkit.Until(t, "the log to be copied", func() bool {
			pages, copied := l.log()
			return pages == copied
		})
		stop()
		if err := testkit.Receive(t, ended, "the end of the checkpoint"); err == nil {
			t.Error("it says that it came to its end")
		}
		return nil
	})
	l.write(l.pages(manyPages))
	l.checkpoint() // works as before
	if pages, copied := l.log(); pages != copied {
		t.Errorf("after one that was stopped %d of %d pages are copied", copied, pages)
	}
}

func TestCheckpoint_UnderWritesAndReadsWithoutPauseTheLogBeginsAnew(t *testing.T) {
	l := newLogged(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 3)
	go func() {
		var err error
		for err == nil && ctx.Err() == nil {
			err = l.db.Write(context.Background(), l.pages(20), func() {})
		}
		ended <- err
	}()
	for range 2 {
		go func() {
			var err error
			for err == nil && ctx.Err() == nil {
				err = l.db.Read(context.Background(), func(v *sqlitedb.Snapshot) error {
					var n int
					return v.Row(`SELECT length(text) FROM note WHERE id = 1`).Scan(&n)
				})
			}
			ended <- err
		}()
	}
	anew, before := 0, 0
	testkit.Until(t, "the log to begin anew a third time", func() bool {
		l.checkpoint()
		pages, _ := l.log()
		if pages < before {
			anew++
		}
		before = pages
		return anew == 3
	})
	stop()
	for range 3 {
		if err := testkit.Receive(t, ended, "the end of those who write and read"); err != nil {
			t.Error(err)
		}
	}
}
