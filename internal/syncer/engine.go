package syncer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/clockwatch"
	"doorstep/internal/delivery"
	"doorstep/internal/history"
	"doorstep/internal/judge"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
)

// Options of an Engine.
type Options struct {
	// GroupSize is how many pushes one commit takes at most; QueueLength how many may wait.
	GroupSize, QueueLength int
	// CursorKey signs cursors, so that one which is ahead of the database proves a restore.
	CursorKey []byte
	// MaxWait is how long a pull may wait for news.
	MaxWait time.Duration
	Now     func() time.Time
	// Meter is the clock by which the writer's time is bounded and shared out, which no setting of the time of
	// day moves; nil: time is not counted, and a transaction is bounded by its changes alone.
	Meter func() time.Time
	// Channels are the ways handovers leave by, given the store of our own inbox; nil: that inbox alone.
	Channels func(delivery.InboxStore) []delivery.Channel
	// Beyond is where handovers go that were put into an inbox; nil: nowhere.
	Beyond Beyond
	// Due is what WorkDue does about each kind of due row; a row of any other kind is dropped.
	Due DueWork
	// Lost are starts of a server that this database does not know, as a journal beside it tells: it was
	// restored, and a new epoch opens. Restored says the same where no start is missing.
	Lost     []history.Name
	Restored bool
	// Clock tells when the clock of the machine was set; nil: it never is.
	Clock *clockwatch.Watch
	// Round are the people whom a new phone of a member of staff needs first, the most important in front; nil: nobody.
	Round func(snap *pbstore.Snapshot, viewer care.Viewer, now time.Time, most int) ([]string, error)
	// Secure returns when all that was committed is as safe as it must be before a phone's push is answered, or why it is not; many may
	// ask at once, and the writer waits for none of them. Nil: a commit is enough.
	Secure func(context.Context) error
	// Observer is told of what was done; nil: nobody is.
	Observer Observer
	Log      *slog.Logger
	Seams
}

// Beyond is how teams are reached beyond our own inbox.
type Beyond interface {
	// Spread lets what was put into an inbox leave by the ways of its team too, in the transaction that put it there.
	Spread(tx *pbstore.Tx, item delivery.Item) error
	// Alarm lets it leave that somebody of a team is alone and wants looking after, in the transaction that says so.
	Alarm(tx *pbstore.Tx, stay string) error
	// Hasten takes back what a clock that was ahead has left.
	Hasten(tx *pbstore.Tx) error
}

// Engine is the sync engine of one database.
type Engine struct {
	store   *pbstore.Store
	o       Options
	cursors cursors
	turns   *turns
	// decoding is what of pushes is decoded and not committed yet.
	decoding *decoding
	stop     chan struct{}
	ended    chan struct{} // closed when the writer has ended
	nudge    chan struct{}
	pulled   pulledToday
	told     told
	places   *places
	// delivering is held by the one round of the courier that may run.
	delivering sync.Mutex
	checked    atomic.Pointer[checked]
	safe       atomic.Int64 // the last number that is as safe as Options.Secure makes it
}

