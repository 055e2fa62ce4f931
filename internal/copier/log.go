package copier

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
)

// Litestream goes on from the end of what it copied last, and knows that end by the frame that lies there in the write-ahead log. While it
// does not look (the server ran without a copy, or the copy was given up), somebody may have begun the log anew: that frame lies
// in the file still until it is written over, and what came after it is in no log any more. Litestream would go on over the gap, and what
// it copies would be no database. So where the log is another than the one that was copied last it is emptied first: Litestream then
// finds nothing that it knows, and copies the whole database.

// patienceOfWriters is how long whoever writes waits while the log is emptied.
const patienceOfWriters = 40 * time.Millisecond

// takeUp sees to it that Litestream, before it looks at the database for the first time, does not take the log for what it is not.
func (c *Copier) takeUp(ctx context.Context) error {
	if c.emptied || c.db.SQLDB() != nil { // it looks at it already: nobody else begins the log anew
		return nil
	}
	same, err := sameLog(c.db)
	if err != nil || same {
		return err
	}
	if err := emptyLog(ctx, c.db.Path()); err != nil {
		return err
	}
	c.emptied = true
	return nil
}

// sameLog tells whether the write-ahead log is the one that was copied from last, or holds nothing.
func sameLog(db *litestream.DB) (bool, error) {
	log, err := os.Open(db.WALPath())
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer log.Close()
	head := make([]byte, litestream.WALHeaderSize)
	if _, err := io.ReadFull(log, head); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true, nil
	} else if err != nil {
		return false, err
	}
	first, last, err := db.MaxLTX()
	if err != nil || last == 0 {
		return false, err
	}
	file, err := os.Open(db.LTXPath(0, first, last))
	if err != nil {
		return false, err
	}
	defer file.Close()
	copied, _, err := ltx.PeekHeader(file)
	if err != nil {
		return false, fmt.Errorf("read what was copied last: %w", err)
	}
	return binary.BigEndian.Uint32(head[16:]) == copied.WALSalt1 && binary.BigEndian.Uint32(head[20:]) == copied.WALSalt2, nil
}

// emptyLog copies the write-ahead log into the database and empties it. Most of it is copied beside the writer.
func emptyLog(ctx context.Context, database string) (err error) {
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)", database, patienceOfWriters.Milliseconds()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var busy, pages, done int
	for _, mode := range []string{"PASSIVE", "TRUNCATE"} {
		if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &done); err != nil {
			return fmt.Errorf("empty the write-ahead log: %w", err)
		}
	}
	if busy != 0 {
		return errors.New("to begin, the copy needs the write-ahead log emptied, and somebody reads in it")
	}
	return nil
}
