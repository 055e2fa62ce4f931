// Package sqlitedb opens Doorstep's databases and runs statements on them: prepared once, in the one
// transaction that writes or in one of those that read. The statements themselves are in pbstore.
package sqlitedb

import (
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // registers the driver

	"doorstep/internal/sqlitemem"
)

// pageSize of a new database, in bytes.
const pageSize = 8192

// dataFile is the file name PocketBase gives the database that holds records.
const dataFile = "data.db"

// Connect opens one of PocketBase's two databases and fits core.DBConnectFunc.
//
// data.db waits for the disk at every commit (synchronous FULL), so that an acknowledged write
// survives power loss; group commit pays for it. auxiliary.db holds request logs only and keeps
// NORMAL. Transactions take the write lock when they begin, so that a second process cannot make
// a transaction fail half-way; a transaction that only reads must ask for sql.TxOptions{ReadOnly:
// true}, or it queues behind the writer.
//
// NB! The file name decides: the same path must be used by whoever copies or restores the file.
func Connect(path string) (*dbx.DB, error) {
	KeepMemory()
	return dbx.Open("sqlite", DSN(path))
}

// KeepMemory gives SQLite memory that it keeps, in the whole process. A program calls it before it opens any database,
// be it to look whether a folder can be served: after that it changes nothing, and everything works without, only slower.
// That is said in the log.
func KeepMemory() {
	if err := sqlitemem.Install(pageSize); err != nil {
		slog.Warn("SQLite does without memory of its own, and is slower for it", "error", err)
	}
}

// DSN is the connection string of Connect, for whoever opens the same file with another driver
// of the same name space, as the bench does to count statements.
func DSN(path string) string { return dsn(path, 10*time.Second) }

func dsn(path string, wait time.Duration) string {
	synchronous, checkpoint := "NORMAL", 8000 // pages; nobody waits for a commit of the request log
	if filepath.Base(path) == dataFile {
		synchronous, checkpoint = "FULL", automatic // see DB.Checkpoint
	}
	query := url.Values{
		"_txlock": {"immediate"},
		// NB! The driver runs busy_timeout first, then the other pragmas in alphabetical order,
		// then this key. The page size of a file is fixed once it is in WAL mode.
		"_journal_mode": {"WAL"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds()), // the rest may have to wait for a lock
			"cache_size(-8000)", // kB for each connection; a dozen of them share the machine
			"foreign_keys(ON)",
			"journal_size_limit(200000000)",        // bytes
			fmt.Sprintf("page_size(%d)", pageSize), // on a new file only: 5–10 % faster than 4 kB
			"secure_delete(ON)",                    // what is deleted leaves no copy in free pages
			"recursive_triggers(ON)",               // or REPLACE would skip the delete triggers of the feed
			"synchronous(" + synchronous + ")",
			"temp_store(MEMORY)",
			fmt.Sprintf("wal_autocheckpoint(%d)", checkpoint),
		},
	}
	return path + "?" + query.Encode()
}
