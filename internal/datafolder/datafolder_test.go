package datafolder

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// database makes a database that has gone those steps of the schema.
func database(t *testing.T, dir string, steps ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, dataFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	statements := []string{`PRAGMA journal_mode = WAL`, `CREATE TABLE _migrations (file TEXT PRIMARY KEY, applied INTEGER)`}
	for _, s := range steps {
		statements = append(statements, fmt.Sprintf(`INSERT INTO _migrations VALUES ('%s', 1)`, s))
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func check(dir string, fresh bool, said *[]string) error {
	return Check(dir, Expected{Knows: func(step string) bool { return step < "2" }, Fresh: fresh, Now: monday},
		func(sentence string) { *said = append(*said, sentence) })
}

// K4, K12, K13: what is refused is named, with what to do, and stays as it is.
func TestAFolderThatWouldComeToHarmIsRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(t *testing.T, dir string)
		fresh bool
		want  []string // in the refusal; none: it is fine
	}{
		{"a new folder", func(*testing.T, string) {}, false, nil},
		{"a first start that the power cut: no key yet", func(t *testing.T, dir string) { put(t, dir, dataFile, ""); put(t, dir, logFile, "") }, false, nil},
		{"a database of this program and its key", func(t *testing.T, dir string) { database(t, dir, "1"); put(t, dir, keyFile, "key") }, false, nil},
		{"K4: a key and no database", func(t *testing.T, dir string) { put(t, dir, keyFile, "key") }, false, []string{dataFile, "missing or empty", "--fresh"}},
		{"K4: a key and an empty file", func(t *testing.T, dir string) { put(t, dir, keyFile, "key"); put(t, dir, dataFile, "") }, false, []string{dataFile, "--fresh"}},
		{"K4: a key and a database without tables", func(t *testing.T, dir string) { put(t, dir, keyFile, "key"); database(t, dir) }, false, []string{dataFile, "--fresh"}},
		{"K4: a journal and no database, the key lying elsewhere", func(t *testing.T, dir string) { put(t, dir, journalFile, "") }, false, []string{dataFile, "--fresh"}},
		{"a key and no database, and it is meant so", func(t *testing.T, dir string) { put(t, dir, keyFile, "key") }, true, nil},
		{"K12: a database of a newer program", func(t *testing.T, dir string) { database(t, dir, "1", "2_newer.go") }, false, []string{dataFile, "newer Doorstep", "2_newer.go"}},
		{"K13: a file that is no database", func(t *testing.T, dir string) { put(t, dir, dataFile, strings.Repeat("junk", 1000)) }, false, []string{dataFile, "cannot be read"}},
		{"K13: a torn database", func(t *testing.T, dir string) {
			database(t, dir, "1")
			path := filepath.Join(dir, dataFile)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, dataFile, string(b[:100])+strings.Repeat("\xff", len(b)-100))
		}, false, []string{dataFile, "cannot be read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.make(t, dir)
			before := content(t, dir)
			var said []string
			err := check(dir, c.fresh, &said)
			if (err == nil) != (c.want == nil) {
				t.Fatalf("it says %v", err)
			}
			for _, text := range c.want {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("it does not say %q: %v", text, err)
				}
			}
			if err != nil && content(t, dir) != before {
				t.Errorf("it was refused and changed:\n%s\nbefore\n%s", content(t, dir), before)
			}
			if len(said) > 0 {
				t.Errorf("it says %v", said)
			}
		})
	}
}

// content is every file but SQLite's own notes of who reads.
func content(t *testing.T, dir string) string {
	t.Helper()
	var b bytes.Buffer
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "-shm") || strings.HasSuffix(f.Name(), "-wal") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %x\n", f.Name(), text)
	}
	return b.String()
}

// A server that was killed has all of a young database in the log that SQLite writes ahead.
func TestADatabaseThatIsAllInItsWriteAheadLogIsNotEmpty(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(other, dataFile)+"?_pragma=journal_mode(WAL)&_pragma=wal_autocheckpoint(0)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE _migrations (file TEXT PRIMARY KEY); INSERT INTO _migrations VALUES ('1')`); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dataFile, dataFile + "-wal"} { // as a kill leaves them
		b, err := os.ReadFile(filepath.Join(other, name))
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, string(b))
	}
	put(t, dir, keyFile, "key")
	var said []string
	if err := check(dir, false, &said); err != nil {
		t.Error(err)
	}
}

// K13: the log of requests holds nothing of care; without it a server can start.
func TestABrokenLogIsPutAside(t *testing.T) {
	dir := t.TempDir()
	database(t, dir, "1")
	put(t, dir, logFile, strings.Repeat("junk", 1000))
	put(t, dir, logFile+"-wal", "more junk")
	var said []string
	if err := check(dir, false, &said); err != nil {
		t.Fatal(err)
	}
	const aside = logFile + ".broken-20260302T090000Z"
	if len(said) != 1 || !strings.Contains(said[0], filepath.Join(dir, aside)) {
		t.Errorf("it says %q", said)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	if slices.Contains(names, logFile) || !slices.Contains(names, aside) {
		t.Errorf("the folder holds %v", names)
	}
	if said = nil; check(dir, false, &said) != nil || len(said) > 0 {
		t.Errorf("the next start says %q", said)
	}
}

// K5: one server has a folder, and says so to another by its process.
func TestAFolderHasOneServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	first, err := Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("(pid %d)", os.Getpid())) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second server is told %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(dir)
	if err != nil {
		t.Fatalf("the folder is not free again: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

// X12: a database that was served and comes without its key came from a backup, and whoever starts it is told what that
// means; a new one, and one whose key lies elsewhere, is nothing to speak of.
func TestADatabaseFromABackupComesWithoutItsKeyAndThatIsSaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		served bool
		key    string // where it is told to be, below the folder; "" = where it usually is
		there  string // the file that is there
		said   bool
	}{
		{"from a backup", true, "", "", true},
		{"with its key", true, "", keyFile, false},
		{"with its key elsewhere", true, "elsewhere.key", "elsewhere.key", false},
		{"from a backup, the key expected elsewhere", true, "elsewhere.key", keyFile, true},
		{"never served", false, "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			database(t, dir, "1")
			db, err := sql.Open("sqlite", filepath.Join(dir, dataFile))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(`CREATE TABLE sync_histories (number INTEGER PRIMARY KEY)`); err != nil {
				t.Fatal(err)
			}
			if c.served {
				if _, err := db.Exec(`INSERT INTO sync_histories VALUES (1)`); err != nil {
					t.Fatal(err)
				}
			}
			if c.there != "" {
				put(t, dir, c.there, "key")
			}
			key := c.key
			if key != "" {
				key = filepath.Join(dir, key)
			}
			var said []string
			err = Check(dir, Expected{Knows: func(string) bool { return true }, Key: key, Now: monday}, func(sentence string) { said = append(said, sentence) })
			if err != nil || (len(said) == 1) != c.said || len(said) > 1 {
				t.Fatalf("it says %q, %v", said, err)
			}
			if c.said && (!strings.Contains(said[0], "signing key") || !strings.Contains(said[0], "put it there")) {
				t.Errorf("it says %q", said[0])
			}
		})
	}
}
