package copier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
)

// place is where the copy of one server lies: a folder, or a part of a bucket. It knows files by their level and name, and not what is in
// them.
type place interface {
	// entries are the names of a level, in their order; none where it is not there.
	entries(level int) ([]string, error)
	// open reads what a sealed file holds from an offset on, size 0 to its end.
	open(level int, name string, keys []age.Identity, offset, size int64) (io.ReadCloser, error)
	// write makes a file, whole or not at all, that is safe when it returns. Its name is known once it was filled.
	write(level int, fill func(io.Writer) (name string, err error)) error
	remove(level int, name string) error
	// writable fails where nothing can be written.
	writable() error
}

// sealed keeps Litestream's files at a place, each sealed. What Litestream asks of a file without opening it, its size and when it was
// made, is in its name: a copy of the place by any means is as good as the place.
type sealed struct {
	place
	recipients []age.Recipient // none: it is only read
	identities []age.Identity
}

var _ litestream.ReplicaClient = (*sealed)(nil)

const sealedEnd = ".age"

// Type implements litestream.ReplicaClient, and so do all its exported methods.
func (*sealed) Type() string { return "sealed" }

// SetLogger does nothing: what goes wrong is returned.
func (*sealed) SetLogger(*slog.Logger) {}

// Init does nothing.
func (*sealed) Init(context.Context) error { return nil }

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

// list reads the files of a level, by their first transaction.
func (s *sealed) list(level int) ([]*ltx.FileInfo, error) {
	entries, err := s.entries(level)
	if err != nil {
		return nil, err
	}
	var list []*ltx.FileInfo
	for _, name := range entries {
		if info, ok := parseName(level, name); ok {
			list = append(list, info)
		}
	}
	slices.SortFunc(list, func(a, b *ltx.FileInfo) int {
		return strings.Compare(a.MinTXID.String()+a.MaxTXID.String(), b.MinTXID.String()+b.MaxTXID.String())
	})
	return list, nil
}

// LTXFiles lists the files of a level from a transaction on.
func (s *sealed) LTXFiles(_ context.Context, level int, seek ltx.TXID, _ bool) (ltx.FileIterator, error) {
	list, err := s.list(level)
	if err != nil {
		return nil, err
	}
	if len(s.recipients) > 0 {
		countAsPast(list, time.Now())
	}
	return ltx.NewFileInfoSliceIterator(slices.DeleteFunc(list, func(i *ltx.FileInfo) bool { return i.MinTXID < seek })), nil
}

// countAsPast has files from the future, of when the clock was wrong, count as made a day ago: Litestream joins no files before the time
// of the last ones that were joined is past, and deletes none. A day is old enough to be joined, and far from old enough to be deleted.
func countAsPast(list []*ltx.FileInfo, now time.Time) {
	for _, info := range list {
		if info.CreatedAt.After(now) {
			info.CreatedAt = now.Add(-24 * time.Hour)
		}
	}
}

// find are the names among those of a level of the files with these transactions.
func find(names []string, first, last ltx.TXID) (found []string) {
	begin := first.String() + "-" + last.String() + "."
	for _, name := range names {
		if strings.HasPrefix(name, begin) && strings.HasSuffix(name, sealedEnd) {
			found = append(found, name)
		}
	}
	return found
}

// OpenLTXFile reads a file from an offset on, size 0 to its end; of several with these transactions the last.
func (s *sealed) OpenLTXFile(_ context.Context, level int, first, last ltx.TXID, offset, size int64) (io.ReadCloser, error) {
	names, err := s.entries(level)
	if err != nil {
		return nil, err
	}
	found := find(names, first, last)
	if len(found) == 0 {
		return nil, litestream.NewLTXError("open", strconv.Itoa(level), level, uint64(first), uint64(last), fs.ErrNotExist)
	}
	return s.open(level, found[len(found)-1], s.identities, offset, size)
}

// notForThisKey says of which file it is that it does not open.
func notForThisKey(path string, err error) error {
	if none := new(age.NoIdentityMatchError); errors.As(err, &none) {
		return fmt.Errorf("%s was sealed to another key: %w", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// WriteLTXFile seals a file: whole or not at all, and safe when it returns.
func (s *sealed) WriteLTXFile(_ context.Context, level int, first, last ltx.TXID, r io.Reader) (*ltx.FileInfo, error) {
	var head bytes.Buffer
	header, _, err := ltx.PeekHeader(io.TeeReader(r, &head))
	if err != nil {
		return nil, fmt.Errorf("read what is to be copied: %w", err)
	}
	info := &ltx.FileInfo{Level: level, MinTXID: first, MaxTXID: last, CreatedAt: time.UnixMilli(header.Timestamp).UTC()}
	if err := s.write(level, func(part io.Writer) (string, error) {
		sealed, err := age.Encrypt(part, s.recipients...)
		if err != nil {
			return "", err
		}
		info.Size, err = io.Copy(sealed, io.MultiReader(&head, r))
		return nameOf(info), errors.Join(err, sealed.Close())
	}); err != nil {
		return nil, fmt.Errorf("write the copy: %w", err)
	}
	info.CreatedAt = time.Time{} // Litestream remembers it, and would wait for that time again if the clock is set back; when it joins files its timers say
	return info, nil
}

// DeleteLTXFiles deletes files. A level is listed once, however many of them go: in a bucket each time is asked, and paid, for.
func (s *sealed) DeleteLTXFiles(_ context.Context, list []*ltx.FileInfo) error {
	levels := map[int][]string{}
	for _, info := range list {
		names, listed := levels[info.Level]
		if !listed {
			var err error
			if names, err = s.entries(info.Level); err != nil {
				return err
			}
			levels[info.Level] = names
		}
		for _, name := range find(names, info.MinTXID, info.MaxTXID) {
			if err := s.remove(info.Level, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// DeleteAll is refused: nothing here ever means a copy to go.
func (*sealed) DeleteAll(context.Context) error {
	return errors.New("a copy is not deleted whole")
}
