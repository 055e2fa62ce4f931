package datafolder

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// The files of a data folder.
const (
	dataFile = "data.db"
	logFile  = "auxiliary.db"
	keyFile  = "signing.key"
	// journalFile is that of package standing.
	journalFile = "standing.journal"
	// copyState is where package copier keeps what it has not copied yet.
	copyState = ".data.db-litestream"
)

// Expected is what a program expects of a data folder.
type Expected struct {
	// Knows says whether the program has a step of the schema, by the name of its file.
	Knows func(step string) bool
	// Fresh: it is meant that the folder has a key and no database yet.
	Fresh bool
	// Key is the file of the signing key; "" = signing.key in the folder.
	Key string
	Now time.Time
}

// Check refuses a folder that this program would do harm in: an empty database beside a signing key, which
// is how a disk that was not mounted or a backup that was put back by half looks; a database that cannot be
// read; one that a newer program has changed; a copy that was torn while a server wrote. A log that cannot be read is put aside, and said so to out, and so
// is that a database which was served before comes without its key, as one from a backup does.
func Check(dir string, want Expected, out func(sentence string)) error {
	steps, err := stepsTaken(filepath.Join(dir, dataFile))
	if err != nil {
		return err
	}
	for _, beside := range []string{keyFile, journalFile} {
		if _, err := os.Stat(filepath.Join(dir, beside)); err == nil && len(steps) == 0 && !want.Fresh {
			return fmt.Errorf("%s was served before, for it has a %s, but %s is missing or empty: is the right disk mounted, "+
				"is a backup put back whole? Nothing was changed. To begin anew without what was there, start with serve --fresh",
				dir, beside, filepath.Join(dir, dataFile))
		}
	}
	if i := slices.IndexFunc(steps, func(s string) bool { return !want.Knows(s) }); i >= 0 {
		return fmt.Errorf("%s was changed by a newer Doorstep (its step %s is not known to this one): start that one, "+
			"or put a copy of the folder back that was made before. Nothing was changed", filepath.Join(dir, dataFile), steps[i])
	}
	if err := checkCopy(dir, out); err != nil {
		return err
	}
	if err := sayKeyIsMissing(dir, want.Key, out); err != nil {
		return err
	}
	return putBrokenLogAside(filepath.Join(dir, logFile), want.Now, out)
}

// sayKeyIsMissing says so of a database that a server was on before.
func sayKeyIsMissing(dir, key string, out func(string)) error {
	if key == "" {
		key = filepath.Join(dir, keyFile)
	}
	if _, err := os.Stat(key); !errors.Is(err, fs.ErrNotExist) {
		return nil // who opens it says what is wrong with it
	}
	data, served := filepath.Join(dir, dataFile), 0
	if err := reading(data, func(db *sql.DB) error {
		var tables int
		if err := db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sync_histories'`).Scan(&tables); err != nil || tables == 0 {
			return err
		}
		return db.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM sync_histories LIMIT 1)`).Scan(&served)
	}); err != nil {
		return fmt.Errorf("%s cannot be read: %w", data, err)
	}
	if served > 0 {
		out(fmt.Sprintf("%s was served before, and its signing key %s is not there: backups hold none. A new key is made. Phones stay "+
			"enrolled, send again what is missing here and take everything anew. If you have the key, put it there and start again: that spares them the last.", data, key))
	}
	return nil
}

// stepsTaken lists the steps of the schema a database has gone; none for one that is missing or empty.
func stepsTaken(path string) (steps []string, err error) {
	err = reading(path, func(db *sql.DB) error {
		var tables int
		if err := db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '_migrations'`).Scan(&tables); err != nil || tables == 0 {
			return err
		}
		rows, err := db.Query(`SELECT file FROM _migrations ORDER BY file DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var step string
			if err := rows.Scan(&step); err != nil {
				return err
			}
			steps = append(steps, step)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w. Put a good copy of it in its place; nothing was changed", path, err)
	}
	return steps, nil
}

// reading opens a database to look at it, and nothing else. A missing one is empty.
func reading(path string, look func(*sql.DB) error) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	return errors.Join(look(db), db.Close())
}

// putBrokenLogAside renames a log of requests that cannot be read. Nothing of care is in it, and without it
// a new one is begun.
func putBrokenLogAside(path string, now time.Time, out func(string)) error {
	err := reading(path, func(db *sql.DB) error {
		var result string
		if err := db.QueryRow(`PRAGMA quick_check(1)`).Scan(&result); err != nil {
			return err
		}
		if result != "ok" {
			return errors.New(strings.Join(strings.Fields(result), " "))
		}
		return nil
	})
	if err == nil {
		return nil
	}
	aside := path + ".broken-" + now.UTC().Format("20060102T150405Z")
	if rename := os.Rename(path, aside); rename != nil {
		return fmt.Errorf("%s cannot be read (%w) and cannot be put aside: %w", path, err, rename)
	}
	for _, tail := range []string{"-wal", "-shm"} {
		if rename := os.Rename(path+tail, aside+tail); rename != nil && !errors.Is(rename, fs.ErrNotExist) {
			return fmt.Errorf("put %s aside: %w", path+tail, rename)
		}
	}
	out(fmt.Sprintf("%s, the log of requests, cannot be read (%v). It is now %s, and a new one is begun; no care record is in it.", path, err, aside))
	return nil
}
