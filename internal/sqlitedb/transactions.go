package sqlitedb

import (
	"context"
	"database/sql"
	"fmt"
)

// Tx is the running write transaction. It outlives the request that began it: other changes of the same
// group are in it.
type Tx struct {
	db      *DB
	raw     *sql.Tx
	stmts   map[string]*sql.Stmt
	missing []string // queries to make ready after the commit
	run     int64    // see DB.StatementsRun
}

func (tx *Tx) stmt(query string) (*sql.Stmt, error) {
	tx.run++
	if st, ok := tx.stmts[query]; ok {
		return st, nil
	}
	st, err := tx.db.prepared.inside(context.Background(), tx.raw, query, &tx.missing)
	if err != nil {
		return nil, err
	}
	tx.stmts[query] = st
	return st, nil
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	st, err := tx.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, fmt.Errorf("%.40s: %w", query, err)
	}
	return res.RowsAffected()
}

// Row runs a query that gives one row.
func (tx *Tx) Row(query string, args ...any) *sql.Row {
	st, err := tx.stmt(query)
	if err != nil {
		return tx.raw.QueryRowContext(context.Background(), query, args...) // reports the same error at Scan
	}
	return st.QueryRowContext(context.Background(), args...)
}

// Each runs a query and hands every row to fn.
func (tx *Tx) Each(query string, fn func(*sql.Rows) error, args ...any) error {
	st, err := tx.stmt(query)
	if err != nil {
		return err
	}
	return eachRow(context.Background(), st, func(r *sql.Rows) error { tx.run++; return fn(r) }, args...)
}

// Savepoint runs fn so that its failure undoes what it wrote and leaves the transaction usable. The
// error of fn comes back as failed; err means that the transaction itself is lost.
func (tx *Tx) Savepoint(fn func() error) (failed, err error) {
	ctx := context.Background()
	if _, err := tx.raw.ExecContext(ctx, "SAVEPOINT mutation"); err != nil {
		return nil, err
	}
	if failed = fn(); failed != nil {
		if _, err = tx.raw.ExecContext(ctx, "ROLLBACK TO mutation"); err != nil {
			return failed, err
		}
	}
	_, err = tx.raw.ExecContext(ctx, "RELEASE mutation")
	return failed, err
}

// Snapshot is one read transaction: everything it sees is of one moment.
type Snapshot struct {
	ready   *statements
	raw     *sql.Tx
	ctx     context.Context
	missing []string // queries to make ready afterwards
}

// Row runs a query that gives one row.
func (v *Snapshot) Row(query string, args ...any) *sql.Row {
	st, err := v.ready.inside(v.ctx, v.raw, query, &v.missing)
	if err != nil {
		return v.raw.QueryRowContext(v.ctx, query, args...) // reports the same error at Scan
	}
	return st.QueryRowContext(v.ctx, args...)
}

// Each runs a query and hands every row to fn.
func (v *Snapshot) Each(query string, fn func(*sql.Rows) error, args ...any) error {
	st, err := v.ready.inside(v.ctx, v.raw, query, &v.missing)
	if err != nil {
		return err
	}
	return eachRow(v.ctx, st, fn, args...)
}
