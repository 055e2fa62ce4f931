package datafolder

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// Backup copies the database of a folder into a new file, as it is at one moment, and looks whether the copy is
// sound. A server may go on writing meanwhile. The file holds no key, and needs nothing beside it.
func Backup(ctx context.Context, dir, file string) error {
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s is there already; nothing was changed", file)
	}
	return copySound(ctx, filepath.Join(dir, dataFile), file)
}

// Restore puts a backup in the place of a folder's database, which it leaves under another name beside it. No
// server may have the folder. The signing key and the journal of decisions stay: by them the next start knows
// what the backup lacks.
func Restore(ctx context.Context, dir, file string, now time.Time, out func(sentence string)) error {
	return replace(dir, now, out, func(ready string) error { return copySound(ctx, file, ready) })
}

// Put does the same with a file that a room of the folder holds, which is moved and not copied.
func (r *Room) Put(ctx context.Context, file string, now time.Time, out func(sentence string)) error {
	return replace(r.dir, now, out, func(ready string) error {
		if err := errors.Join(sound(ctx, file), syncFile(file)); err != nil {
			return fmt.Errorf("%s is not sound: %w", file, err)
		}
		return os.Rename(file, ready)
	})
}

// replace puts what is made ready in the place of a folder's database.
func replace(dir string, now time.Time, out func(sentence string), makeReady func(ready string) error) (err error) {
	lock, err := Take(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	data := filepath.Join(dir, dataFile)
	ready := data + readyEnd
	if err := os.Remove(ready); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a try that was cut short
		return err
	}
	if err := makeReady(ready); err != nil {
		return err
	}
	aside := data + ".before-" + now.UTC().Format("20060102T150405Z")
	for _, tail := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(data+tail, aside+tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("put %s aside: %w", data+tail, err)
		}
	}
	if err := os.Rename(ready, data); err != nil {
		return fmt.Errorf("put the backup in place: %w", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, copyState)); err != nil { // it is about the other database
		return fmt.Errorf("put aside what was not copied yet: %w", err)
	}
	if err := syncFolder(dir); err != nil {
		return err
	}
	if _, err := os.Stat(aside); err == nil {
		out(fmt.Sprintf("What was there is now %s; delete it when all is well.", aside))
	}
	return nil
}

// Sound says how many tables a database of Doorstep's has, and how many rows in all of them, or why it is none or not sound. It reads the
// whole of it.
func Sound(ctx context.Context, file string) (tables, rows int, err error) {
	steps, err := stepsTaken(file)
	if err == nil && len(steps) == 0 {
		err = fmt.Errorf("%s is no database of Doorstep's", file)
	}
	if err != nil {
		return 0, 0, err
	}
	err = reading(file, func(db *sql.DB) error {
		var check string
		if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&check); err != nil || check != "ok" {
			return errors.Join(err, fmt.Errorf("%s is not sound: %s", file, strings.Join(strings.Fields(check), " ")))
		}
		names, err := db.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
		if err != nil {
			return err
		}
		defer names.Close()
		var list []string
		for names.Next() {
			var name string
			if err := names.Scan(&name); err != nil {
				return err
			}
			list = append(list, name)
		}
		if err := names.Err(); err != nil {
			return err
		}
		for _, name := range list {
			var n int
			if err := db.QueryRowContext(ctx, `SELECT count(*) FROM "`+name+`"`).Scan(&n); err != nil {
				return fmt.Errorf("count the rows of %s: %w", name, err)
			}
			tables, rows = tables+1, rows+n
		}
		return nil
	})
	return tables, rows, err
}

// copySound makes a copy of a database that is there whole or not at all.
func copySound(ctx context.Context, from, to string) (err error) {
	steps, err := stepsTaken(from)
	if err == nil && len(steps) == 0 {
		err = fmt.Errorf("%s is missing, or no database of Doorstep's", from)
	}
	if err != nil {
		return err
	}
	part := to + ".part"
	defer func() {
		if err != nil {
			for _, tail := range []string{"", "-wal", "-shm"} {
				if gone := os.Remove(part + tail); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
					err = errors.Join(err, gone)
				}
			}
		}
	}()
	if err := copyPages(ctx, from, part); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	if err := sound(ctx, part); err != nil {
		return fmt.Errorf("the copy of %s is not sound: %w", from, err)
	}
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// copyPages copies a database page by page, as one reader sees it.
func copyPages(ctx context.Context, from, to string) error {
	return reading(from, func(db *sql.DB) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		return conn.Raw(func(c any) error {
			source, ok := c.(interface {
				NewBackup(target string) (*sqlite.Backup, error)
			})
			if !ok {
				return errors.New("this driver makes no backups")
			}
			backup, err := source.NewBackup(to)
			if err != nil {
				return err
			}
			_, err = backup.Step(-1)
			return errors.Join(err, backup.Finish())
		})
	})
}

// sound makes a copy a file by itself, with no log beside it, and looks through it.
func sound(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	var mode, check string
	err = db.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode)
	if err == nil {
		err = db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&check)
	}
	if err == nil && check != "ok" {
		err = errors.New(strings.Join(strings.Fields(check), " "))
	}
	return errors.Join(err, db.Close())
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
