package copier_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/benbjohnson/litestream"
	_ "modernc.org/sqlite"

	"doorstep/internal/copier"
	"doorstep/internal/testkit"
)

// site is a database that is copied, with its keys.
type site struct {
	copier.Options
	private string
	db      *sql.DB
	log     bytes.Buffer
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{private: filepath.Join(t.TempDir(), "copies.key")}
	public, err := copier.NewKey(s.private)
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock()
	s.Options = copier.Options{Dir: t.TempDir(), To: filepath.Join(t.TempDir(), "copy"), Key: public, Number: "1", Log: slog.New(slog.NewTextHandler(&s.log, nil)), Uptime: func() time.Duration { return clock.Now().Sub(testkit.Monday) }}
	s.db, err = sql.Open("sqlite", filepath.Join(s.Dir, "data.db")+"?_journal_mode=WAL&_pragma=page_size(8192)&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	s.run(t, `CREATE TABLE visits (note TEXT)`)
	return s
}

func (s *site) run(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (s *site) start(t testing.TB) *copier.Copier {
	t.Helper()
	c, err := copier.Start(s.Options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// restored is what the copy holds, opened by a key, at a time.
func (s *site) restored(t *testing.T, key string, at time.Time) (string, error) {
	t.Helper()
	keys, err := copier.Identities(key)
	if err != nil {
		return "", err
	}
	m, err := copier.Find(t.Context(), s.To, keys, at)
	if err != nil {
		return "", err
	}
	file := filepath.Join(t.TempDir(), "restored.db")
	if err := copier.Restore(t.Context(), keys, m, file); err != nil {
		return "", err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var notes string
	err = db.QueryRow(`SELECT coalesce(group_concat(note, ','), '') FROM (SELECT note FROM visits ORDER BY rowid)`).Scan(&notes)
	return notes, err
}

// What was committed before Copy returned is in the copy, whoever opens it: the organisation or the server. Nobody else reads it.
func TestWhatIsCommittedIsInTheCopyAndOnlyTheKeysOpenIt(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	for n := range 5 {
		s.run(t, `INSERT INTO visits VALUES (?)`, fmt.Sprint("breathless", n))
		if err := c.Copy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(s.Dir, copier.ServerKeyFile)
	for _, key := range []string{s.private, own} {
		if got, err := s.restored(t, key, time.Time{}); err != nil || got != "breathless0,breathless1,breathless2,breathless3,breathless4" {
			t.Errorf("with %s the copy holds %q, %v", filepath.Base(key), got, err)
		}
	}
	stranger := filepath.Join(t.TempDir(), "other.key")
	if _, err := copier.NewKey(stranger); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, stranger, time.Time{}); err == nil || !strings.Contains(err.Error(), "sealed to another key") {
		t.Errorf("with another key it gives %q, %v", got, err)
	}
	if _, err := s.restored(t, stranger+".pub", time.Time{}); err == nil || !strings.Contains(err.Error(), "not the private half") {
		t.Errorf("with a public key it says %v", err)
	}
	files := 0
	if err := filepath.WalkDir(s.To, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("breathless")) || bytes.Contains(content, []byte("SQLite")) || !bytes.HasPrefix(content, []byte("age-encryption.org/v1")) {
			t.Errorf("%s is not sealed", path)
		}
		return err
	}); err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
	if state := c.State(); state.Failing || state.Behind > time.Minute {
		t.Errorf("it says that it is %+v", state)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A server that starts again goes on where it was; one whose database was replaced copies the new one whole.
func TestTheCopyGoesOnAfterAStartAndAfterARestore(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.run(t, `INSERT INTO visits VALUES ('2')`) // while nothing copies
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1,2" {
		t.Errorf("after a start it holds %q, %v", got, err)
	}
	s.db.Close()
	for _, tail := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(s.Dir, "data.db"+tail)) // those there are
	}
	var err error
	if s.db, err = sql.Open("sqlite", filepath.Join(s.Dir, "data.db")+"?_journal_mode=WAL&_pragma=page_size(8192)&_pragma=busy_timeout(10000)"); err != nil {
		t.Fatal(err)
	}
	s.run(t, `CREATE TABLE visits (note TEXT)`)
	s.run(t, `INSERT INTO visits VALUES ('restored')`)
	s.Number = "2"
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "restored" {
		t.Errorf("after a restore it holds %q, %v", got, err)
	}
	if got, err := s.restored(t, s.private, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "nothing from before 2000-01-01") {
		t.Errorf("of a time before there was a copy it gives %q, %v", got, err)
	}
}

// The machine is lost with the server's key: another server begins anew beside what the lost one copied, which the organisation's
// key opens still. What nobody goes back to is deleted, and nothing else.
func TestAServerOnAnotherMachineBeginsAnewBesideWhatTheLostOneCopied(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('before')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context()), os.Remove(filepath.Join(s.Dir, copier.ServerKeyFile))); err != nil {
		t.Fatal(err)
	}
	lost := testkit.Monday // the times of files are the machine's: the next moment is after all there is
	keys, err := copier.Identities(s.private)
	if err != nil {
		t.Fatal(err)
	}
	first, err := copier.Find(t.Context(), s.To, keys, time.Time{})
	if err != nil || !first.At.After(lost) {
		t.Fatalf("%+v, %v", first, err)
	}
	s.run(t, `INSERT INTO visits VALUES ('after')`)
	s.Number = "2"
	c = s.start(t)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]string{{}: "before,after", first.At: "before"} {
		if got, err := s.restored(t, s.private, at); err != nil || got != want {
			t.Errorf("at %s it holds %q, %v; want %q", at, got, err, want)
		}
	}
	if folders, err := os.ReadDir(s.To); err != nil || len(folders) != 2 {
		t.Errorf("the copy has %v, %v", folders, err)
	}
}

