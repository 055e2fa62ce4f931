package doctor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doorstep/internal/health"
)

const (
	everybody = 0o007 // the rights of everybody on a folder
	others    = 0o077 // the rights of anybody but the owner on a key
	megabyte  = 1 << 20
)

// folder looks whether the data folder is there and closed.
func (l *look) folder() error {
	info, err := os.Stat(l.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.found(Problem, l.Dir+" is not there.", "This program would begin with an empty folder: nobody's work is in it.",
			"Mount the disk it lies on, or name the right folder with --dir.")
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		l.found(Problem, l.Dir+" is a file, and no folder.", "No server can start on it.", "Name the data folder with --dir.")
		return nil
	}
	if info.Mode().Perm()&everybody != 0 {
		l.found(Problem, "Every account of this machine may open "+l.Dir+".", "Whoever has any account here reads all records.",
			"doorstep doctor --fix closes it; so does the server when it starts.").mends(l.closing(l.Dir, everybody))
	}
	return nil
}

// closing takes rights from a file or folder.
func (l *look) closing(path string, rights fs.FileMode) mend {
	return func(context.Context, *sql.DB) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Chmod(path, info.Mode().Perm()&^rights)
	}
}

// asideAfter is how long a database that was put aside may lie there before somebody is reminded of it.
const asideAfter = 7 * 24 * time.Hour

// disk looks at the room that is left.
func (l *look) disk() error {
	room := health.MeasureDisk(l.Dir)
	switch {
	case room.Full():
		l.found(Problem, fmt.Sprintf("%d MB of the disk are free.", *room.FreeBytes/megabyte), "What comes next cannot be stored. Phones keep their work and try again.",
			"Make room, or move the folder to a larger disk. Nothing has to be started again.")
	case room.Low():
		l.found(Warning, fmt.Sprintf("%d of %d MB of the disk are free, less than a tenth.", *room.FreeBytes/megabyte, *room.TotalBytes/megabyte),
			"It may be full one day, and then nothing can be stored.", "Make room, or plan a larger disk.")
	}
	if room.LargeWAL() {
		l.found(Warning, fmt.Sprintf("%s-wal is %d MB long.", dataFile, room.WALBytes/megabyte),
			"Somebody has been reading for very long, such as a copy made by hand, or the job checkpoint fails. Until it ends, the file grows.",
			"End what reads. If nothing does, start the server again; it copies the log into the database.")
	}
	if err := l.leftByHalf(); err != nil {
		return err
	}
	aside, err := beginning(l.Dir, dataFile+".before-")
	if err != nil {
		return err
	}
	old := slices.DeleteFunc(aside, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || l.Now.Sub(info.ModTime()) < asideAfter || hasTail(path)
	})
	if len(old) > 0 {
		l.found(Note, plural(len(old), "database")+" put aside by a restore "+lie(len(old))+" in the folder for more than a week.", "Each holds everything about everybody, and takes room.",
			"Delete it when all is well.").Examples = names(old)
	}
	return nil
}

// beginning lists the files of a folder whose names begin so; none where it is not there.
func beginning(dir, name string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), name) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, err
}

// leftByHalf looks for what a restore left that was cut short.
func (l *look) leftByHalf() error {
	if l.Left == nil {
		return nil
	}
	left, err := l.Left()
	if err != nil || len(left) == 0 {
		return err
	}
	f := l.found(Warning, "A restore or a sealed backup that was cut short left "+plural(len(left), "file")+" in the folder.", "Each may hold everything about everybody, and takes room.",
		"doorstep doctor --fix deletes it; so does the next restore.")
	f.Examples = names(left)
	f.mends(func(context.Context, *sql.DB) error {
		left, err := l.Left() // a restore may have begun since
		for _, path := range left {
			err = errors.Join(err, os.RemoveAll(path))
		}
		return err
	})
	return nil
}

func hasTail(path string) bool {
	return strings.HasSuffix(path, "-wal") || strings.HasSuffix(path, "-shm")
}

func lie(n int) string {
	if n == 1 {
		return "lies"
	}
	return "lie"
}

