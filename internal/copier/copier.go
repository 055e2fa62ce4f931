package copier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"
	"github.com/benbjohnson/litestream"
)

const (
	// every is how often it is looked whether something was committed; a moment lies on this grid.
	every = 500 * time.Millisecond
	// patience is how long somebody waits for the copy who has to. The copying itself takes as long as it takes: a whole database may
	// take minutes, and what is begun anew each time is never done.
	patience = 5 * time.Second
	// busy is how long Litestream waits for our writer when it needs the database for itself.
	busy = 10 * time.Second
	// truncateFrom is the length of the write-ahead log, in pages of 8 kB, from which everybody waits until it is short again.
	truncateFrom = 12000
	// kept is how long one can go back: a little longer than phones can send again what is missing (fourteen days).
	kept = 15 * 24 * time.Hour
)

// levels are how files are joined: one of each half minute, then of each quarter of an hour and each day.
var levels = litestream.CompactionLevels{{Level: 0}, {Level: 1, Interval: 30 * time.Second}, {Level: 2, Interval: 15 * time.Minute}, {Level: 3, Interval: 24 * time.Hour}}

// Options say what is copied where.
type Options struct {
	Dir string // the data folder
	// Number tells the database from any other that was in its place; "" where files have none.
	Number string
	To     string // the folder of the copy
	Key    string // file of the public keys it is sealed to
	Log    *slog.Logger
	// Uptime is the time that has passed since some moment, whatever the clock is set to.
	Uptime func() time.Duration
	// Steady is how long ago the clock was set last, as far as anybody knows; nil: nobody does, and nothing is deleted for being old.
	Steady func() time.Duration
	// Free is how many bytes of the data folder's disk are free; nil: nobody knows.
	Free func() (bytes int64, known bool)

	allowed int64                   // what may wait, where a test says so
	late    func() <-chan time.Time // and when a step on the disk of the copy takes too long
}

// Copier copies one database.
type Copier struct {
	o      Options
	own    string // where this server's generation is
	home   *home  // of it; nil where it is in no folder
	steps  *steps
	client *sealed
	db     *litestream.DB // nil: it was given up
	store  *litestream.Store
	// patience is how long Copy waits.
	patience time.Duration

	mu      sync.Mutex
	copied  time.Duration // by uptime: when all that was committed lay in the copy last, or since when it is tried
	failing error
	next    *round

	// backlog is what waits beside the database; only keep looks at it.
	backlog backlog
	// emptied: the write-ahead log was emptied for db; nor does anybody else look at this.
	emptied bool
	// givenUp: nothing is copied, and nobody but the server shortens the write-ahead log.
	givenUp atomic.Bool

	asked chan struct{} // holds a token when somebody waits for a round
	stop  context.CancelFunc
	done  chan struct{}
}

// round is one time that all is copied which was committed before it began.
type round struct {
	over chan struct{}
	err  error // once it is over
}

func newRound() *round { return &round{over: make(chan struct{})} }

// Check says whether a copy can be made as asked, before anything is served.
func Check(o Options) error {
	if o.Key == "" {
		return errors.New("--copy-to needs --copy-key, a file with the public key that the copy is sealed to; doorstep copy-key new makes one")
	}
	if inBucket(o.To) {
		if _, err := newBucket(o.To); err != nil {
			return err
		}
	} else if within(o.To, o.Dir) {
		return fmt.Errorf("%s is in the data folder: a copy there is lost with it. Name a folder on another disk or machine", o.To)
	}
	_, err := recipients(o.Key)
	return err
}

// within tells whether a folder is another or lies in it.
func within(folder, other string) bool {
	from, bad1 := filepath.Abs(other)
	to, bad2 := filepath.Abs(folder)
	relative, bad3 := filepath.Rel(from, to)
	return errors.Join(bad1, bad2, bad3) == nil && relative != ".." && !startsUp(relative)
}

func startsUp(relative string) bool {
	return len(relative) > 2 && relative[:2] == ".." && relative[2] == filepath.Separator
}

// Start begins to copy the database of a folder, which is open already.
func Start(o Options) (*Copier, error) {
	if err := Check(o); err != nil {
		return nil, err
	}
	sealTo, err := recipients(o.Key)
	if err != nil {
		return nil, err
	}
	own, err := serverKey(filepath.Join(o.Dir, ServerKeyFile))
	if err != nil {
		return nil, err
	}
	c := &Copier{o: o, steps: newSteps(), patience: patience, next: newRound(), asked: make(chan struct{}, 1), done: make(chan struct{}), copied: o.Uptime()}
	if o.late != nil {
		c.steps.late = o.late
	}
	lies, seen, err := c.lies(generation(own.Recipient()))
	if err != nil {
		return nil, err
	}
	if err := forgetOther(o, seen); err != nil {
		return nil, err
	}
	c.backlog = newBacklog(o)
	c.givenUp.Store(c.backlog.begins)
	c.client = &sealed{place: lies, recipients: append(sealTo, own.Recipient()), identities: []age.Identity{own}}
	c.db = c.newDB()
	c.store = litestream.NewStore([]*litestream.DB{c.db}, levels)
	c.store.SnapshotInterval, c.store.SnapshotRetention = 24*time.Hour, kept
	c.store.SetShutdownSyncTimeout(0) // of the database too, which was told its own by the store
	quiet := slog.New(&fromWarnings{o.Log.Handler()})
	c.store.Logger = quiet
	c.db.SetLogger(quiet)
	if err := c.store.Open(context.Background()); err != nil {
		return nil, fmt.Errorf("begin to copy to %s: %w", o.To, err)
	}
	var ctx context.Context
	ctx, c.stop = context.WithCancel(context.Background())
	go c.keep(ctx)
	return c, nil
}

