package pbstore

import (
	"context"
	"database/sql"
	"fmt"

	"doorstep/internal/care"
)

// Snapshot is one read transaction.
type Snapshot struct {
	store   *Store
	raw     *sql.Tx
	ctx     context.Context
	missing []string // queries to make ready afterwards
}

func (v *Snapshot) stmt(query string) (*sql.Stmt, error) {
	return v.store.reading.inside(v.ctx, v.raw, query, &v.missing)
}

// Staff returns what is known of a member of staff; false when there is none.
func (v *Snapshot) Staff(id string) (care.Viewer, bool) { return v.store.Access.Staff(id) }

// each runs a query and hands every row to fn.
func (v *Snapshot) each(query string, fn func(*sql.Rows) error, args ...any) error {
	st, err := v.stmt(query)
	if err != nil {
		return err
	}
	return eachRow(v.ctx, st, fn, args...)
}

// row runs a query that gives one row.
func (v *Snapshot) row(query string, args ...any) *sql.Row {
	st, err := v.stmt(query)
	if err != nil {
		return v.raw.QueryRowContext(v.ctx, query, args...) // reports the same error at Scan
	}
	return st.QueryRowContext(v.ctx, args...)
}

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
