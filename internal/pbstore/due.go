package pbstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	addDue    = `INSERT INTO sync_due (at, kind, ref) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	dueByNow  = `SELECT at, kind, ref FROM sync_due WHERE at <= ? ORDER BY at LIMIT +?`
	removeDue = `DELETE FROM sync_due WHERE at = ? AND kind = ? AND ref = ?`
	anyDue    = `SELECT count(*) FROM (SELECT 1 FROM sync_due WHERE at <= ? LIMIT 1)`
	noteRun   = `INSERT INTO sync_jobs (name, ran_at, result) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at, result = excluded.result`
	lastRun   = `SELECT ran_at, result FROM sync_jobs WHERE name = ?`
)

// Due is something that must be looked at at a time. It is a row, so a restart forgets nothing.
type Due struct {
	At   time.Time
	Kind care.DueKind
	Ref  string
}

// DueAt implements judge.Store: it makes the job look at something at a time.
func (tx *Tx) DueAt(at time.Time, kind care.DueKind, ref string) error {
	_, err := tx.exec(addDue, care.Stamp(at), string(kind), ref)
	return err
}

// TakeDue removes and returns what is due by now, oldest first, at most limit. Work on it in the same transaction.
func (tx *Tx) TakeDue(limit int) ([]Due, error) {
	var list []Due
	err := tx.each(dueByNow, func(r *sql.Rows) error {
		at, d := "", Due{}
		if err := r.Scan(&at, &d.Kind, &d.Ref); err != nil {
			return err
		}
		d.At = columns.ParseTime(at)
		list = append(list, d)
		return nil
	}, care.Stamp(tx.now), limit)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if _, err := tx.exec(removeDue, care.Stamp(d.At), string(d.Kind), d.Ref); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// AnyDue says whether something is due by now, without a transaction.
func (s *Store) AnyDue() (due bool, err error) {
	err = s.row(anyDue, care.Stamp(s.now())).Scan(&due)
	return due, err
}

// Ran notes that a job ran, and what it found.
func (tx *Tx) Ran(job, result string) error {
	_, err := tx.exec(noteRun, job, care.Stamp(tx.now), result)
	return err
}

// LastRan returns when a job ran last and what it found; zero when it never did.
func (s *Store) LastRan(job string) (at time.Time, result string, err error) {
	var stamp string
	err = s.row(lastRun, job).Scan(&stamp, &result)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	return columns.ParseTime(stamp), result, err
}

// Check examines the structure of the database; see sqlitedb.DB.Check.
func (s *Store) Check(ctx context.Context) (faults string, err error) { return s.db.Check(ctx) }

// Checkpoint keeps the write-ahead log short: see sqlitedb.DB.
func (s *Store) Checkpoint(ctx context.Context) error { return s.db.Checkpoint(ctx) }
