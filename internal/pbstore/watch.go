package pbstore

import (
	"context"
	"database/sql"
)

// watcher holds one read connection whose PRAGMA data_version changes whenever any other
// connection, of this process or another, has committed.
type watcher struct {
	conn *sql.Conn
	last int64
}

// OthersWrote says whether there may be writes the engine has not settled. It asks the queue only
// when something was committed since the last call. One goroutine may call it.
func (s *Store) OthersWrote(ctx context.Context) (bool, error) {
	if s.watcher.conn == nil {
		conn, err := s.reads.Conn(ctx)
		if err != nil {
			return false, err
		}
		s.watcher.conn = conn
	}
	var version int64
	if err := s.watcher.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return false, err
	}
	if version == s.watcher.last {
		return false, nil
	}
	s.watcher.last = version
	return s.AnyDirty()
}
