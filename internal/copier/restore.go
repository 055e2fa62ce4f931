package copier

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
	"github.com/superfly/ltx"
)

// Moment is a moment that a copy can be put back to.
type Moment struct {
	At time.Time // exact to half a second within the last minutes, to half a minute before
	// Files and Bytes are what is read for it.
	Files int
	Bytes int64

	dir  string // of the generation
	last ltx.TXID
}

// Find says which moment a copy can be put back to: the last one, or the last that is not after a time.
func Find(ctx context.Context, from string, keys []age.Identity, at time.Time) (Moment, error) {
	var m Moment
	if _, err := os.Stat(from); err != nil {
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
	for _, dir := range list {
		found, err := findIn(ctx, dir, keys, ask)
		if err != nil {
			return m, fmt.Errorf("look through the copy: %w", err)
		}
		if found.At.After(m.At) {
			m = found
		}
	}
	switch {
	case m.Files > 0:
		return m, nil
	case at.IsZero():
		return m, fmt.Errorf("%s holds no copy of a database", from)
	}
	return m, fmt.Errorf("%s holds nothing from before %s", from, at.UTC().Format(time.RFC3339))
}

// findIn finds the last moment before a time in a generation; zero: the last there is. Files 0: it has none.
func findIn(ctx context.Context, dir string, keys []age.Identity, before time.Time) (Moment, error) {
	m := Moment{dir: dir}
	plan, err := litestream.CalcRestorePlan(ctx, &sealedFolder{dir: dir, identities: keys}, 0, before, slog.New(slog.DiscardHandler))
	if errors.Is(err, litestream.ErrTxNotAvailable) {
		return m, nil
	}
	for _, file := range plan {
		m.Files++
		m.Bytes += file.Size
		m.last = max(m.last, file.MaxTXID)
		if file.CreatedAt.After(m.At) {
			m.At = file.CreatedAt
		}
	}
	return m, err
}

// Restore writes the database of a moment into a new file and looks through all of it.
func Restore(ctx context.Context, keys []age.Identity, m Moment, to string) error {
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already; nothing was changed", to))
	}
	target := litestream.NewDB(to)
	target.SetLogger(slog.New(slog.DiscardHandler))
	replica := litestream.NewReplicaWithClient(target, &sealedFolder{dir: m.dir, identities: keys})
	options := litestream.NewRestoreOptions()
	options.OutputPath, options.TXID, options.IntegrityCheck = to, m.last, litestream.IntegrityCheckFull
	if err := replica.Restore(ctx, options); err != nil {
		return fmt.Errorf("put the copy together: %w", err)
	}
	return nil
}
