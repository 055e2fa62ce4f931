package sqlitedb

import (
	"context"
	"database/sql"
)

// commits holds one read connection whose PRAGMA data_version changes whenever any other
// connection, of this process or another, has committed.
type commits struct {
	conn *sql.Conn
	last int64
}

// Committed says whether anything was committed, by anybody, since the last call. One goroutine may call it.
func (db *DB) Committed(ctx context.Context) (bool, error) {
	c := &db.commits
	if c.conn == nil {
		conn, err := db.reads.Conn(ctx)
		if err != nil {
			return false, err
		}
		c.conn = conn
	}
	var version int64
	if err := c.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return false, err
	}
	if version == c.last {
		return false, nil
	}
	c.last = version
	return true, nil
}

func (c *commits) close() error {
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}
