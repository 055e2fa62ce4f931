package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

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

	watcher watcher

	mu       sync.Mutex
	prepared map[string]*sql.Stmt // on the write connection, long-lived
	reading  map[string]*sql.Stmt
}

// Options of a Store.
type Options struct {
	// Now is the server's clock.
	Now func() time.Time
	// Entropy feeds the ids of records the server makes.
	Entropy io.Reader
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
		prepared: map[string]*sql.Stmt{}, reading: map[string]*sql.Stmt{}}
	s.mem = newMemory(o.Broken)
	if err := s.Read(context.Background(), func(v *Snapshot) error { return s.mem.load(v) }); err != nil {
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
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []error
	if s.watcher.conn != nil {
		all = append(all, s.watcher.conn.Close())
	}
	for _, m := range []map[string]*sql.Stmt{s.prepared, s.reading} {
		for q, st := range m {
			all = append(all, st.Close())
			delete(m, q)
		}
	}
	return errors.Join(all...)
}

func (s *Store) statement(db *sql.DB, cache map[string]*sql.Stmt, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st, ok := cache[query]; ok {
		return st, nil
	}
	st, err := db.Prepare(query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60s: %w", query, err)
	}
	cache[query] = st
	return st, nil
}

// Write runs one transaction on the write connection. What it changed in memory is published
// after the commit and before Write returns; an error leaves database and memory as they were.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
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
	s.mem.publish(tx)
	return nil
}

// Read runs fn in one read-only transaction: everything it sees is of one moment.
func (s *Store) Read(ctx context.Context, fn func(*Snapshot) error) error {
	raw, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	defer func() { _ = raw.Rollback() }() // nothing was written
	return fn(&Snapshot{store: s, raw: raw, ctx: ctx})
}
