package copier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// What is committed waits beside the database, a second time, until it is in the copy: as files of Litestream's, and in the write-ahead
// log, which nobody else may shorten. While the copy fails or hangs that grows with all that is written, on the disk of the data. From
// a size on it is given up: it is deleted, the log is shortened by the server, and once the copy can be written again it goes on with
// the whole database. Moments of the time between cannot be gone back to.

const (
	// allowed is what may wait, beside twice the size of the database.
	allowed = 256 << 20
	// spare is what stays free of the disk of the data, whatever the copy needs.
	spare = 64 << 20
	// looksEvery is how often it is looked how much waits.
	looksEvery = 10 * time.Second
	// pause is how long nothing is copied after that.
	pause = 30 * time.Second
)

// backlog is what waits to be copied, beside the database.
type backlog struct {
	data, files, log string
	allowed          int64
	looked           time.Duration // by uptime, when it was looked last how much waits
	notBefore        time.Duration // by uptime, when it may begin anew
	begins           bool          // nothing waits: the next copy is of the whole database
}

func newBacklog(o Options) backlog {
	data := filepath.Join(o.Dir, "data.db")
	b := backlog{data: data, files: filepath.Join(o.Dir, stateFolder, "ltx"), log: data + "-wal", allowed: cmp.Or(o.allowed, allowed), looked: o.Uptime()}
	_, err := os.Stat(b.files)
	b.begins = errors.Is(err, fs.ErrNotExist)
	return b
}

// copy copies what is committed now.
func (c *Copier) copy(ctx context.Context) error {
	if err := c.begin(); err != nil {
		return err
	}
	err := c.takeUp(ctx)
	if err == nil {
		err = c.db.SyncAndWait(ctx)
	}
	if err != nil && ctx.Err() == nil && c.tooMuch() {
		c.giveUp()
	}
	return err
}

// begin sees to it that the copy can be made, where it begins with the whole database: that is put beside it first.
func (c *Copier) begin() error {
	b := &c.backlog
	if !b.begins {
		return nil
	}
	if c.o.Uptime() < b.notBefore {
		return errors.New("too much waited for it; it begins anew shortly")
	}
	if err := c.client.writable(); err != nil {
		return err
	}
	if need := size(b.data) + size(b.log) + spare; c.o.Free != nil {
		if free, known := c.o.Free(); known && free < need {
			return fmt.Errorf("to begin, the copy needs %d MB on the disk of the data for a while, and %d MB are free", need>>20+1, free>>20)
		}
	}
	if c.db == nil { // another one: what the old one knows of the log is not so any more
		db := c.newDB()
		if err := c.store.RegisterDB(db); err != nil {
			return fmt.Errorf("begin anew: %w", err)
		}
		c.db, c.emptied = db, false
	}
	b.begins = false
	c.givenUp.Store(false)
	return nil
}

// tooMuch tells, now and then, whether more waits than may, or too little of the disk is left.
func (c *Copier) tooMuch() bool {
	b := &c.backlog
	now := c.o.Uptime()
	if now-b.looked < looksEvery {
		return false
	}
	b.looked = now
	if c.o.Free != nil {
		if free, known := c.o.Free(); known && free < spare {
			return true
		}
	}
	return sizeOf(b.files)+size(b.log) > 2*size(b.data)+b.allowed
}

// giveUp deletes what waits.
func (c *Copier) giveUp() {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = c.store.UnregisterDB(gone, c.db.Path()) // which copies nothing more, and lets go of the log
	err := os.RemoveAll(c.backlog.files)
	c.db = nil
	c.backlog.begins, c.backlog.notBefore = true, c.o.Uptime()+pause
	c.givenUp.Store(true)
	c.o.Log.Error("too much waits to be copied: it is given up. When the copy can be written again, it goes on with the whole database", "to", c.o.To, "error", err)
}

// GivenUp tells whether nothing is copied for now: nobody but the server shortens the write-ahead log.
func (c *Copier) GivenUp() bool { return c.givenUp.Load() }

// size is that of a file, 0 for none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// sizeOf is that of all files below a folder. What goes meanwhile is not counted.
func sizeOf(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
