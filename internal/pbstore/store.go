// Package pbstore holds the statements on data.db: what each room asks of the database, by table. It
// decides nothing: who may see what is in access, what a lead may do in desk. Connections and the one
// writer are in sqlitedb, the form of a value in columns, PocketBase's own records in pbrecords.
package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/bounded"
	"doorstep/internal/care"
	"doorstep/internal/history"
	"doorstep/internal/identifier"
	"doorstep/internal/rendered"
	"doorstep/internal/rules"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/worktime"
)

// Store is everything Doorstep keeps in data.db, on PocketBase's own connections, and what of
// it is held in memory: heads, grants, staff, rules. Memory is published after the commit that
// changed it, and every answer that leans on it says up to which number it is complete.
type Store struct {
	app    core.App
	db     *sqlitedb.DB
	tables *tables
	now    func() time.Time
	ids    *identifier.Minter
	names  history.Namer
	mem    *memory
	// Access is the index of who may see what, complete up to the head of the last commit.
	Access *access.Index

	retention time.Duration // of open issues about people one no longer has
	journal   func(history.History, []care.Standing) error
	channels  []string // by which a handover leaves
	unbind    func()   // takes off the app what Open bound to it
	faults    faults   // rows that could not be read whole
	// Rendered keeps records as phones got them.
	Rendered *rendered.Cache
}

// QueriesRun is how often the database was asked for anything so far: transactions of both kinds and
// single look-ups.
func (s *Store) QueriesRun() int64 { return s.db.QueriesRun() }

// StatementsRun is how many statements write transactions have run so far, and how many rows they read row by
// row: what a change costs, whatever else the machine does.
func (s *Store) StatementsRun() int64 { return s.db.StatementsRun() }

// LongestWrite is the longest that one transaction kept everybody else from writing since this was asked last.
func (s *Store) LongestWrite() time.Duration { return s.db.LongestWrite() }

// Unavailable says whether an error means that the store cannot work at the moment, so that the
// whole group fails unacknowledged; any other error is about the data it was given.
func Unavailable(err error) bool { return sqlitedb.Unavailable(err) }

// ReadError is an error while reading: nothing had to be stored.
type ReadError struct{ err error }

// Error implements error.
func (e *ReadError) Error() string { return "read: " + e.err.Error() }

// Unwrap gives what went wrong.
func (e *ReadError) Unwrap() error { return e.err }

// row looks one row up outside of a transaction. Errors of its Scan are *ReadError, but for sql.ErrNoRows.
func (s *Store) row(query string, args ...any) scanner { return readRow{s.db.Row(query, args...)} }

type scanner interface{ Scan(into ...any) error }

type readRow struct{ row *sql.Row }

// Scan implements scanner.
func (r readRow) Scan(into ...any) error {
	err := r.row.Scan(into...)
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return &ReadError{err}
}

// ReadFailed says of an error of a read what it is; nil stays nil.
func ReadFailed(err error) error {
	if err == nil {
		return nil
	}
	return &ReadError{err}
}

// Read runs fn in one read-only transaction: everything it sees is of one moment. It is for phones and jobs. Its
// errors are *ReadError.
func (s *Store) Read(ctx context.Context, fn func(*Snapshot) error) error {
	return s.readBy(ctx, s.db.Read, fn)
}

// ReadForPage is Read for what a page asks, on connections apart, so that neither keeps the other waiting.
func (s *Store) ReadForPage(ctx context.Context, fn func(*Snapshot) error) error {
	return s.readBy(ctx, s.db.ReadForPage, fn)
}

func (s *Store) readBy(ctx context.Context, read func(context.Context, func(*sqlitedb.Snapshot) error) error, fn func(*Snapshot) error) error {
	if err := read(ctx, func(db *sqlitedb.Snapshot) error { return fn(&Snapshot{store: s, db: db}) }); err != nil {
		return &ReadError{err}
	}
	return nil
}

// Snapshot is one read transaction.
type Snapshot struct {
	store *Store
	db    *sqlitedb.Snapshot
}

// Each runs fn for each row that a statement reads.
func (v *Snapshot) Each(query string, fn func(*sql.Rows) error, args ...any) error {
	return v.db.Each(query, fn, args...)
}