// New makes an engine on a store. Start must be called before it is used, Stop after.
func New(store *pbstore.Store, o Options) *Engine {
	if o.GroupSize == 0 {
		o.GroupSize = 64
	}
	if o.QueueLength == 0 {
		o.QueueLength = 512
	}
	if o.MaxWait == 0 {
		o.MaxWait = MaxWait
	}
	if o.Channels == nil {
		o.Channels = func(store delivery.InboxStore) []delivery.Channel {
			return []delivery.Channel{delivery.Inbox{Store: store}}
		}
	}
	if o.Meter == nil {
		o.Meter = func() time.Time { return time.Time{} }
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Engine{store: store, o: o, cursors: cursors{key: o.CursorKey}, turns: newTurns(o.QueueLength), decoding: newDecoding(), places: newPlaces(placesKept),
		stop: make(chan struct{}), ended: make(chan struct{}), nudge: make(chan struct{}, 1)}
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
	go e.write()
	return nil
}

// Stop finishes what is queued and ends the writer. Nothing is lost: what was not answered is
// sent again by its phone.
func (e *Engine) Stop() {
	close(e.stop)
	<-e.ended
}

// ErrBusy: the queue is full; try again later.
var ErrBusy = errors.New("syncer: too many pushes are waiting")

// Do runs work in a transaction of the writer, grouped with whatever else waits. The work may
// be run twice; it must set its results afresh each time.
func (e *Engine) Do(ctx context.Context, run func(tx *pbstore.Tx) error) error {
	return e.submit(ctx, &job{run: func(tx *pbstore.Tx, _ *turn) error { return run(tx) }})
}

func (e *Engine) submit(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	select {
	case <-e.stop:
		return ErrBusy
	default:
	}
	if !e.turns.add(j) {
		return ErrBusy
	}
	select {
	case err := <-j.done:
		return err
	case <-e.ended:
		return ErrBusy
	case <-ctx.Done():
		// What of it was taken in may be committed already; its phone asks again and gets the stored answers.
		e.turns.leave(j)
		return ctx.Err()
	}
}

func (e *Engine) write() {
	defer close(e.ended)
	rested := time.NewTimer(0)
	for {
		select {
		case <-e.turns.ready:
		case <-rested.C:
		case <-e.nudge:
			e.logged("settle", e.settle())
		case <-e.stop:
			e.drain()
			return
		}
		if wait := e.round(); wait > 0 {
			rested.Reset(wait)
		}
	}
}

// drain takes in whatever waits when the engine is stopped; nobody rests any more.
func (e *Engine) drain() {
	for {
		group, _ := e.turns.take(e.o.Meter().Add(time.Hour), e.o.GroupSize)
		if len(group) == 0 {
			return
		}
		e.commit(group)
	}
}

// round takes in what waits, group by group, until nothing does or whoever waits has to rest, and for how long.
func (e *Engine) round() time.Duration {
	for {
		group, wait := e.turns.take(e.o.Meter(), e.o.GroupSize)
		if len(group) == 0 {
			return wait
		}
		e.commit(group)
		select {
		case <-e.nudge:
			e.logged("settle", e.settle())
		default:
		}
	}
}

// errDirty: somebody wrote past the engine; that is settled before anything else is merged.
var errDirty = errors.New("syncer: unsettled writes")

// commit runs a group in one transaction, as far as its time reaches. If any of it fails, nothing of it is kept
// and each job runs again alone, so that one bad job cannot spoil its neighbours.
func (e *Engine) commit(group []turnOf) {
	began := e.o.Meter()
	ran, err := e.together(group)
	for tries := 0; errors.Is(err, errDirty) && tries < 20; tries++ {
		if err = e.settle(); err == nil {
			began = e.o.Meter()
			ran, err = e.together(group)
		}
	}
	for _, j := range slices.Backward(group[ran:]) {
		e.turns.back(j.job)
	}
	group = group[:ran]
	if err == nil || pbstore.Unavailable(err) {
		e.account(group, e.o.Meter().Sub(began))
		for _, j := range group {
			e.done(j.job, err)
		}
		e.logged("commit", err)
		return
	}
	e.logged("commit a group", err)
	for _, j := range group {
		began := e.o.Meter()
		err := e.safely(func(tx *pbstore.Tx) error {
			return j.run(tx, &turn{rooms: e.Rooms(tx), apart: true, changes: j.changes, over: e.overAfter(maxGroupTime)})
		})
		e.account([]turnOf{{job: j.job, taken: 1}}, e.o.Meter().Sub(began))
		e.done(j.job, err)
	}
}

// done answers whoever waits for a job, or puts it back when it has more to bring.
func (e *Engine) done(j *job, err error) {
	if err == nil && j.kept != nil {
		if j.kept(); j.left() > 0 && !e.turns.left(j) {
			e.turns.back(j)
			return
		}
	}
	j.done <- err
}

// account notes how long a transaction worked for each client: each change of it took its part.
func (e *Engine) account(group []turnOf, took time.Duration) {
	changes := 0
	for _, j := range group {
		changes += j.taken
	}
	e.o.Observer.Committed(len(group), changes, took)
	now := e.o.Meter()
	for _, j := range group {
		e.turns.took(j.client, took*time.Duration(j.taken)/time.Duration(max(1, changes)), now)
	}
}

// overAfter says when a time from now on is over.
func (e *Engine) overAfter(d time.Duration) func() bool {
	end := e.o.Meter().Add(d)
	return func() bool { return e.o.Meter().After(end) }
}

// together runs a group in one transaction and says how many of its jobs came to run before the time was over.
// People are judged at its end.
func (e *Engine) together(group []turnOf) (ran int, err error) {
	over := e.overAfter(maxGroupTime)
	ran = len(group) // all of them, should it fail, also before the first
	err = e.safely(func(tx *pbstore.Tx) error {
		dirty, err := tx.Dirty()
		if err != nil {
			return err
		}
		if dirty {
			return errDirty
		}
		all, judge := e.judgedOnce(tx)
		for i, j := range group {
			if i > 0 && over() {
				ran = i
				break
			}
			t := &turn{rooms: all, changes: j.changes, over: over}
			err := j.run(tx, t)
			group[i].taken = max(1, t.taken)
			if err != nil {
				return err
			}
		}
		return judge()
	})
	return ran, err
}

// judgedOnce are the rooms of a transaction, in which what its changes did is judged when the returned function
// is called: each person once. What comes of it has the number of the last of them.
func (e *Engine) judgedOnce(tx *pbstore.Tx) (*rooms.Rooms, func() error) {
	r := e.Rooms(tx)
	g := &judge.Gathered{Next: r.TakeIn.Judge}
	r.TakeIn.Judge = g
	return r, func() error {
		return g.End()
	}
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

// What one transaction takes in of foreign writes: so many, and no further one after that time. Judging them and the
// commit come on top.
const (
	settleAtOnce  = 200
	maxSettleTime = maxGroupTime / 2
)

func (e *Engine) settle() error {
	for {
		more := false
		if err := e.safely(func(tx *pbstore.Tx) (err error) {
			r, judge := e.judgedOnce(tx)
			if more, err = tx.Settle(settleAtOnce, e.overAfter(maxSettleTime), r.TakeIn); err != nil {
				return err
			}
			return judge()
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
