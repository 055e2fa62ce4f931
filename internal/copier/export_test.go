package copier

import (
	"context"
	"time"
)

// ForgetGenerations is for tests.
var ForgetGenerations = forgetGenerations

// DiskOf is for tests.
var DiskOf = diskOf

// Patience sets how long Copy waits.
func (c *Copier) Patience(d time.Duration) { c.patience = d }

// Finished waits for a round that begins from now on, without the bound of Copy.
func (c *Copier) Finished(ctx context.Context) error { return c.finished(ctx) }

// Disks says what the disks of folders are called from now on.
func (c *Copier) Disks(diskOf func(string) (uint64, error)) {
	c.home.mu.Lock()
	defer c.home.mu.Unlock()
	c.home.diskOf = diskOf
}

// Allow says how much may wait beside twice the size of the database.
func (o *Options) Allow(bytes int64) { o.allowed = bytes }

// Late says when steps on the disk of the copy take too long.
func (o *Options) Late(late func() <-chan time.Time) { o.late = late }

// Join joins the files of the last seconds, as Litestream does twice a minute.
func (c *Copier) Join(ctx context.Context) error {
	_, err := c.store.CompactDB(ctx, c.db, levels[1])
	return err
}

// counted counts how often a level is listed.
type counted struct {
	place
	lists int
}

func (c *counted) entries(level int) ([]string, error) {
	c.lists++
	return c.place.entries(level)
}

// Delete deletes all files of a level, as Litestream does with those that were joined, and says how many there were and how often they
// were listed.
func (c *Copier) Delete(ctx context.Context, level int) (files, lists int, err error) {
	list, err := c.client.list(level)
	if err != nil {
		return 0, 0, err
	}
	at := &counted{place: c.client.place}
	err = (&sealed{place: at}).DeleteLTXFiles(ctx, list)
	return len(list), at.lists, err
}
