package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// maxStatements bounds what is kept ready; updates of unusual sets of fields are prepared as needed.
const maxStatements = 500

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

// eachRow runs a query and hands every row to fn.
func eachRow(ctx context.Context, st *sql.Stmt, fn func(*sql.Rows) error, args ...any) error {
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer func() { _ = rows.Close() }() // the error, if any, is rows.Err
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
