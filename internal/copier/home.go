package copier

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// noteFile, in the data folder, says which folder was made for the copy.
const noteFile = "copy.folder"

// note says where the copy was begun.
type note struct{ file, of string }

// same tells whether it was begun there.
func (n *note) same() bool {
	text, err := os.ReadFile(n.file)
	return err == nil && strings.TrimSpace(string(text)) == n.of
}

// keep notes it, where it is not noted.
func (n *note) keep() error {
	if n.same() {
		return nil
	}
	if err := os.WriteFile(n.file, []byte(n.of+"\n"), 0o600); err != nil {
		return fmt.Errorf("note where the copy is: %w", err)
	}
	return nil
}

// home is the folder that a server copies to. It is made once, and must then be there, on the disk that it was made on: when that disk
// is not mounted any more, now or when the server starts again, a folder made in its place would lie on another one, and what is
// written there is no copy.
type home struct {
	dir    string
	note   *note
	diskOf func(folder string) (uint64, error)

	mu   sync.Mutex
	seen bool
	disk uint64 // once it was seen
}

func newHome(dir, file string) *home {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return &home{dir: dir, note: &note{file, dir}, diskOf: diskOf}
}

// there makes the folder where that was never done, and fails when it is gone or another one is in its place.
func (h *home) there() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	disk, err := h.diskOf(h.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if h.seen || h.note.same() {
			return fmt.Errorf("%s is gone: is its disk not mounted any more? If it was deleted and the copy is to begin anew, delete %s and start the server again", h.dir, h.note.file)
		}
		if err := os.MkdirAll(h.dir, 0o700); err != nil {
			return fmt.Errorf("make the folder of the copy: %w", err)
		}
		disk, err = h.diskOf(h.dir)
	}
	switch {
	case errors.Is(err, errors.ErrUnsupported):
	case err != nil:
		return fmt.Errorf("look at the folder of the copy: %w", err)
	case h.seen && disk != h.disk:
		return fmt.Errorf("%s is on another disk than before: is its disk not mounted any more? If it is the right one now, start the server again", h.dir)
	}
	if h.seen {
		return nil
	}
	if err := h.note.keep(); err != nil {
		return err
	}
	h.seen, h.disk = true, disk
	return h.sweep()
}

// sweep deletes what a server that was killed had begun to write. Nothing of this one is there yet: whoever writes looks here first.
func (h *home) sweep() error {
	levels, err := os.ReadDir(h.dir)
	for _, level := range levels {
		if !level.IsDir() {
			continue
		}
		begun, bad := os.ReadDir(filepath.Join(h.dir, level.Name()))
		err = errors.Join(err, bad)
		for _, file := range begun {
			if strings.HasSuffix(file.Name(), partEnd) {
				err = errors.Join(err, os.Remove(filepath.Join(h.dir, level.Name(), file.Name())))
			}
		}
	}
	if err != nil {
		return fmt.Errorf("delete what was begun in the copy: %w", err)
	}
	return nil
}

// writable fails where nothing can be written into the folder.
func (h *home) writable() error {
	if err := h.there(); err != nil {
		return err
	}
	part, err := os.CreateTemp(h.dir, "*"+partEnd)
	if err != nil {
		return fmt.Errorf("write into the folder of the copy: %w", err)
	}
	return errors.Join(part.Close(), os.Remove(part.Name()))
}
