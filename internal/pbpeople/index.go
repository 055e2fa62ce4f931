// Package pbpeople keeps the index by which a desk finds people, beside PocketBase's tables and on its connections. Triggers note whom it
// does not know as they are; whoever is about to search, and a job, has them written into it. So a push never waits for
// the folding of a name.
package pbpeople

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"doorstep/internal/folding"
)

const (
	anyUnindexed = `SELECT EXISTS (SELECT 1 FROM people_unindexed)`
	unindexed    = `SELECT u.patient, p.id IS NOT NULL, coalesce(p.family_name, ''), coalesce(p.given_name, ''), coalesce(p.preferred_name, ''),
		coalesce(p.address, ''), coalesce(p.postcode, ''), coalesce(p.phone, ''), coalesce(p.date_of_birth, ''), coalesce(p.nhs_number, ''),
		coalesce(p.address_hidden, 'null') <> 'null' AND coalesce(p.address_hidden, '') NOT IN ('', 'false')
		FROM people_unindexed u LEFT JOIN patients p ON p.id = u.patient ORDER BY u.patient LIMIT +?`
	place      = `INSERT INTO people_sorted (patient, name, called) VALUES (?, ?, ?) ON CONFLICT (patient) DO UPDATE SET name = excluded.name, called = excluded.called RETURNING n`
	placeOf    = `SELECT n FROM people_sorted WHERE patient = ?`
	forget     = `DELETE FROM people_sorted WHERE n = ?`
	forgetText = `DELETE FROM people_text WHERE rowid = ?`
	writeText  = `INSERT INTO people_text (rowid, name, preferred_name, address, date_of_birth, nhs_number, phone, called) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	doneWith   = `DELETE FROM people_unindexed WHERE patient = ?`
	merge      = `INSERT INTO people_text (people_text, rank) VALUES ('merge', 200)`
)

// atOnce is how many people one transaction writes: it holds the writer for a few milliseconds.
const atOnce = 100

// Index is the index of the people in one database.
type Index struct{ writes, reads *sql.DB }

// New is the index of a database with one connection that writes and some that read.
func New(writes, reads *sql.DB) *Index { return &Index{writes, reads} }

// Bring writes everybody into the index whom it does not know as they are. It is done when it returns nil: whatever was
// committed before it was called is found.
func (x *Index) Bring(ctx context.Context) error {
	waiting := false
	if err := x.reads.QueryRowContext(ctx, anyUnindexed).Scan(&waiting); err != nil {
		return fmt.Errorf("look who is not in the index of people: %w", err)
	}
	for waiting {
		n, err := x.some(ctx)
		if err != nil {
			return fmt.Errorf("bring the index of people up to date: %w", err)
		}
		waiting = n == atOnce
	}
	return nil
}

// some indexes as many people as one transaction may, and says how many there were.
func (x *Index) some(ctx context.Context) (n int, err error) {
	tx, err := x.writes.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	waiting, err := whoWaits(ctx, tx)
	if err != nil {
		return 0, err
	}
	for i := range waiting {
		if err = waiting[i].write(ctx, tx); err != nil {
			return 0, err
		}
	}
	if len(waiting) == atOnce { // many came at once: what they left behind is put together while at it
		if _, err = tx.ExecContext(ctx, merge); err != nil {
			return 0, err
		}
	}
	return len(waiting), tx.Commit()
}

// entry is somebody as the index is to know them; not there: they are gone.
type entry struct {
	id    string
	there bool
	folding.Person
}

func whoWaits(ctx context.Context, tx *sql.Tx) (list []entry, err error) {
	rows, err := tx.QueryContext(ctx, unindexed, atOnce)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.id, &e.there, &e.FamilyName, &e.GivenName, &e.PreferredName, &e.Address, &e.Postcode, &e.Phone, &e.DateOfBirth, &e.NHSNumber, &e.AddressHidden); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

func (e *entry) write(ctx context.Context, tx *sql.Tx) error {
	var n int64
	err := tx.QueryRowContext(ctx, placeOf, e.id).Scan(&n)
	switch {
	case err == nil:
		if _, err = tx.ExecContext(ctx, forgetText, n); err != nil {
			return err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	if e.there {
		err = e.enter(ctx, tx)
	} else {
		_, err = tx.ExecContext(ctx, forget, n)
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, doneWith, e.id)
	return err
}

func (e *entry) enter(ctx context.Context, tx *sql.Tx) (err error) {
	var n int64
	if err := tx.QueryRowContext(ctx, place, e.id, e.SortedBy(), folding.Text(e.Called())).Scan(&n); err != nil {
		return err
	}
	d := e.Document()
	_, err = tx.ExecContext(ctx, writeText, n, d[folding.Name], d[folding.Preferred], d[folding.Address], d[folding.Born], d[folding.Number], d[folding.Telephone],
		e.Limited()[folding.Name])
	return err
}
