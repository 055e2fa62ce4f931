package copier_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/copier"
	"doorstep/internal/testkit"
)

// busy is a site on which much is written, whose time passes as the test says.
type busy struct {
	*site
	passed atomic.Int64
}

func newBusy(t *testing.T) *busy {
	b := &busy{site: newSite(t)}
	b.Uptime = func() time.Duration { return time.Duration(b.passed.Load()) }
	b.Allow(1)
	b.run(t, `CREATE TABLE notes (text BLOB)`)
	b.run(t, `INSERT INTO notes VALUES (x'')`)
	return b
}

// write writes the same row again and again: much is to be copied of a small database.
func (b *busy) write(t *testing.T, c *copier.Copier) {
	t.Helper()
	for range 8 {
		b.run(t, `UPDATE notes SET text = randomblob(400000)`)
		if err := c.Finished(t.Context()); err == nil {
			t.Fatal("it says that it was copied")
		}
	}
	b.run(t, `INSERT INTO visits VALUES ('meanwhile')`)
}

// waits is how many bytes wait beside the database.
func (b *busy) waits(t *testing.T) (n int64) {
	t.Helper()
	for path := range strings.Lines(files(t, b.Dir)) {
		if info, err := os.Stat(strings.TrimSpace(path)); err == nil && strings.Contains(path, ".data.db-litestream") {
			n += info.Size()
		}
	}
	return n
}

// shortened tells whether the server itself can shorten the write-ahead log.
func (b *busy) shortened(t *testing.T) bool {
	t.Helper()
	var held, pages, done int
	if err := b.db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&held, &pages, &done); err != nil {
		t.Fatal(err)
	}
	return held == 0
}

// What waits for a copy that fails lies on the disk of the data: it is given up before it fills that, and begun anew.
func TestWhatWaitsForACopyThatFailsIsGivenUpBeforeItFillsTheDisk(t *testing.T) {
	for name, free := range map[string]int64{"more waits than may": 1 << 40, "the disk is nearly full": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			b := newBusy(t)
			var room atomic.Int64
			room.Store(1 << 40)
			b.Free = func() (int64, bool) { return room.Load(), true }
			if free < 1<<30 {
				b.Allow(1 << 40)
			}
			c := b.start(t)
			b.run(t, `INSERT INTO visits VALUES ('before')`)
			if err := c.Finished(t.Context()); err != nil || c.GivenUp() {
				t.Fatalf("given up: %t, %v", c.GivenUp(), err)
			}
			if err := os.Rename(b.To, b.To+".away"); err != nil {
				t.Fatal(err)
			}
			b.write(t, c)
			if n := b.waits(t); n < 3_000_000 || c.GivenUp() {
				t.Fatalf("%d bytes wait, and it is given up: %t", n, c.GivenUp())
			}
			room.Store(free)
			b.passed.Add(int64(time.Minute))
			if err := c.Finished(t.Context()); err == nil || !c.GivenUp() || b.waits(t) > 1000 || !b.shortened(t) {
				t.Errorf("given up: %t, %d bytes wait, %v", c.GivenUp(), b.waits(t), err)
			}
			b.passed.Add(int64(time.Minute))
			b.write(t, c)
			if n := b.waits(t); n > 1000 || !c.GivenUp() {
				t.Errorf("after it was given up %d bytes wait", n)
			}
			if err := os.Rename(b.To+".away", b.To); err != nil {
				t.Fatal(err)
			}
			if err := c.Finished(t.Context()); (err == nil) != (free > 1<<30) || err != nil && !strings.Contains(err.Error(), "MB are free") {
				t.Errorf("with %d bytes free it says %v", free, err)
			}
			room.Store(1 << 40)
			if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil || c.GivenUp() {
				t.Errorf("it does not go on: %v", err)
			}
			if got, err := b.restored(t, b.private, time.Time{}); err != nil || got != "before,meanwhile,meanwhile" {
				t.Errorf("it holds %q, %v", got, err)
			}
		})
	}
}

// A disk that hangs lets nobody wait for ever, and fills the disk of the data no more than one that fails.
func TestACopyThatHangsIsGivenUpAndBegunAnewWhenItGoesOn(t *testing.T) {
	b := newBusy(t)
	var late atomic.Bool
	now := make(chan time.Time)
	close(now)
	b.Late(func() <-chan time.Time {
		if late.Load() {
			return now
		}
		return nil // never
	})
	c := b.start(t)
	b.run(t, `INSERT INTO visits VALUES ('before')`)
	if err := c.Finished(t.Context()); err != nil {
		t.Fatal(err)
	}
	hangs := make(chan struct{})
	late.Store(true)
	c.Disks(func(folder string) (uint64, error) {
		<-hangs
		return copier.DiskOf(folder)
	})
	b.write(t, c)
	testkit.Until(t, "it is given up", func() bool {
		b.passed.Add(int64(time.Minute))
		return c.GivenUp()
	})
	if b.waits(t) > 1000 || !b.shortened(t) {
		t.Errorf("%d bytes wait", b.waits(t))
	}
	if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) || !c.State().Failing {
		t.Errorf("while it hangs it says %v", err)
	}
	late.Store(false)
	close(hangs)
	testkit.Until(t, "it goes on", func() bool {
		b.passed.Add(int64(time.Minute))
		return c.Finished(t.Context()) == nil
	})
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := b.restored(t, b.private, time.Time{}); err != nil || got != "before,meanwhile" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// Where the disk of the data has no room for what the first copy puts there, that is said, and nothing is put there.
func TestACopyBeginsOnlyWhereThereIsRoomForIt(t *testing.T) {
	b := newBusy(t)
	var free atomic.Int64
	b.Free = func() (int64, bool) { return free.Load(), true }
	c := b.start(t)
	if err := c.Finished(t.Context()); err == nil || !strings.Contains(err.Error(), "0 MB are free") || !c.GivenUp() || !b.shortened(t) {
		t.Errorf("it says %v", err)
	}
	if _, err := os.Stat(filepath.Join(b.Dir, ".data.db-litestream", "ltx")); err == nil {
		t.Error("something was put beside the database")
	}
	free.Store(1 << 40)
	if err := errors.Join(c.Finished(t.Context()), c.Close(t.Context())); err != nil || c.GivenUp() {
		t.Errorf("once there is room it says %v", err)
	}
}
