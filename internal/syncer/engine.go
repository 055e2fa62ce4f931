package syncer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/internal/clockwatch"
	"doorstep/internal/delivery"
	"doorstep/internal/history"
	"doorstep/internal/pbstore"
)

// Options of an Engine.
type Options struct {
	// GroupSize is how many pushes one commit takes at most; QueueLength how many may wait.
	GroupSize, QueueLength int
	// CursorKey signs cursors, so that one which is ahead of the database proves a restore.
	CursorKey []byte
	// QuarantineQuota is how many open quarantine rows one client may have.
	QuarantineQuota int64
	// MaxWait is how long a pull may wait for news.
	MaxWait time.Duration
	Now     func() time.Time
	// Channels are the ways handovers leave by, given the store of our own inbox; nil: that inbox alone.
	Channels func(delivery.InboxStore) []delivery.Channel
	// Due is what WorkDue does about each kind of due row; a row of any other kind is dropped.
	Due DueWork
	// Lost are starts of a server that this database does not know, as a journal beside it tells: it was
	// restored, and a new epoch opens. Restored says the same where no start is missing.
	Lost     []history.Name
	Restored bool
	// Clock tells when the clock of the machine was set; nil: it never is.
	Clock *clockwatch.Watch
	Log   *slog.Logger
	Seams
}

// Engine is the sync engine of one database.
type Engine struct {
	store   *pbstore.Store
	o       Options
	cursors cursors
	queue   chan *job
	stop    chan struct{}
	stopped sync.WaitGroup
	nudge   chan struct{}
	pulled  pulledToday
	told    told
	// delivering is held by the one round of the courier that may run.
	delivering sync.Mutex
	checked    atomic.Pointer[checked]
}

// New makes an engine on a store. Start must be called before it is used, Stop after.
func New(store *pbstore.Store, o Options) *Engine {
	if o.GroupSize == 0 {
		o.GroupSize = 64
	}
	if o.QueueLength == 0 {
		o.QueueLength = 512
	}
	if o.QuarantineQuota == 0 {
		o.QuarantineQuota = 2000
	}
	if o.MaxWait == 0 {
		o.MaxWait = MaxWait
	}
	if o.Channels == nil {
		o.Channels = func(store delivery.InboxStore) []delivery.Channel {
			return []delivery.Channel{delivery.Inbox{Store: store}}
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Engine{store: store, o: o, cursors: cursors{key: o.CursorKey}, queue: make(chan *job, o.QueueLength),
		stop: make(chan struct{}), nudge: make(chan struct{}, 1)}
}

// Start begins a history, settles what was written while the engine was not running and begins to take
// work. On a disk that takes no writes it starts all the same: phones can read, and what is left undone
// comes before the first change that can be stored.
func (e *Engine) Start() error {
	if err := e.begin(); err != nil {
		return fmt.Errorf("begin a history: %w", err)
	}
	if err := e.settle(); err != nil && !pbstore.Unavailable(err) {
		return fmt.Errorf("settle on start: %w", err)
	}
	if err := e.loadChecked(); err != nil {
		return fmt.Errorf("read how the last check ended: %w", err)
	}
	e.stopped.Add(1)
	go e.write()
	return nil
}

// Stop finishes what is queued and ends the writer. Nothing is lost: what was not answered is
// sent again by its phone.
func (e *Engine) Stop() {
	close(e.stop)
	e.stopped.Wait()
}

// job is one unit of work for the writer. It may run more than once: first in a group, then, if
// the group failed, alone; only the last run counts.
type job struct {
	// run does the work. Apart means that it runs alone and must survive a failing mutation.
	run  func(tx *pbstore.Tx, apart bool) error
	done chan error
}

// ErrBusy: the queue is full; try again later.
var ErrBusy = errors.New("syncer: too many pushes are waiting")

// Do runs work in a transaction of the writer, grouped with whatever else waits. The work may
// be run twice; it must set its results afresh each time.
func (e *Engine) Do(ctx context.Context, run func(tx *pbstore.Tx) error) error {
	return e.submit(ctx, func(tx *pbstore.Tx, _ bool) error { return run(tx) })
}

func (e *Engine) submit(ctx context.Context, run func(*pbstore.Tx, bool) error) error {
	j := &job{run: run, done: make(chan error, 1)}
	select {
	case e.queue <- j:
	case <-e.stop:
		return ErrBusy
	default:
		return ErrBusy
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		// The work may still be committed; its phone asks again and gets the stored answer.
		return ctx.Err()
	}
}

func (e *Engine) write() {
	defer e.stopped.Done()
	for {
		select {
		case j := <-e.queue:
			e.commit(e.group(j))
		case <-e.nudge:
			e.logged("settle", e.settle())
		case <-e.stop:
			for {
				select {
				case j := <-e.queue:
					e.commit(e.group(j))
				default:
					return
				}
			}
		}
	}
}

// group takes whatever else waits, without waiting for more.
func (e *Engine) group(first *job) []*job {
	jobs := []*job{first}
	for len(jobs) < e.o.GroupSize {
		select {
		case j := <-e.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// errDirty: somebody wrote past the engine; that is settled before anything else is merged.
var errDirty = errors.New("syncer: unsettled writes")

// commit runs a group in one transaction. If any of it fails, nothing of it is kept and each
// job runs again alone, so that one bad job cannot spoil its neighbours.
func (e *Engine) commit(jobs []*job) {
	err := e.together(jobs)
	for tries := 0; errors.Is(err, errDirty) && tries < 20; tries++ {
		if err = e.settle(); err == nil {
			err = e.together(jobs)
		}
	}
	if err == nil || pbstore.Unavailable(err) {
		for _, j := range jobs {
			j.done <- err
		}
		e.logged("commit", err)
		return
	}
	e.logged("commit a group", err)
	for _, j := range jobs {
		j.done <- e.safely(func(tx *pbstore.Tx) error { return j.run(tx, true) })
	}
}

func (e *Engine) together(jobs []*job) error {
	return e.safely(func(tx *pbstore.Tx) error {
		dirty, err := tx.Dirty()
		if err != nil {
			return err
		}
		if dirty {
			return errDirty
		}
		for _, j := range jobs {
			if err := j.run(tx, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// safely runs a transaction; a panic in it becomes an error and is rolled back.
func (e *Engine) safely(fn func(*pbstore.Tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("syncer: panic in a transaction: %v", r)
		}
	}()
	return e.store.Write(context.Background(), fn)
}

// settleAtOnce is how many foreign writes one transaction takes in.
const settleAtOnce = 500

func (e *Engine) settle() error {
	for {
		more := false
		if err := e.safely(func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(settleAtOnce, e.Rooms(tx).TakeIn)
			return err
		}); err != nil || !more {
			return err
		}
	}
}

// Settle takes in the writes of others before it returns.
func (e *Engine) Settle(ctx context.Context) error {
	dirty, err := e.store.AnyDirty()
	if err != nil || !dirty {
		return err
	}
	// Any job makes the writer settle first.
	return e.Do(ctx, func(*pbstore.Tx) error { return nil })
}

// Nudge makes the writer settle what others wrote. It never blocks.
func (e *Engine) Nudge() {
	select {
	case e.nudge <- struct{}{}:
	default:
	}
}

func (e *Engine) logged(what string, err error) {
	if err != nil && !errors.Is(err, errDirty) {
		e.o.Log.Error(what, "error", err)
	}
}
