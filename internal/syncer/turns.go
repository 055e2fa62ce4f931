package syncer

import (
	"maps"
	"slices"
	"sync"
	"time"

	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
)

// What one transaction takes in. Everybody waits for it, so it is bounded by both. The judging at its end and the commit
// come on top; together they are to stay below the 50 ms that nobody's push may wait for somebody else's, which the
// bench measures ("longest hold of the writer").
const (
	maxGroupChanges = 800
	maxGroupTime    = 30 * time.Millisecond
)

// How a client that sends much is kept from being felt by the others. Of those who need far less and come at the
// same time, each is waited for as long as a commit takes, so what counts is how often there is somebody
// else's commit to wait for: a client that took muchMore times what is usual in the last second brings
// smallTurn changes at a time and leaves the writer alone for restShare times as long as they took. A phone with
// 200 changes is through in a second or two all the same, and when nobody else is about, at once.
const (
	muchMore  = 8
	smallTurn = 16
	restShare = 40
	useWindow = time.Second
)

// maxWaitingOfOne is how many pieces of work of one client may wait: a phone has one push under way at a time.
const maxWaitingOfOne = 8

// job is one unit of work for the writer. It may run more than once: first in a group, then, if the group failed,
// alone; only the last run counts.
type job struct {
	client string // whose turn it takes; "" for work that waits for nobody's turn
	run    func(tx *pbstore.Tx, t *turn) error
	// kept is told of each commit of what it ran, and left is how many changes it still has to bring. Both are nil
	// where one run is all.
	kept func()
	left func() int
	done chan error
	gone bool // whoever waited for it has left; guarded by the queue
}

func (j *job) size() int {
	if j.left == nil {
		return 1
	}
	return j.left()
}

// turn is what a job may do in one transaction.
type turn struct {
	rooms *rooms.Rooms
	// apart: it runs alone and must survive a failing mutation.
	apart   bool
	changes int // it may bring at most
	taken   int // it has brought
	over    func() bool
}

// ends says whether what is left is for another transaction. One change is always brought.
func (t *turn) ends() bool { return t.taken > 0 && (t.taken >= t.changes || t.over()) }

// turns is the queue of the writer: what waits, client by client, and whose turn is next.
type turns struct {
	mu      sync.Mutex
	limit   int
	waiting int
	order   []*line // with work waiting, next first
	lines   map[string]*line
	ready   chan struct{} // holds a token when something came

	// use is how long the writer worked for each client in this second and in the one before.
	use, before map[string]time.Duration
	usual       time.Duration // of before: what half of them took, or less
	since       time.Time
}

// line is what waits of one client, in its order.
type line struct {
	client string
	jobs   []*job
	rest   time.Time // its turn comes no sooner
}

func newTurns(limit int) *turns {
	return &turns{limit: limit, lines: map[string]*line{}, ready: make(chan struct{}, 1), use: map[string]time.Duration{}}
}

// add puts a job at the end of its client's line; false when there is no room.
func (q *turns) add(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lineOf(j.client)
	if q.waiting >= q.limit || j.client != "" && len(l.jobs) >= maxWaitingOfOne {
		return false
	}
	q.put(l, append(l.jobs, j))
	q.wake()
	return true
}

// back puts a job that did not come to run, or not to its end, where it was: its client is next. Who takes much comes
// after everybody else.
func (q *turns) back(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lineOf(j.client)
	l.jobs = append([]*job{j}, l.jobs...)
	q.waiting++
	q.order = slices.DeleteFunc(q.order, func(o *line) bool { return o == l })
	if q.takesMuch(j.client) {
		q.order = append(q.order, l)
	} else {
		q.order = append([]*line{l}, q.order...)
	}
	q.wake()
}

// leave notes that nobody waits for a job any more: what it has not brought yet, its phone sends again.
func (q *turns) leave(j *job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.gone = true
}

func (q *turns) left(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return j.gone
}

// lineOf finds a client's line; work of nobody has one of its own each time.
func (q *turns) lineOf(client string) *line {
	if client == "" {
		return &line{}
	}
	l := q.lines[client]
	if l == nil {
		l = &line{client: client}
		q.lines[client] = l
	}
	return l
}

func (q *turns) put(l *line, jobs []*job) {
	if len(l.jobs) == 0 {
		q.order = append(q.order, l)
	}
	q.waiting += len(jobs) - len(l.jobs)
	l.jobs = jobs
}

func (q *turns) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// turnOf is a job whose turn it is, with the changes it may bring.
type turnOf struct {
	*job
	changes int // it may bring
	taken   int // it brought
}

// take gives the jobs of the next transaction: each client's first in turn, until there are enough. Wait is how
// long until somebody's rest is over, where only they have something waiting; 0: nobody has.
func (q *turns) take(now time.Time, atMost int) (group []turnOf, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.turnPage(now)
	left := maxGroupChanges
	var resting []*line
	for len(q.order) > 0 && len(group) < atMost && left > 0 {
		l := q.order[0]
		q.order = q.order[1:]
		if d := l.rest.Sub(now); d > 0 && d < restShare*maxGroupTime+useWindow { // but where the clock was set back
			resting = append(resting, l)
			if wait == 0 || d < wait {
				wait = d
			}
			continue
		}
		j := l.jobs[0]
		l.jobs = l.jobs[1:]
		q.waiting--
		may, heavy := left, q.takesMuch(l.client)
		if heavy {
			may = min(may, smallTurn)
		}
		switch {
		case len(l.jobs) == 0:
		case heavy:
			resting = append(resting, l) // one turn in a transaction
		default:
			q.order = append(q.order, l)
		}
		group = append(group, turnOf{job: j, changes: may})
		left -= min(may, max(1, j.size()))
	}
	q.order = append(resting, q.order...)
	if len(group) > 0 {
		wait = 0
	}
	return group, wait
}

// took notes how long a transaction worked for a client, which may have to rest for it.
func (q *turns) took(client string, d time.Duration, now time.Time) {
	if client == "" || d <= 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.takesMuch(client) {
		q.lineOf(client).rest = now.Add(restShare * d)
		d *= restShare // what it would have taken: it does not become usual by resting
	}
	q.use[client] += d
}

// takesMuch says whether a client took much more of the writer than was usual in the last second. What this second
// brings is not compared with the last one: at five o'clock everybody begins to send at once.
func (q *turns) takesMuch(client string) bool {
	return client != "" && len(q.before) > 1 && q.before[client] > muchMore*q.usual
}

// turnPage begins a new second: what is known of the one before last is forgotten.
func (q *turns) turnPage(now time.Time) {
	if d := now.Sub(q.since); d >= 0 && d < useWindow {
		return
	} else if d >= 2*useWindow || d < 0 {
		clear(q.use)
	}
	q.since, q.before, q.use = now, q.use, map[string]time.Duration{}
	q.usual = 0
	if took := slices.Sorted(maps.Values(q.before)); len(took) > 0 {
		q.usual = took[(len(took)-1)/2]
	}
	for client, l := range q.lines {
		if len(l.jobs) == 0 && !l.rest.After(now) {
			delete(q.lines, client)
		}
	}
}

func (q *turns) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}
