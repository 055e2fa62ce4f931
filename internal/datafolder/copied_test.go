package datafolder

import (
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serving is a server that writes visits; its folder has a database, its log and what a server leaves beside it.
func serving(t *testing.T) (dir string, visits func(n int), checkpoint func()) {
	t.Helper()
	dir = t.TempDir()
	database(t, dir, "1")
	db, err := sql.Open("sqlite", filepath.Join(dir, dataFile)+"?_pragma=journal_mode(WAL)&_pragma=wal_autocheckpoint(0)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`CREATE TABLE visits (id TEXT PRIMARY KEY, note TEXT)`)
	if err := Opened(dir); err != nil {
		t.Fatal(err)
	}
	made := 0
	return dir, func(n int) {
		for range n {
			made++
			do(`INSERT INTO visits VALUES (?, ?)`, fmt.Sprintf("%07d", made*7919%1_000_003), strings.Repeat("x", 300))
		}
	}, func() { do(`PRAGMA wal_checkpoint(RESTART)`) }
}

func copyFile(t *testing.T, from, to, name string) {
	t.Helper()
	in, err := os.Open(filepath.Join(from, name))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, name, string(text))
}

func TestACopyThatWasTornWhileAServerWroteIsRefused(t *testing.T) {
	dir, visits, checkpoint := serving(t)
	to := t.TempDir()
	visits(300)
	copyFile(t, dir, to, dataFile) // without what is in the log
	checkpoint()
	visits(300) // into the log, which began anew
	copyFile(t, dir, to, dataFile+"-wal")
	copyFile(t, dir, to, originFile)

	before := content(t, to)
	var said []string
	err := check(to, false, &said)
	if err == nil {
		t.Fatal("it would be served")
	}
	for _, text := range []string{dataFile, "does not hold together", "doorstep backup"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("it does not say %q: %v", text, err)
		}
	}
	if content(t, to) != before {
		t.Error("it was refused and changed")
	}
}

func TestACopyThatHoldsTogetherIsServed(t *testing.T) {
	dir, visits, _ := serving(t)
	to := t.TempDir()
	visits(300)
	for _, name := range []string{dataFile, dataFile + "-wal"} {
		copyFile(t, dir, to, name)
	}
	var said []string
	if err := check(to, false, &said); err != nil || len(said) > 0 {
		t.Errorf("%v, %q", err, said)
	}
}

// On a full disk nothing can be written, and a server starts again on it all the same.
func TestWhatIsNotedIsNotWrittenAgain(t *testing.T) {
	dir, _, _ := serving(t)
	path, long := filepath.Join(dir, originFile), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	if err := Opened(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("it was written again: %v", err)
	}
}

// A server that was killed starts again at once, however large its database is.
func TestADatabaseThatAServerHadOpenHereIsNotLookedThrough(t *testing.T) {
	dir, visits, checkpoint := serving(t)
	visits(300)
	checkpoint()
	if err := os.Remove(filepath.Join(dir, originFile)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, dataFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, dataFile, string(text[:len(text)-4096])+strings.Repeat("\xff", 4096)) // a page of visits
	var said []string
	if err := check(dir, false, &said); err == nil {
		t.Fatal("a spoiled database that comes from elsewhere is not refused")
	}
	if err := Opened(dir); err != nil {
		t.Fatal(err)
	}
	if err := check(dir, false, &said); err != nil {
		t.Errorf("it was looked through: %v", err)
	}
}
