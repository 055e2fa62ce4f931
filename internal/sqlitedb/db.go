package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// DB is an app's data.db: PocketBase's one connection that writes, a pool of our own that reads for phones
// and jobs, and PocketBase's pool, which reads for pages and for PocketBase. The two are apart so that however
// long pages take, phones do not wait for a connection, nor the other way round. DB knows how statements are
// run, and none of them.
type DB struct {
	writes       *sql.DB
	prepared     *statements // on the write connection
	reads, pages pool
	checkpoints  *sql.DB // one connection
	queries      atomic.Int64
	statements   atomic.Int64
	longest      atomic.Int64 // nanoseconds; see LongestWrite
	commits      commits
}

// pool is connections that read, with what was prepared on them.
type pool struct {
	*sql.DB
	ready *statements
}

// phoneConnections are how many of our own read; each has a page cache of its own.
const phoneConnections = 8

// Open takes the connections of an app, which stay PocketBase's, and opens those of the pool for phones.
func Open(app core.App) (*DB, error) {
	writes, err := Writer(app)
	if err != nil {
		return nil, err
	}
	theirs, ok := app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return nil, errNoDatabase
	}
	pages := theirs.DB()
	path := filepath.Join(app.DataDir(), dataFile)
	reads, err := sql.Open(theirs.DriverName(), DSN(path))
	if err != nil {
		return nil, fmt.Errorf("open the connections that read for phones: %w", err)
	}
	checkpoints, err := openCheckpoints(theirs.DriverName(), path)
	if err != nil {
		return nil, errors.Join(err, reads.Close())
	}
	reads.SetMaxOpenConns(phoneConnections)
	reads.SetMaxIdleConns(phoneConnections)
	return &DB{writes: writes, prepared: newStatements(writes), reads: pool{reads, newStatements(reads)}, pages: pool{pages, newStatements(pages)}, checkpoints: checkpoints}, nil
}

var errNoDatabase = errors.New("sqlitedb: the app has no plain database connection")

// Writer is the app's one write connection.
func Writer(app core.App) (*sql.DB, error) {
	db, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return nil, errNoDatabase
	}
	return db.DB(), nil
}

// Close releases the prepared statements and the connections that are not PocketBase's.
func (db *DB) Close() error {
	return errors.Join(db.prepared.close(), db.reads.ready.close(), db.pages.ready.close(), db.commits.close(), db.reads.Close(), db.checkpoints.Close())
}

// Reads is the pool that reads for phones, for whoever looks up single rows with statements of their own.
func (db *DB) Reads() *sql.DB { return db.reads.DB }

// QueriesRun is how often the database was asked for anything so far: transactions of both kinds and
// single look-ups.
func (db *DB) QueriesRun() int64 { return db.queries.Load() }

// StatementsRun is how many statements write transactions have run so far, and how many rows they read row by
// row: what a change costs, whatever else the machine does.
func (db *DB) StatementsRun() int64 { return db.statements.Load() }

// LongestWrite is the longest that one transaction, its commit included, or the end of a checkpoint kept everybody else
// from writing since this was asked last.
func (db *DB) LongestWrite() time.Duration { return time.Duration(db.longest.Swap(0)) }

// heldSince notes how long a transaction that began then has held the writer.
func (db *DB) heldSince(began time.Time) {
	d := int64(time.Since(began))
	for was := db.longest.Load(); d > was && !db.longest.CompareAndSwap(was, d); was = db.longest.Load() {
	}
}

// Row looks one row up outside of a transaction.
func (db *DB) Row(query string, args ...any) *sql.Row {
	db.queries.Add(1)
	return db.reads.QueryRow(query, args...)
}

// Write runs one transaction on the write connection; an error of fn leaves the database as it was.
// Committed is called after the commit and before Write returns.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error, committed func()) error {
	db.queries.Add(1)
	raw, err := db.writes.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer db.heldSince(time.Now())
	tx := &Tx{db: db, raw: raw, stmts: map[string]*sql.Stmt{}}
	done := false
	defer func() {
		if !done {
			_ = raw.Rollback() // a panic or an error is on its way already
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	db.statements.Add(tx.run)
	committed()
	return db.prepared.prepare(tx.missing)
}

// Read runs fn in one read-only transaction: everything it sees is of one moment. It is for phones and jobs.
func (db *DB) Read(ctx context.Context, fn func(*Snapshot) error) error {
	return db.readFrom(ctx, db.reads, fn)
}

// ReadForPage is Read for what a page asks.
func (db *DB) ReadForPage(ctx context.Context, fn func(*Snapshot) error) error {
	return db.readFrom(ctx, db.pages, fn)
}

func (db *DB) readFrom(ctx context.Context, p pool, fn func(*Snapshot) error) error {
	db.queries.Add(1)
	raw, err := p.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	v := &Snapshot{ready: p.ready, raw: raw, ctx: ctx}
	err = fn(v)
	_ = raw.Rollback() // nothing was written
	if err != nil {
		return err
	}
	return p.ready.prepare(v.missing)
}
