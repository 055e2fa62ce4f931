package datafolder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

const (
	// roomName is the folder, in a data folder, in which a database is put together before it is put in place, or sealed.
	roomName = "restoring"
	// readyEnd is what a database is called, after its name, until it is in place.
	readyEnd = ".restoring"
)

// Room is a folder in a data folder, closed to others and on the same disk, in which a database is put together.
type Room struct {
	dir  string
	made bool // the data folder was made for it
	held *flock.Flock
}

// TakeRoom makes the room of a data folder, and the folder where there is none. What a restore left there that was cut short is deleted:
// it holds everything about everybody.
func TakeRoom(dir string) (*Room, error) {
	_, err := os.Stat(dir)
	r := &Room{dir: dir, made: errors.Is(err, fs.ErrNotExist)}
	if err := os.MkdirAll(r.Path(), 0o700); err != nil {
		return nil, fmt.Errorf("make room to put the database together: %w", err)
	}
	r.held = lockOf(r.Path())
	taken, err := r.held.TryLock()
	if err == nil && !taken {
		err = errors.New("another restore or sealed backup is at work there")
	}
	if err != nil {
		return nil, fmt.Errorf("take %s: %w", r.Path(), err)
	}
	left, err := leftIn(dir)
	for _, path := range left {
		err = errors.Join(err, os.RemoveAll(path))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("delete what a restore left that was cut short: %w", err), r.held.Unlock())
	}
	return r, nil
}

func lockOf(room string) *flock.Flock {
	return flock.New(filepath.Join(room, "lock"), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
}

// Path is where the room is.
func (r *Room) Path() string { return filepath.Join(r.dir, roomName) }

// Leave deletes the room with all that is in it, and the data folder where that was made for it and holds nothing else.
func (r *Room) Leave() error {
	err := errors.Join(r.held.Unlock(), os.RemoveAll(r.Path()))
	if r.made {
		_ = os.Remove(r.dir) // fails where something is in it
	}
	return err
}

// LeftByRestore lists what restores left in a data folder that were cut short; none of one that is at work.
func LeftByRestore(dir string) ([]string, error) {
	if lock := filepath.Join(dir, roomName, "lock"); exists(lock) {
		held := flock.New(lock, flock.SetFlag(os.O_RDONLY)) // none is made: looking leaves nothing behind
		free, err := held.TryRLock()
		if err != nil || !free {
			return nil, err
		}
		defer func() { _ = held.Unlock() }() // it was looked at
	}
	return leftIn(dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// leftIn lists what lies in a data folder, but for the lock of its room. Of one that a process has, only what lies in the room: the
// process may be a restore that is about to put a file in place.
func leftIn(dir string) (list []string, err error) {
	inside, err := os.ReadDir(filepath.Join(dir, roomName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range inside {
		if e.Name() != "lock" {
			list = append(list, filepath.Join(dir, roomName, e.Name()))
		}
	}
	beside, err := os.ReadDir(dir)
	served := Served(dir)
	for _, e := range beside {
		if !served && (e.IsDir() && strings.HasPrefix(e.Name(), roomName+"-") || strings.HasPrefix(e.Name(), dataFile+readyEnd)) {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list, err
}
