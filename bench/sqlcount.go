package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	_ "modernc.org/sqlite" // registers "sqlite"
)

// countedDriver is the name of the SQLite driver that counts what it is asked to run. It is
// the same driver underneath; counted runs are never timed.
const countedDriver = "sqlite_counted"

// tally counts statements run, by kind. Statements that triggers run inside SQLite are not seen
// here; they show in the row counts.
type tally struct{ read, write, control atomic.Int64 }

// statementCounts is a tally at one moment.
type statementCounts struct {
	Read    int64 `json:"read"`    // SELECT, WITH, PRAGMA
	Write   int64 `json:"write"`   // INSERT, UPDATE, DELETE, REPLACE
	Control int64 `json:"control"` // BEGIN, COMMIT, SAVEPOINT, RELEASE, ROLLBACK and schema changes
}

var statements tally

func (t *tally) load() statementCounts {
	return statementCounts{Read: t.read.Load(), Write: t.write.Load(), Control: t.control.Load()}
}

func (t *tally) add(query string) {
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\r\n("), " ")
	switch strings.ToUpper(strings.TrimSpace(verb)) {
	case "SELECT", "WITH", "PRAGMA", "VALUES", "EXPLAIN":
		t.read.Add(1)
	case "INSERT", "UPDATE", "DELETE", "REPLACE":
		t.write.Add(1)
	default:
		t.control.Add(1)
	}
}

// minus gives what was run since an earlier moment.
func (c statementCounts) minus(earlier statementCounts) statementCounts {
	return statementCounts{c.Read - earlier.Read, c.Write - earlier.Write, c.Control - earlier.Control}
}

func (c statementCounts) total() int64 { return c.Read + c.Write + c.Control }

// registerCounted makes the counting driver known to database/sql and to dbx. It wraps the
// driver already registered as "sqlite", with whatever functions were added to that one.
func registerCounted() error {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return err
	}
	defer db.Close()
	sql.Register(countedDriver, countingDriver{db.Driver()})
	dbx.BuilderFuncMap[countedDriver] = dbx.BuilderFuncMap["sqlite"]
	return nil
}

type countingDriver struct{ inner driver.Driver }

func (d countingDriver) Open(name string) (driver.Conn, error) {
	c, err := d.inner.Open(name)
	if err != nil {
		return nil, err
	}
	return countingConn{c.(sqliteConn)}, nil
}

// sqliteConn lists the interfaces of the driver's connections.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type countingConn struct{ sqliteConn }

func (c countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statements.add(query)
	return c.sqliteConn.ExecContext(ctx, query, args)
}

func (c countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statements.add(query)
	return c.sqliteConn.QueryContext(ctx, query, args)
}

func (c countingConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return countingStmt{s.(sqliteStmt), query}, nil
}

func (c countingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	statements.control.Add(1)
	tx, err := c.sqliteConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return countingTx{tx}, nil
}

type countingTx struct{ driver.Tx }

func (t countingTx) Commit() error {
	statements.control.Add(1)
	return t.Tx.Commit()
}

func (t countingTx) Rollback() error {
	statements.control.Add(1)
	return t.Tx.Rollback()
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type countingStmt struct {
	sqliteStmt
	query string
}

func (s countingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	statements.add(s.query)
	return s.sqliteStmt.ExecContext(ctx, args)
}

func (s countingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	statements.add(s.query)
	return s.sqliteStmt.QueryContext(ctx, args)
}
