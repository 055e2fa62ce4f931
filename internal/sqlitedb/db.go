package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// DB is an app's data.db, on PocketBase's own connections: one that writes, and a pool that reads. It
// knows how statements are run, and none of them.
type DB struct {
	writes, reads   *sql.DB
	prepared, ready *statements // on the write connection; on those that read
	queries         atomic.Int64
	statements      atomic.Int64
	commits         commits
}

// Open takes the connections of an app. They stay PocketBase's.
func Open(app core.App) (*DB, error) {
	writes, err := Writer(app)
	if err != nil {
		return nil, err
	}
	reads, err := underlying(app.ConcurrentDB())
	if err != nil {
		return nil, err
	}
	return &DB{writes: writes, reads: reads, prepared: newStatements(writes), ready: newStatements(reads)}, nil
}

// Writer is the app's one write connection.
func Writer(app core.App) (*sql.DB, error) { return underlying(app.NonconcurrentDB()) }

func underlying(b dbx.Builder) (*sql.DB, error) {
	db, ok := b.(*dbx.DB)
	if !ok {
		return nil, errors.New("sqlitedb: the app has no plain database connection")
	}
	return db.DB(), nil
}

// Close releases the prepared statements; the connections belong to PocketBase.
func (db *DB) Close() error {
	return errors.Join(db.prepared.close(), db.ready.close(), db.commits.close())
}

// QueriesRun is how often the database was asked for anything so far: transactions of both kinds and
// single look-ups.
func (db *DB) QueriesRun() int64 { return db.queries.Load() }

// StatementsRun is how many statements write transactions have run so far, and how many rows they read row by
// row: what a change costs, whatever else the machine does.
func (db *DB) StatementsRun() int64 { return db.statements.Load() }

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

// Read runs fn in one read-only transaction: everything it sees is of one moment.
func (db *DB) Read(ctx context.Context, fn func(*Snapshot) error) error {
	db.queries.Add(1)
	raw, err := db.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	v := &Snapshot{db: db, raw: raw, ctx: ctx}
	err = fn(v)
	_ = raw.Rollback() // nothing was written
	if err != nil {
		return err
	}
	return db.ready.prepare(v.missing)
}