func names(paths []string) (list []string) {
	for _, p := range paths[:min(len(paths), shown)] {
		list = append(list, filepath.Base(p))
	}
	return list
}

// keys looks at the keys beside the database. Whether they are its own the database tells.
func (l *look) keys() error {
	if l.CopyKey != "" {
		if _, err := l.key(l.CopyKey); err != nil {
			return err
		}
	}
	served, err := l.wasServed()
	if err != nil {
		return nil //nolint:nilerr // that the database cannot be read is for the check of it to say
	}
	if there, err := l.key(l.SigningKey); err != nil {
		return err
	} else if !there && served {
		l.found(Problem, l.SigningKey+" is not there, and this database was served before.", "At its next start the server makes a new key. Phones stay enrolled, and take everything anew.",
			"If you have a copy of the key, put it there before the server starts. See \"Without the signing key\" in docs/operations.md.")
	} else if there && served {
		if err := l.ownKey(); err != nil {
			return err
		}
	}
	there, err := l.key(l.SealingKey)
	if err != nil {
		return err
	}
	if !there && served {
		l.found(Problem, l.SealingKey+" is not there, and this database was served before.",
			"What phones send while they are locked cannot be opened until they are unlocked.",
			"If you have a copy, put it there before the server starts. Otherwise the server makes a new one.")
	}
	if there && l.Sealing != nil {
		if err := l.Sealing(); err != nil {
			l.found(Problem, l.SealingKey+" cannot be read: "+err.Error()+".", "The server does not start.", "Put a good copy of it there.")
		}
	}
	return nil
}

// wasServed says whether a server was ever on the database.
func (l *look) wasServed() (bool, error) {
	if l.db == nil {
		return false, nil
	}
	n, err := l.number(`SELECT count(*) FROM sync_histories`)
	return n > 0, err
}

// key looks whether a key is there and closed to others.
func (l *look) key(path string) (there bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if info.Mode().Perm()&others != 0 {
		l.found(Problem, "Others than its owner may read "+path+".", "Whoever has it signs in as any phone, reads what locked phones send, or opens the copy.",
			"doorstep doctor --fix closes it. If somebody else has an account on this machine, treat the key as stolen: see docs/operate/runbook.md.").
			mends(l.closing(path, others))
	}
	return true, nil
}

// ownKey looks whether the last start was named by this key.
func (l *look) ownKey() error {
	name, err := l.text(`SELECT name FROM sync_histories ORDER BY number DESC LIMIT 1`)
	if err != nil || name == "" || l.OwnHistory == nil {
		return err
	}
	own, err := l.OwnHistory(name)
	if err != nil {
		l.found(Problem, l.SigningKey+" cannot be read: "+err.Error()+".", "The server does not start.", "Put a good copy of it there.")
		return nil
	}
	if !own {
		l.found(Problem, l.SigningKey+" is not the key with which this database was served last.",
			"At its next start the server takes it for a restore: it opens a new epoch, and phones take everything anew. Nothing is lost.",
			"If you have the key that belongs to this database, put it there before the server starts.")
	}
	return nil
}

// readable looks whether there is a database of Doorstep's that can be read.
func (l *look) readable() error {
	path := filepath.Join(l.Dir, dataFile)
	if l.db == nil {
		l.found(Problem, path+" is not there.", "There is nothing to serve. A server that has a signing key in the folder does not start.",
			"Mount the right disk, or put a backup in place: see docs/operate/runbook.md.")
		return nil
	}
	var tables int
	err := l.db.QueryRowContext(l.ctx, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'sync_meta'`).Scan(&tables)
	switch {
	case err != nil:
		l.found(Problem, path+" cannot be read: "+err.Error()+".", "The server does not start on it, or cannot answer.",
			"Put a backup in its place: see docs/operate/runbook.md. Keep the broken file.")
	case tables == 0:
		l.found(Problem, path+" is no database of Doorstep's.", "The server does not start on it.", "Name the data folder with --dir, or put a backup in place.")
	default:
		return nil
	}
	l.close()
	l.db = nil
	return nil
}