// Row reads one row.
func (v *Snapshot) Row(query string, args ...any) *sql.Row { return v.db.Row(query, args...) }

// Now is the server's time.
func (v *Snapshot) Now() time.Time { return v.store.now() }

func (v *Snapshot) each(query string, fn func(*sql.Rows) error, args ...any) error {
	return v.db.Each(query, fn, args...)
}

func (v *Snapshot) row(query string, args ...any) *sql.Row { return v.db.Row(query, args...) }

// reader is a transaction or a snapshot.
type reader interface {
	each(query string, fn func(*sql.Rows) error, args ...any) error
	row(query string, args ...any) *sql.Row
}

const lastNumber = `SELECT seq FROM sync_meta`

// Connections are those that read for phones.
func (s *Store) Connections() *sql.DB { return s.db.Reads() }

// Head is the last number this snapshot can see.
func (v *Snapshot) Head() (head int64, err error) {
	err = v.row(lastNumber).Scan(&head)
	return head, err
}

// Staff returns what is known of a member of staff; false when there is none.
func (v *Snapshot) Staff(id string) (care.Viewer, bool) { return v.store.Access.Staff(id) }

// Head is the number up to which memory is complete, and the epoch it belongs to.
func (s *Store) Head() (epoch string, head int64) { return s.Access.Head() }

// Staff returns what is known of a member of staff; false when there is none.
func (s *Store) Staff(id string) (care.Viewer, bool) { return s.Access.Staff(id) }

// OnRevocation has revoke called with the id of every device and member of staff whose standing was
// changed past PocketBase, by the engine or by SQL on any connection, once the engine has settled it.
func (s *Store) OnRevocation(revoke func(id string)) {
	s.mem.mu.Lock()
	defer s.mem.mu.Unlock()
	s.mem.revoke = revoke
}

// memory is what the store itself need not ask SQL for: numberings of clients, clocks of devices,
// rules, who has alarms, what waits. Who may see what is in access.Index, not here. It grows with
// people and devices, never with history. Only publish and load write it, under the lock.
type memory struct {
	mu     sync.RWMutex
	broken func(rules.Broken)

	book   *history.Book // histories and epochs; replaced, never changed
	begun  bool          // the history of this start is in it
	floor  int64         // below it tombstones may be missing
	minute int64         // the last minute that has a mark

	clients map[string]*Client
	// revoke is told of devices and staff whose standing changed; standingChanged are those of the
	// commit that is being published.
	revoke          func(id string)
	standingChanged []string
	// deviceOfClient has the devices enrolled since the start, by client: they outrank what clients says.
	deviceOfClient map[string]string
	held           map[string]room             // what open quarantine rows take, by author
	clocks         map[string]care.DeviceClock // by device

	calendars worktime.Schedules
	rules     *rules.Set
	watched   map[string]*watch   // people with alarms of the last 30 days or open handovers
	creates   map[string]string   // record whose create is in quarantine → that row
	names     map[string][]string // person or record → quarantined changes that name it and are not filed under it
	waiting   map[string]int      // record → open rows that wait for it
	expected  map[string]bool     // records that others name and that are not there yet
	patients  *bounded.Cache[string, *care.Record]
	outbox    bool // something was put into the outbox since it was last looked at
}

// room is what the open rows of one author take: how many they are, and the bytes they quote.
type room struct{ rows, bytes int64 }

func (r room) add(rows, bytes int64) room { return room{r.rows + rows, r.bytes + bytes} }

// Client is one outbox: a device's numbering of mutations.
type Client struct {
	Row       int64
	ID        string
	Device    string
	Staff     string
	LastMid   int64
	LastKey   string
	LastSeq   int64
	PulledMid int64
}

// watch says why even a record that fires nothing must be judged: an open handover it may
// supersede, or a later alarm whose history it is part of.
type watch struct {
	lastAlarm time.Time
	open      int // handovers that are not closed
	issues    int // conflicts and refused changes that are not decided
}

func (m *memory) watch(patient string) *watch {
	w := m.watched[patient]
	if w == nil {
		w = &watch{}
		m.watched[patient] = w
	}
	return w
}
