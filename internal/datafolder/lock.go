package datafolder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// lockFile holds the number of the process that serves the folder. What counts is the lock that the system
// keeps on it, which goes with the process however it ends; the file stays.
const lockFile = "doorstep.lock"

// Lock keeps other servers out of a data folder.
type Lock struct{ held *flock.Flock }

// Take takes a data folder for this process, which makes the folder where there is none. Two servers on one
// folder would each keep in memory what the other does not know, and phones of the one would miss the work
// of phones of the other.
func Take(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	path := filepath.Join(dir, lockFile)
	held := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	taken, err := held.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if !taken {
		return nil, fmt.Errorf("%s is served by another process%s. Two servers on one folder would hide work from phones: "+
			"stop the other one first, or give this one a folder of its own with --dir", dir, whose(path))
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("note who serves the data folder: %w", err), held.Unlock())
	}
	return &Lock{held}, nil
}

// Served says whether a server has the folder at this moment.
func Served(dir string) bool {
	path := filepath.Join(dir, lockFile)
	if _, err := os.Stat(path); err != nil {
		return false // and none is made: looking leaves nothing behind
	}
	shared := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := shared.TryRLock()
	return err == nil && !free || errors.Join(err, shared.Unlock()) != nil
}

// whose names the process that wrote the file; "" when it has not done so yet.
func whose(path string) string {
	text, err := os.ReadFile(path)
	pid, bad := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || bad != nil {
		return ""
	}
	return fmt.Sprintf(" (pid %d)", pid)
}

// Release lets others have the folder.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	return l.held.Unlock()
}
