package copier

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
)

// sealedFolder keeps Litestream's files in a folder, each sealed. What Litestream asks of a file without opening it, its size
// and when it was made, is in its name: a copy of the folder by any means is as good as the folder.
type sealedFolder struct {
	dir        string
	home       *home           // nil: it is only read
	steps      *steps          // nil: nobody waits for it
	recipients []age.Recipient // none: it is only read
	identities []age.Identity
}

var _ litestream.ReplicaClient = (*sealedFolder)(nil)

const (
	sealedEnd = ".age"
	partEnd   = ".part"
)

// Type implements litestream.ReplicaClient, and so do all its exported methods.
func (*sealedFolder) Type() string { return "sealed-folder" }

// SetLogger does nothing: what goes wrong is returned.
func (*sealedFolder) SetLogger(*slog.Logger) {}

// Init does nothing.
func (*sealedFolder) Init(context.Context) error { return nil }

func (f *sealedFolder) level(level int) string { return filepath.Join(f.dir, strconv.Itoa(level)) }

// nameOf is the name of a file: first and last transaction, when it was made in milliseconds, and its size in the clear.
func nameOf(info *ltx.FileInfo) string {
	return fmt.Sprintf("%s-%s.%d.%d%s", info.MinTXID, info.MaxTXID, info.CreatedAt.UnixMilli(), info.Size, sealedEnd)
}

func parseName(level int, name string) (*ltx.FileInfo, bool) {
	parts := strings.Split(strings.TrimSuffix(name, sealedEnd), ".")
	if !strings.HasSuffix(name, sealedEnd) || len(parts) != 3 {
		return nil, false
	}
	low, high, _ := strings.Cut(parts[0], "-")
	first, bad1 := ltx.ParseTXID(low)
	last, bad2 := ltx.ParseTXID(high)
	made, bad3 := strconv.ParseInt(parts[1], 10, 64)
	size, bad4 := strconv.ParseInt(parts[2], 10, 64)
	if errors.Join(bad1, bad2, bad3, bad4) != nil {
		return nil, false
	}
	return &ltx.FileInfo{Level: level, MinTXID: first, MaxTXID: last, Size: size, CreatedAt: time.UnixMilli(made).UTC()}, true
}

// entries are what a level has.
func (f *sealedFolder) entries(level int) (list []fs.DirEntry, err error) {
	err = f.steps.do(func() (err error) {
		if f.home != nil { // an empty folder in its place must not look as if nothing was copied
			if err := f.home.there(); err != nil {
				return err
			}
		}
		if list, err = os.ReadDir(f.level(level)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("list the copy: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// list reads the files of a level, by their first transaction.
func (f *sealedFolder) list(level int) ([]*ltx.FileInfo, error) {
	entries, err := f.entries(level)
	if err != nil {
		return nil, err
	}
	var list []*ltx.FileInfo
	for _, e := range entries {
		if info, ok := parseName(level, e.Name()); ok {
			list = append(list, info)
		}
	}
	slices.SortFunc(list, func(a, b *ltx.FileInfo) int {
		return strings.Compare(a.MinTXID.String()+a.MaxTXID.String(), b.MinTXID.String()+b.MaxTXID.String())
	})
	return list, nil
}

// LTXFiles lists the files of a level from a transaction on.
func (f *sealedFolder) LTXFiles(_ context.Context, level int, seek ltx.TXID, _ bool) (ltx.FileIterator, error) {
	list, err := f.list(level)
	if err != nil {
		return nil, err
	}
	return ltx.NewFileInfoSliceIterator(slices.DeleteFunc(list, func(i *ltx.FileInfo) bool { return i.MinTXID < seek })), nil
}

// find is the file of a level with these transactions; of several the last by name.
func (f *sealedFolder) find(level int, first, last ltx.TXID) (string, error) {
	entries, err := f.entries(level)
	if err != nil {
		return "", err
	}
	begin := first.String() + "-" + last.String() + "."
	for _, e := range slices.Backward(entries) {
		if strings.HasPrefix(e.Name(), begin) && strings.HasSuffix(e.Name(), sealedEnd) {
			return filepath.Join(f.level(level), e.Name()), nil
		}
	}
	return "", litestream.NewLTXError("open", f.level(level), level, uint64(first), uint64(last), fs.ErrNotExist)
}

// OpenLTXFile reads a file from an offset on, size 0 to its end.
func (f *sealedFolder) OpenLTXFile(_ context.Context, level int, first, last ltx.TXID, offset, size int64) (io.ReadCloser, error) {
	path, err := f.find(level, first, last)
	if err != nil {
		return nil, err
	}
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
		if plain, length, err = age.DecryptReaderAt(file, info.Size(), f.identities...); err != nil {
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

func notForThisKey(path string, err error) error {
	if none := new(age.NoIdentityMatchError); errors.As(err, &none) {
		return fmt.Errorf("%s was sealed to another key: %w", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// WriteLTXFile seals a file into the folder: whole or not at all, and on the disk when it returns.
func (f *sealedFolder) WriteLTXFile(_ context.Context, level int, first, last ltx.TXID, r io.Reader) (info *ltx.FileInfo, err error) {
	var head bytes.Buffer
	header, _, err := ltx.PeekHeader(io.TeeReader(r, &head))
	if err != nil {
		return nil, fmt.Errorf("read what is to be copied: %w", err)
	}
	var part *os.File
	if err := f.steps.do(func() (err error) {
		if err := f.home.there(); err != nil {
			return err
		}
		if err := os.Mkdir(f.level(level), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make a folder of the copy: %w", err)
		}
		if part, err = os.CreateTemp(f.level(level), "*"+partEnd); err != nil { // made with 0600
			return fmt.Errorf("write the copy: %w", err)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write the copy: %w", err), f.steps.do(func() error { return errors.Join(ignoreClosed(part.Close()), os.Remove(part.Name())) }))
		}
	}()
	sealed, err := age.Encrypt(&stepWriter{steps: f.steps, file: part}, f.recipients...)
	if err != nil {
		return nil, err
	}
	size, err := io.Copy(sealed, io.MultiReader(&head, r))
	if err = errors.Join(err, sealed.Close()); err != nil {
		return nil, err
	}
	info = &ltx.FileInfo{Level: level, MinTXID: first, MaxTXID: last, Size: size, CreatedAt: time.UnixMilli(header.Timestamp).UTC()}
	path := filepath.Join(f.level(level), nameOf(info))
	err = f.steps.do(func() error {
		if err := errors.Join(part.Sync(), part.Close()); err != nil {
			return err
		}
		if err := os.Rename(part.Name(), path); err != nil {
			return err
		}
		return syncFolder(filepath.Dir(path))
	})
	return info, err
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

// DeleteLTXFiles deletes files.
func (f *sealedFolder) DeleteLTXFiles(_ context.Context, list []*ltx.FileInfo) error {
	for _, info := range list {
		path, err := f.find(info.Level, info.MinTXID, info.MaxTXID)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = f.steps.do(func() error { return os.Remove(path) })
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// DeleteAll is refused: nothing here ever means a copy to go.
func (*sealedFolder) DeleteAll(context.Context) error {
	return errors.New("a copy is not deleted whole")
}