// lies is where a generation of this server lies, and the note of where its copy was begun.
func (c *Copier) lies(generation string) (place, *note, error) {
	if inBucket(c.o.To) {
		c.own = below(c.o.To, generation)
		b, err := newBucket(c.own)
		if err != nil {
			return nil, nil, err
		}
		b.note, b.spool = &note{filepath.Join(c.o.Dir, noteFile), c.own}, filepath.Join(c.o.Dir, stateFolder)
		return b, b.note, b.sweepSpool()
	}
	c.own = filepath.Join(c.o.To, generation)
	c.home = newHome(c.own, filepath.Join(c.o.Dir, noteFile))
	return &folder{dir: c.home.note.of, home: c.home, steps: c.steps}, c.home.note, nil
}

// newDB is the database as Litestream looks at it.
func (c *Copier) newDB() *litestream.DB {
	db := litestream.NewDB(filepath.Join(c.o.Dir, "data.db"))
	db.MonitorInterval, db.BusyTimeout, db.TruncatePageN = 0, busy, truncateFrom
	db.Replica = litestream.NewReplicaWithClient(db, c.client)
	db.Replica.MonitorEnabled = false
	return db
}

// forgetOther takes away what Litestream kept, beside the database, of another one that was in its place, or for a copy in another folder:
// a backup that was put back, and a copy that begins anew, are copied from their beginning.
func forgetOther(o Options, to *note) error {
	state := filepath.Join(o.Dir, stateFolder)
	note := filepath.Join(state, "of")
	if text, err := os.ReadFile(note); o.Number != "" && err == nil && string(text) == o.Number && to.same() {
		return nil
	}
	if err := os.RemoveAll(state); err != nil {
		return fmt.Errorf("forget what was copied of another database: %w", err)
	}
	if err := os.MkdirAll(state, 0o700); err != nil {
		return fmt.Errorf("make the folder for what is not copied yet: %w", err)
	}
	return os.WriteFile(note, []byte(o.Number), 0o600)
}

// stateFolder, in the data folder, is where Litestream keeps what is not copied yet.
const stateFolder = ".data.db-litestream"

// sweepEvery is how often old generations of other servers are deleted, and how long the clock must not have been set before.
const sweepEvery = 24 * time.Hour

// keep copies what is committed until ctx ends.
func (c *Copier) keep(ctx context.Context) {
	defer close(c.done)
	same := false
	if err := c.steps.do(func() error { same = !inBucket(c.o.To) && sameDisk(c.o.Dir, c.o.To); return nil }); err == nil && same {
		c.o.Log.Warn("the copy lies on the disk of the data folder, and is lost with it: is another disk not mounted?", "to", c.o.To)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for swept := c.o.Uptime(); ; { // never at the start: nobody knows yet whether the clock is right
		c.round(ctx)
		if now := c.o.Uptime(); now-swept >= sweepEvery && c.o.Steady != nil && c.o.Steady() >= sweepEvery {
			swept = now
			if err := forgetGenerations(c.o.To, c.own, time.Now().Add(-kept)); err != nil {
				c.o.Log.Warn("an old generation of the copy stays", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-c.asked:
		}
	}
}

// round copies all that is committed when it begins, however long that takes. What fails is in State.
func (c *Copier) round(ctx context.Context) {
	began := c.o.Uptime()
	c.mu.Lock()
	r := c.next
	c.next = newRound()
	c.mu.Unlock()
	r.err = c.copy(ctx)
	defer close(r.over)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case r.err == nil:
		if c.failing != nil {
			c.o.Log.Warn("the copy goes on", "to", c.o.To)
		}
		c.copied, c.failing = max(c.copied, began), nil
	case ctx.Err() != nil: // it was stopped
	default:
		if c.failing == nil {
			c.o.Log.Error("the copy fails; it is tried again", "to", c.o.To, "error", r.err)
		}
		c.failing = r.err
	}
}

// ErrNotCopied: what was committed is not in the copy.
var ErrNotCopied = errors.New("what was stored is not in the copy yet")

// Copy returns when all that was committed before it was called lies in the copy, on its disk, or ErrNotCopied when that takes too
// long, ctx ends or the copier does. The copying goes on all the same.
func (c *Copier) Copy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.finished(ctx)
}

// finished waits for a round that begins from now on.
func (c *Copier) finished(ctx context.Context) error {
	c.mu.Lock()
	r := c.next
	c.mu.Unlock()
	select {
	case c.asked <- struct{}{}:
	default:
	}
	select {
	case <-r.over:
		if r.err != nil {
			return fmt.Errorf("%w: %w", ErrNotCopied, r.err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNotCopied, context.Cause(ctx))
	case <-c.done:
		return fmt.Errorf("%w: the server ends", ErrNotCopied)
	}
}

// State is how far the copy is behind: 0 where all is in it that was committed when it was looked last, and whether it fails.
type State struct {
	Behind  time.Duration
	Failing bool
}

// State says how the copy is.
func (c *Copier) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return State{Behind: max(0, c.o.Uptime()-c.copied), Failing: c.failing != nil}
}

// Close copies what is left and ends, or gives up when ctx ends: a write that hangs may never. A copy that has not begun, because
// somebody read whenever it was tried, is tried once more: whoever reads for long has ended by then.
func (c *Copier) Close(ctx context.Context) error {
	c.stop()
	ended := make(chan error, 1)
	go func() {
		<-c.done
		if c.db != nil && c.db.SQLDB() == nil {
			c.round(ctx)
		}
		ended <- c.store.Close(ctx)
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// fromWarnings passes on what is a warning or worse.
type fromWarnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h *fromWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h *fromWarnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &fromWarnings{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h *fromWarnings) WithGroup(name string) slog.Handler {
	return &fromWarnings{h.Handler.WithGroup(name)}
}
