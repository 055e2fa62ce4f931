package copier

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"filippo.io/age"
)

// folder is a place in a folder.
type folder struct {
	dir   string
	home  *home  // nil: it is only read
	steps *steps // nil: nobody waits for it
}

var _ place = (*folder)(nil)

const partEnd = ".part"

func (f *folder) level(level int) string { return filepath.Join(f.dir, strconv.Itoa(level)) }

func (f *folder) entries(level int) (names []string, err error) {
	var list []fs.DirEntry
	if err := f.steps.do(func() (err error) {
		if f.home != nil { // an empty folder in its place must not look as if nothing was copied
			if err := f.home.there(); err != nil {
				return err
			}
		}
		if list, err = os.ReadDir(f.level(level)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("list the copy: %w", err)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names, nil
}

func (f *folder) open(level int, name string, keys []age.Identity, offset, size int64) (io.ReadCloser, error) {
	path := filepath.Join(f.level(level), name)
	var file *os.File
	var plain io.ReaderAt
	var length int64
	if err := f.steps.do(func() (err error) {
		if file, err = os.Open(path); err != nil {
			return err
		}
		info, err := file.Stat()
		if err != nil {
			return errors.Join(err, file.Close())
		}
		if plain, length, err = age.DecryptReaderAt(file, info.Size(), keys...); err != nil {
			return errors.Join(notForThisKey(path, err), file.Close())
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if size == 0 {
		size = max(0, length-offset)
	}
	return section{bufio.NewReaderSize(io.NewSectionReader(stepReader{f.steps, plain}, offset, size), 256<<10), file}, nil
}

type section struct {
	io.Reader
	io.Closer
}

func (f *folder) write(level int, fill func(io.Writer) (string, error)) (err error) {
	var part *os.File
	if err := f.steps.do(func() (err error) {
		if err := f.home.there(); err != nil {
			return err
		}
		if err := os.Mkdir(f.level(level), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make a folder of the copy: %w", err)
		}
		if part, err = os.CreateTemp(f.level(level), "*"+partEnd); err != nil { // made with 0600
			return err
		}
		return nil
	}); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.steps.do(func() error { return errors.Join(ignoreClosed(part.Close()), os.Remove(part.Name())) }))
		}
	}()
	name, err := fill(&stepWriter{steps: f.steps, file: part})
	if err != nil {
		return err
	}
	path := filepath.Join(f.level(level), name)
	return f.steps.do(func() error {
		if err := errors.Join(part.Sync(), part.Close()); err != nil {
			return err
		}
		if err := os.Rename(part.Name(), path); err != nil {
			return err
		}
		return syncFolder(filepath.Dir(path))
	})
}

func ignoreClosed(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return err
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func (f *folder) remove(level int, name string) error {
	return f.steps.do(func() error { return os.Remove(filepath.Join(f.level(level), name)) })
}

func (f *folder) writable() error { return f.steps.do(f.home.writable) }
