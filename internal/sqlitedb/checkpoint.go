package sqlitedb

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Commits go into the write-ahead log, which somebody has to copy into the database, or it grows for ever. SQLite does
// that within whichever commit finds the log long, and everybody waits for it. Here it is done beside the writer, on a
// connection of its own, a few megabytes at a time, and waits for the disk there. Only the very last step, after
// which the next commit begins the log anew, keeps the writer waiting, for what it wrote while the step before ran.
//
// The log is as long as what is written from one call to the next, plus what is written while somebody reads:
// whoever reads needs the log from where their transaction began.
const (
	// copyFrom is how many pages wait for being copied before it is done: 8 MB. Fewer would have the same page
	// copied more often, more would keep the disk from the writer for longer.
	copyFrom = 1000
	// longLog is how many pages the log has when somebody who reads kept it from beginning anew; from then on that is
	// tried at each call.
	longLog = 4 * copyFrom
	// heldPages are so few that the writer may wait for them.
	heldPages = 64
	// copyRounds bound how often what was written meanwhile is copied in one call.
	copyRounds = 6
	// readerWait is how long the writer may be kept for those who still read in the log.
	readerWait = 10 * time.Millisecond
	// automatic is the length from which SQLite copies within a commit after all, should nobody call Checkpoint.
	automatic = 16000
)

// logAt is how many pages the write-ahead log has, and how many of them are copied.
type logAt struct{ pages, copied int }

func (l logAt) left() int { return l.pages - l.copied }

func (l logAt) due() bool { return l.left() >= copyFrom || l.pages >= longLog }

// Checkpoint copies what the write-ahead log holds into the database when there is enough of it, and lets the next commit
// begin the log anew. It keeps nobody from reading, and the writer for a few pages only. Where somebody reads in the log
// there is nothing that can be done; a later call does it. One goroutine may call it.
func (db *DB) Checkpoint(ctx context.Context) error {
	at, err := db.logState(ctx, "NOOP")
	if err != nil || !at.due() {
		return err
	}
	for range copyRounds {
		before := at.left()
		if _, err := db.logState(ctx, "PASSIVE"); err != nil {
			return err
		}
		if at, err = db.logState(ctx, "NOOP"); err != nil {
			return err
		}
		// A round waits for the disk if nobody committed while it copied, which the second one, with few pages, ends before.
		if before <= heldPages && at.left() <= heldPages {
			return db.beginLogAnew(ctx)
		}
	}
	return nil
}

// beginLogAnew copies the last pages while nobody writes, and lets the next commit begin the log anew. It takes the one
// connection that writes, so that all who write queue up fairly.
func (db *DB) beginLogAnew(ctx context.Context) error {
	writer, err := db.writes.Conn(ctx)
	if err != nil {
		return fmt.Errorf("keep the writer for a checkpoint: %w", err)
	}
	defer func() { _ = writer.Close() }() // it goes back to its pool
	defer db.heldSince(time.Now())
	_, err = db.logState(ctx, "RESTART")
	return err
}

// logState runs a checkpoint of a mode, NOOP for none, and says how the log is after it.
func (db *DB) logState(ctx context.Context, mode string) (logAt, error) {
	var busy int // others read in the log, or copy it: no error
	var at logAt
	if err := db.checkpoints.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &at.pages, &at.copied); err != nil {
		return at, fmt.Errorf("checkpoint (%s): %w", mode, err)
	}
	return at, nil
}

// openCheckpoints opens the connection that copies the log.
func openCheckpoints(driver, path string) (*sql.DB, error) {
	conn, err := sql.Open(driver, dsn(path, readerWait))
	if err != nil {
		return nil, fmt.Errorf("open the connection for checkpoints: %w", err)
	}
	conn.SetMaxOpenConns(1)
	return conn, nil
}
