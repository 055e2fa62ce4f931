package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/delivery"
	"doorstep/internal/rules"
)

// Store is everything Doorstep keeps in data.db, on PocketBase's own connections, and what of
// it is held in memory: heads, grants, staff, rules. Memory is published after the commit that
// changed it, and every answer that leans on it says up to which number it is complete.
type Store struct {
	app    core.App
	writes *sql.DB // PocketBase's one write connection
	reads  *sql.DB
	shapes *shapes
	now    func() time.Time
	ids    *ids
	mem    *memory
	// Access is the index of who may see what, complete up to the head of the last commit.
	Access *access.Index

	watcher watcher

	prepared *statements // on the write connection
	reading  *statements

	retention time.Duration // of open issues about people one no longer has

	asked    atomic.Int64
	worked   atomic.Int64
	channels []string // by which a handover leaves
	unbind   func()   // takes off the app what Open bound to it
}

// Options of a Store.
type Options struct {
	// Now is the server's clock.
	Now func() time.Time
	// Entropy feeds the ids of records the server makes.
	Entropy io.Reader
	// IssueRetention is how long an issue is shown to whom it concerns after they lost the person,
	// without content; 0 = thirty days, which is the most.
	IssueRetention time.Duration
	// Channels names the ways by which a handover leaves; nil is the inbox alone.
	Channels []string
	// Broken is told of handover rules that do not compile, by id; nil drops the word.
	Broken func(rules.Broken)
}

// Open prepares the store of a migrated app and loads what is held in memory.
func Open(app core.App, o Options) (*Store, error) {
	writes, err := underlying(app.NonconcurrentDB())
	if err != nil {
		return nil, err
	}
	reads, err := underlying(app.ConcurrentDB())
	if err != nil {
		return nil, err
	}
	s := &Store{app: app, writes: writes, reads: reads, shapes: newShapes(), now: o.Now, ids: newIDs(o.Now, o.Entropy),
		prepared: newStatements(writes), reading: newStatements(reads)}
	if s.channels = o.Channels; s.channels == nil {
		s.channels = []string{delivery.InboxName}
	}
	if s.retention = o.IssueRetention; s.retention == 0 {
		s.retention = defaultIssueRetention
	}
	if s.mem, err = newMemory(o.Broken); err != nil {
		return nil, err
	}
	s.Access = access.NewIndex(o.Now)
	s.bindDevices()
	if err := s.Read(context.Background(), s.load); err != nil {
		return nil, fmt.Errorf("load the sync state: %w", err)
	}
	return s, nil
}

func underlying(b dbx.Builder) (*sql.DB, error) {
	db, ok := b.(*dbx.DB)
	if !ok {
		return nil, errors.New("pbstore: the app has no plain database connection")
	}
	return db.DB(), nil
}

// Close releases the prepared statements; the connections belong to PocketBase.
func (s *Store) Close() error {
	s.unbind()
	all := []error{s.prepared.close(), s.reading.close()}
	if s.watcher.conn != nil {
		all = append(all, s.watcher.conn.Close())
	}
	return errors.Join(all...)
}

// statements are long-lived prepared statements of one connection pool.
type statements struct {
	db    *sql.DB
	mu    sync.RWMutex
	ready map[string]*sql.Stmt
}

func newStatements(db *sql.DB) *statements { return &statements{db: db, ready: map[string]*sql.Stmt{}} }

// inside gives a query's statement within a transaction. One that is not ready is prepared for
// this transaction alone and noted in missing.
//
// NB! Preparing on the pool from inside a transaction would wait for a connection, on the
// write side for the very one the transaction holds.
func (st *statements) inside(ctx context.Context, tx *sql.Tx, query string, missing *[]string) (*sql.Stmt, error) {
	st.mu.RLock()
	ready := st.ready[query]
	st.mu.RUnlock()
	if ready != nil {
		return tx.StmtContext(ctx, ready), nil
	}
	*missing = append(*missing, query)
	own, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60s: %w", query, err)
	}
	return own, nil
}

// prepare makes statements ready for the next transaction; call it outside of one.
func (st *statements) prepare(queries []string) error {
	for _, q := range queries {
		made, err := st.db.Prepare(q)
		if err != nil {
			return fmt.Errorf("prepare %.60s: %w", q, err)
		}
		st.mu.Lock()
		if st.ready[q] != nil || len(st.ready) >= maxStatements {
			err = made.Close()
		} else {
			st.ready[q] = made
		}
		st.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// maxStatements bounds what is kept ready; updates of unusual sets of fields are prepared as needed.
const maxStatements = 500

func (st *statements) close() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	var all []error
	for q, s := range st.ready {
		all = append(all, s.Close())
		delete(st.ready, q)
	}
	return errors.Join(all...)
}

// Asked is how often the database was asked for anything so far: transactions of both kinds and
// single look-ups.
func (s *Store) Asked() int64 { return s.asked.Load() }

// Worked is how many statements write transactions have run so far, and how many rows they read row by
// row: what a change costs, whatever else the machine does.
func (s *Store) Worked() int64 { return s.worked.Load() }

// ask looks one row up outside of a transaction.
func (s *Store) ask(query string, args ...any) *sql.Row {
	s.asked.Add(1)
	return s.reads.QueryRow(query, args...)
}

// Write runs one transaction on the write connection. What it changed in memory is published
// after the commit and before Write returns; an error leaves database and memory as they were.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	s.asked.Add(1)
	raw, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := newTx(s, raw)
	defer func() {
		if !tx.done {
			_ = raw.Rollback() // a panic or an error is on its way already
		}
	}()
	if err := tx.begin(); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.finish(); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	tx.done = true
	s.worked.Add(tx.work)
	s.publish(tx)
	return s.prepared.prepare(tx.missing)
}

// Read runs fn in one read-only transaction: everything it sees is of one moment.
func (s *Store) Read(ctx context.Context, fn func(*Snapshot) error) error {
	s.asked.Add(1)
	raw, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	v := &Snapshot{store: s, raw: raw, ctx: ctx}
	err = fn(v)
	_ = raw.Rollback() // nothing was written
	if err != nil {
		return err
	}
	return s.reading.prepare(v.missing)
}
