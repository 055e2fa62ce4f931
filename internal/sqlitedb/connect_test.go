package sqlitedb_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/dbx"
)

func TestConnect_PragmasOfTheConnectionsInUse(t *testing.T) {
	app := pbtest.New(t)
	app.Org(t, "practice", "Elm Row Surgery") // the connections have been worked with
	for _, c := range []struct {
		db     string
		conn   dbx.Builder
		pragma string
		want   string
	}{
		{"data, writing", app.NonconcurrentDB(), "synchronous", "2"},
		{"data, reading", app.ConcurrentDB(), "synchronous", "2"},
		{"auxiliary, writing", app.AuxNonconcurrentDB(), "synchronous", "1"},
		{"auxiliary, reading", app.AuxConcurrentDB(), "synchronous", "1"},
		{"data, writing", app.NonconcurrentDB(), "journal_mode", "wal"},
		{"data, writing", app.NonconcurrentDB(), "page_size", "8192"},
		{"data, writing", app.NonconcurrentDB(), "recursive_triggers", "1"},
		{"data, writing", app.NonconcurrentDB(), "foreign_keys", "1"},
		{"data, writing", app.NonconcurrentDB(), "wal_autocheckpoint", "16000"},
		{"auxiliary, writing", app.AuxNonconcurrentDB(), "wal_autocheckpoint", "8000"},
		{"data, reading", app.ConcurrentDB(), "busy_timeout", "10000"},
	} {
		var got string
		if err := c.conn.NewQuery("PRAGMA " + c.pragma).Row(&got); err != nil || got != c.want {
			t.Errorf("%s: PRAGMA %s = %q, %v; want %q", c.db, c.pragma, got, err, c.want)
		}
	}
}

func TestConnect_EveryConnectionOfThePoolIsDurable(t *testing.T) {
	db := open(t)
	for range 5 { // held at the same time, so each is another
		conn, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		var synchronous int
		if err := conn.QueryRowContext(context.Background(), "PRAGMA synchronous").Scan(&synchronous); err != nil || synchronous != 2 {
			t.Errorf("PRAGMA synchronous = %d, %v; want 2 (FULL)", synchronous, err)
		}
	}
}

func TestConnect_ReadOnlyTransactionsNeitherWaitForTheWriterNorStopIt(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	reader, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback()
	if n := count(t, reader); n != 0 {
		t.Fatalf("rows at first = %d", n)
	}

	writer, err := db.BeginTx(ctx, nil) // takes the write lock at once
	if err != nil {
		t.Fatalf("the reader stopped the writer: %v", err)
	}
	if _, err := writer.ExecContext(ctx, "INSERT INTO visit VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	second, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatalf("the writer stopped the reader: %v", err)
	}
	defer second.Rollback()
	if n := count(t, second); n != 0 {
		t.Errorf("a reader saw %d rows that were not committed", n)
	}
	if err := writer.Commit(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, reader); n != 0 {
		t.Errorf("a reader's view moved under it: %d rows", n)
	}
}

func TestConnect_WritersTakeTheLockWhenTheyBegin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	first, second := openAt(t, path), openAt(t, path)
	if _, err := second.Exec("PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	second.SetMaxOpenConns(1) // the one without a timeout
	tx, err := first.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if other, err := second.Begin(); err == nil {
		other.Rollback()
		t.Error("two transactions began to write at once; the later one would fail half-way")
	}
}

// X12: what was deleted or overwritten is not found in free pages by whoever gets the file.
func TestConnect_WhatWasDeletedIsNotInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	db := openAt(t, path)
	secret := strings.Repeat("Mrs Okafor's door is open at night. ", 800) // on pages of its own
	for _, statement := range []string{"CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)", "INSERT INTO note VALUES (1, '" + strings.ReplaceAll(secret, "'", "''") + "'), (2, 'kept'), (3, 'Mrs Okafor is short')",
		"PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	holds := func() bool {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(file, []byte("Okafor"))
	}
	if !holds() {
		t.Fatal("the note is not in the file to begin with")
	}
	for _, statement := range []string{"DELETE FROM note WHERE id = 1", "UPDATE note SET text = '' WHERE id = 3", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if holds() {
		t.Error("a note that was deleted is still in the file")
	}
}

func open(t *testing.T) *sql.DB {
	t.Helper()
	db := openAt(t, filepath.Join(t.TempDir(), "data.db"))
	if _, err := db.Exec("CREATE TABLE visit (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	return db
}

func openAt(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sqlitedb.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.DB()
}

func count(t *testing.T, tx *sql.Tx) (n int) {
	t.Helper()
	if err := tx.QueryRow("SELECT count(*) FROM visit").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
