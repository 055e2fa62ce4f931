package copier

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
)

// Moment is a moment that a copy can be put back to.
type Moment struct {
	At time.Time // exact to half a second within the last minutes, to half a minute before
	// Files are what is read for it.
	Files int
	// Size is that of the database, in bytes.
	Size int64
	// Beside are other servers' copies in the same folder that the keys open too, the latest first.
	Beside []Beside
	// Unread is why other copies there could not be looked through, but for those that the keys do not open; nil: all could.
	Unread error

	dir  string // of the generation
	last ltx.TXID
}

// Beside is another server's copy: what it reaches, which is earlier, and the folder to find it in.
type Beside struct {
	At   time.Time
	From string
}

// Find says which moment a copy can be put back to: the last one, or the last that is not after a time. The files that are read for it
// are there and begin as they must. Copies that none of the keys opens are passed over.
// From is the folder of the copy, or in it that of one server.
func Find(ctx context.Context, from string, keys []age.Identity, at time.Time) (Moment, error) {
	var m Moment
	if _, err := os.Stat(from); err != nil && !inBucket(from) {
		return m, fmt.Errorf("look at the copy: %w", err)
	}
	ask := time.Time{}
	if !at.IsZero() {
		ask = at.Add(time.Millisecond) // Litestream takes what lies before
	}
	list, err := generations(from)
	if err != nil {
		return m, err
	}
	var moments []Moment
	var bad, unread error
	for _, dir := range list {
		found, err := findIn(ctx, dir, keys, ask)
		if errors.Is(err, fs.ErrNotExist) { // files were joined meanwhile
			found, err = findIn(ctx, dir, keys, ask)
		}
		switch {
		case err != nil:
			err = fmt.Errorf("look through the copy: %w", err)
			if none := new(age.NoIdentityMatchError); !errors.As(err, &none) {
				unread = errors.Join(unread, err)
			}
			bad = errors.Join(bad, err)
		case found.Files > 0:
			moments = append(moments, found)
		}
	}
	switch {
	case len(moments) > 0:
		slices.SortFunc(moments, func(a, b Moment) int { return b.At.Compare(a.At) })
		m = moments[0]
		m.Unread = unread
		for _, other := range moments[1:] {
			m.Beside = append(m.Beside, Beside{At: other.At, From: other.dir})
		}
		return m, nil
	case bad != nil:
		return m, bad
	case at.IsZero():
		return m, fmt.Errorf("%s holds no copy of a database", from)
	}
	return m, fmt.Errorf("%s holds nothing from before %s", from, at.UTC().Format(time.RFC3339))
}

// findIn finds the last moment before a time in a generation; zero: the last there is. Files 0: it has none.
func findIn(ctx context.Context, dir string, keys []age.Identity, before time.Time) (Moment, error) {
	m := Moment{dir: dir}
	lies, err := placeOf(dir)
	if err != nil {
		return m, err
	}
	copied := &sealed{place: lies, identities: keys}
	plan, err := litestream.CalcRestorePlan(ctx, copied, 0, before, slog.New(slog.DiscardHandler))
	if errors.Is(err, litestream.ErrTxNotAvailable) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	for _, file := range plan {
		header, err := copied.header(ctx, file)
		if err != nil {
			return Moment{}, err
		}
		m.Files++
		if file.MaxTXID >= m.last {
			m.last, m.Size = file.MaxTXID, int64(header.Commit)*int64(header.PageSize)
		}
		if file.CreatedAt.After(m.At) {
			m.At = file.CreatedAt
		}
	}
	return m, nil
}

// header opens a file as far as its header. A file that was cut short does not open.
func (s *sealed) header(ctx context.Context, info *ltx.FileInfo) (h ltx.Header, err error) {
	file, err := s.OpenLTXFile(ctx, info.Level, info.MinTXID, info.MaxTXID, 0, 0)
	if err != nil {
		return h, err
	}
	h, _, err = ltx.PeekHeader(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return h, fmt.Errorf("read the header of the file of %s-%s of level %d: %w", info.MinTXID, info.MaxTXID, info.Level, err)
	}
	return h, nil
}

// Restore writes the database of a moment into a new file and looks through all of it.
func Restore(ctx context.Context, keys []age.Identity, m Moment, to string) error {
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already; nothing was changed", to))
	}
	lies, err := placeOf(m.dir)
	if err != nil {
		return err
	}
	target := litestream.NewDB(to)
	target.SetLogger(slog.New(slog.DiscardHandler))
	replica := litestream.NewReplicaWithClient(target, &sealed{place: lies, identities: keys})
	options := litestream.NewRestoreOptions()
	options.OutputPath, options.TXID, options.IntegrityCheck = to, m.last, litestream.IntegrityCheckFull
	if err := replica.Restore(ctx, options); err != nil {
		return fmt.Errorf("put the copy together: %w", err)
	}
	return nil
}