func TestWhatIsOlderThanAnybodyGoesBackIsDeletedAndNothingElse(t *testing.T) {
	copy := t.TempDir()
	own, old, young := "qqqqqqqqqqqqqqqq", "pppppppppppppppp", "zzzzzzzzzzzzzzzz"
	for _, name := range []string{own + "/0/0000000000000001-0000000000000001.1000.5.age", old + "/0/0000000000000001-0000000000000001.1000.5.age", old + "/9/0000000000000001-0000000000000002.2000.5.age",
		young + "/0/0000000000000001-0000000000000001.9000.5.age", "somebodys/0/0000000000000001-0000000000000001.1000.5.age"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(copy, name)), 0o700), os.WriteFile(filepath.Join(copy, name), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := copier.ForgetGenerations(copy, filepath.Join(copy, own), time.UnixMilli(5000)); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(copy)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if err != nil || strings.Join(left, " ") != strings.Join([]string{own, "somebodys", young}, " ") {
		t.Errorf("left are %v, %v", left, err)
	}
}

// A copy that cannot be written is said once, and goes on by itself.
func TestACopyThatFailsIsSaidAndGoesOn(t *testing.T) {
	s := newSite(t)
	if err := os.WriteFile(s.To, []byte("a file in its place"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	for range 2 {
		if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) {
			t.Fatalf("it says %v", err)
		}
	}
	if !c.State().Failing {
		t.Error("it does not say that it fails")
	}
	if err := os.Remove(s.To); err != nil {
		t.Fatal(err)
	}
	if err := c.Copy(t.Context()); err != nil || c.State().Failing {
		t.Errorf("it does not go on: %v", err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(s.log.String(), "the copy fails"); n != 1 || !strings.Contains(s.log.String(), "the copy goes on") {
		t.Errorf("it said %d times that it fails:\n%s", n, &s.log)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "1" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// Whoever waits gives up after a while; the copying of a whole database does not, or it would begin anew for ever.
func TestACopyThatTakesLongerThanAnybodyWaitsIsMadeAllTheSame(t *testing.T) {
	s := newSite(t)
	s.run(t, `WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 4000) INSERT INTO visits SELECT printf('%0900d', value) FROM n`)
	s.run(t, `INSERT INTO visits VALUES ('last')`)
	c := s.start(t)
	c.Patience(time.Nanosecond)
	if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who has no patience is told %v", err)
	}
	if err := c.Finished(t.Context()); err != nil {
		t.Errorf("the copying ended with %v", err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || !strings.HasSuffix(got, ",last") {
		t.Errorf("the copy holds %d letters, %v", len(got), err)
	}
	if c.State().Failing {
		t.Error("it says that it fails")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c.Patience(time.Hour)
	if err := c.Copy(ended); !errors.Is(err, copier.ErrNotCopied) || !errors.Is(err, context.Canceled) {
		t.Errorf("who is gone is told %v", err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Copy(t.Context()); !errors.Is(err, copier.ErrNotCopied) {
		t.Errorf("after the end it says %v", err)
	}
}

// Old copies of other servers are deleted by the clock: not before it was right for a day.
func TestNothingIsDeletedForBeingOldBeforeTheClockWasSteadyForADay(t *testing.T) {
	s := newSite(t)
	old := filepath.Join(s.To, "pppppppppppppppp", "0")
	if err := errors.Join(os.MkdirAll(old, 0o700), os.WriteFile(filepath.Join(old, "0000000000000001-0000000000000001.1000.5.age"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var passed, steady atomic.Int64
	s.Uptime = func() time.Duration { return time.Duration(passed.Load()) }
	s.Steady = func() time.Duration { return time.Duration(steady.Load()) }
	c := s.start(t)
	there := func() bool {
		t.Helper()
		for range 2 { // what a round does after it is done before the next begins
			if err := c.Finished(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		_, err := os.Stat(old)
		return err == nil
	}
	day := int64(24 * time.Hour)
	for _, at := range []struct {
		name           string
		passed, steady int64
		there          bool
	}{{"at the start", 0, day, true}, {"within a day", day - 1, day, true}, {"when the clock was set an hour ago", 2 * day, int64(time.Hour), true}, {"after a steady day", 3 * day, day, false}} {
		steady.Store(at.steady) // before what would make a sweep due
		passed.Store(at.passed)
		if got := there(); got != at.there {
			t.Errorf("%s it is there: %t", at.name, got)
		}
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A clock that was years ahead leaves files from the future. Where they kept all later ones from being joined, these would be kept for
// years, on the disk of the data as well.
func TestTheCopyIsJoinedAfterTheClockWasAheadAndSetBack(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	joined := func(when string) {
		t.Helper()
		s.run(t, `INSERT INTO visits VALUES (?)`, when)
		if err := c.Finished(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := c.Join(t.Context()); err != nil && !errors.Is(err, litestream.ErrNoCompaction) { // it was just done
			t.Errorf("%s it says %v", when, err)
		}
	}
	joined("before")
	joined("again") // as when the clock was set back between them
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	ahead := fmt.Sprint(".", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), ".")
	for path := range strings.Lines(files(t, s.To)) {
		path = strings.TrimSpace(path)
		parts := strings.Split(filepath.Base(path), ".")
		if err := os.Rename(path, filepath.Join(filepath.Dir(path), parts[0]+ahead+strings.Join(parts[2:], "."))); err != nil {
			t.Fatal(err)
		}
	}
	c = s.start(t)
	joined("set back")
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got, err := s.restored(t, s.private, time.Time{}); err != nil || got != "before,again,set back" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// In a bucket each list is asked, and paid, for: what is joined is deleted with one.
func TestHoweverManyFilesAreDeletedTheyAreListedOnce(t *testing.T) {
	s := newSite(t)
	c := s.start(t)
	for range 5 {
		s.run(t, `INSERT INTO visits VALUES ('1')`)
		if err := c.Finished(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if files, lists, err := c.Delete(t.Context(), 0); err != nil || files < 5 || lists != 1 {
		t.Errorf("%d files were listed %d times, %v", files, lists, err)
	}
	if files, _, err := c.Delete(t.Context(), 0); err != nil || files != 0 {
		t.Errorf("%d files are left, %v", files, err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A power failure may have left an empty file in the place of the server's key: the server starts all the same.
func TestAnEmptyKeyOfTheServerIsMadeAnew(t *testing.T) {
	s := newSite(t)
	if err := os.WriteFile(filepath.Join(s.Dir, copier.ServerKeyFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := s.start(t)
	s.run(t, `INSERT INTO visits VALUES ('1')`)
	if err := errors.Join(c.Copy(t.Context()), c.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, err := s.restored(t, filepath.Join(s.Dir, copier.ServerKeyFile), time.Time{}); err != nil || got != "1" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// SQLite before 3.51.3 could begin the log anew while somebody copies from it.
func TestThisSQLiteKeepsItsLogForWhoCopiesFromIt(t *testing.T) {
	s := newSite(t)
	var major, minor, patch int
	var version string
	if err := s.db.QueryRow(`SELECT sqlite_version()`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil || major*1_000_000+minor*1000+patch < 3_051_003 {
		t.Errorf("it is %s, %v", version, err)
	}
}

// What a commit costs alone, beside a copy that follows, and when it waits for the copy. It prints figures and asserts none.
func BenchmarkCommit(b *testing.B) {
	for _, how := range []string{"alone", "copied behind", "waiting for the copy"} {
		b.Run(how, func(b *testing.B) {
			s := newSite(b)
			s.run(b, `PRAGMA synchronous = FULL`)
			var c *copier.Copier
			if how != "alone" {
				c = s.start(b)
				defer func() { _ = c.Close(b.Context()) }()
			}
			note := strings.Repeat("x", 850)
			for b.Loop() {
				tx, err := s.db.Begin()
				for range 20 {
					_, bad := tx.Exec(`INSERT INTO visits VALUES (?)`, note)
					err = errors.Join(err, bad)
				}
				if err = errors.Join(err, tx.Commit()); err == nil && how == "waiting for the copy" {
					err = c.Copy(b.Context())
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestWhatWouldBeNoCopyIsRefused(t *testing.T) {
	s := newSite(t)
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*copier.Options)
		says   string
	}{
		"without a key":                {func(o *copier.Options) { o.Key = "" }, "--copy-key"},
		"with a key that is not there": {func(o *copier.Options) { o.Key += "x" }, "no such file"},
		"with the private half":        {func(o *copier.Options) { o.Key = s.private }, "private half"},
		"with junk for a key":          {func(o *copier.Options) { o.Key = junk }, "holds no public key"},
		"into the data folder":         {func(o *copier.Options) { o.To = filepath.Join(o.Dir, "copy") }, "is in the data folder"},
	} {
		o := s.Options
		c.change(&o)
		if _, err := copier.Start(o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s it says %v", name, err)
		}
	}
	if _, err := copier.NewKey(s.private); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second key into the same file: %v", err)
	}
	if _, err := copier.Find(t.Context(), t.TempDir(), nil, time.Time{}); err == nil || !strings.Contains(err.Error(), "holds no copy") {
		t.Errorf("an empty folder: %v", err)
	}
}
