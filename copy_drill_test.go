package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit"
)

// sealed makes the key of copies, and the folder of one that is elsewhere.
func sealed(t *testing.T) (to, private, public string) {
	t.Helper()
	elsewhere := t.TempDir()
	private = filepath.Join(elsewhere, "copies.key")
	command(t, t.TempDir(), "copy-key", "new", "--out", private)
	return filepath.Join(elsewhere, "copy"), private, private + ".pub"
}

// throwAway is what happens to the machine: the server is killed, and nothing of its folder is left.
func throwAway(t *testing.T, dir string, kill func() error) {
	t.Helper()
	if err := errors.Join(kill(), os.RemoveAll(dir)); err != nil {
		t.Fatal(err)
	}
}

// answers are what a command prints; it must not fail.
func answers(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c, lines := program(t, []string{"DOORSTEP_DATA_DIR=" + dir}, args...)
	var all strings.Builder
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return all.String()
}

// The drill: traffic; the machine is lost with everything on it; what is left is the copy on another disk and the organisation's
// key. With --acknowledge-after-copy nothing that a phone was told is safe is missing before any phone has come back, and in
// either case every phone and the server hold the same once they have.
func TestTheDrill_TheMachineIsLostAndTheCopyIsPutBack(t *testing.T) {
	for _, acknowledged := range []bool{true, false} {
		t.Run(fmt.Sprintf("acknowledged after the copy: %t", acknowledged), func(t *testing.T) {
			dir, email, person := nursesFolder(t)
			to, private, public := sealed(t)
			flags := []string{"--copy-to=" + to, "--copy-key=" + public}
			if acknowledged {
				flags = append(flags, "--acknowledge-after-copy")
			}
			serve, lines, address := serves(t, dir, flags...)
			network := &moving{address}
			ann, annToo := annsPhone(t, address, email, network), annsPhone(t, address, email, network)
			if !acknowledged { // else the phones themselves may be what is not in the copy
				ends(t, serve, lines)
				serve, lines, network.address = serves(t, dir, flags...)
				testkit.Until(t, "the copy has begun", func() bool { return copiedFiles(t, to) > 0 })
			}
			var all []string
			for n := range 12 {
				all = append(all, fmt.Sprintf("%02d", n))
				record(t, []*phone.Phone{ann, annToo}[n%2], person, all[n])
			}
			throwAway(t, dir, func() error {
				if err := serve.Process.Kill(); err != nil {
					return err
				}
				for lines.Scan() {
				}
				_ = serve.Wait() // killed
				return nil
			})
			unreadable(t, to, "Testpatient", "district_nurse", "CREATE TABLE")

			dir = filepath.Join(t.TempDir(), "data")
			said := answers(t, dir, "restore", "--from", to, "--key", private)
			if !regexp.MustCompile(`The copy reaches \d{4}-\d\d-\d\dT[\d:.]+Z\. It is sound: \d+ tables, \d+ rows\.`).MatchString(said) {
				t.Errorf("restore says %q", said)
			}
			if got := notes(t, dir); acknowledged && got != strings.Join(all, ", ") {
				t.Errorf("before any phone came the server holds %q of what it had said is safe, %q", got, all)
			}
			serve, lines, network.address = serves(t, dir, flags...)
			for range 2 {
				synced(t, ann)
				synced(t, annToo)
			}
			if got := notes(t, dir); got != strings.Join(all, ", ") {
				t.Errorf("after the phones came the server holds %q, want %q", got, all)
			}
			fresh := annsPhone(t, network.address, email, network)
			for name, p := range map[string]*phone.Phone{"hers": ann, "her other one": annToo, "a new one": fresh} {
				if differ := compared(t, dir, p); len(differ) > 0 {
					t.Errorf("%s holds other records than the server: %v", name, differ)
				}
			}
			ends(t, serve, lines)

			// The copy goes on from the restored server: it is put back once more, by the server's own key.
			again := filepath.Join(t.TempDir(), "data")
			answers(t, again, "restore", "--from", to, "--key", filepath.Join(dir, "copy.key"))
			if got := notes(t, again); got != strings.Join(all, ", ") {
				t.Errorf("of the restored server the copy holds %q", got)
			}
		})
	}
}

// compared lists the records that a phone and the database hold differently: visits, by everything a nurse's phone gets of them.
func compared(t *testing.T, dir string, p *phone.Phone) (differ []string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT id, note, status, patient, author FROM visits WHERE retracted = ''`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stored := map[string]string{}
	for rows.Next() {
		var id, note, status, patient, author string
		if err := rows.Scan(&id, &note, &status, &patient, &author); err != nil {
			t.Fatal(err)
		}
		stored[id] = strings.Join([]string{note, status, patient, author}, "|")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	p.EachHeld(func(h phone.Held) {
		if h.Collection == care.Visits {
			var v struct{ Note, Status, Patient, Author string }
			if err := json.Unmarshal(h.Data, &v); err != nil {
				t.Fatal(err)
			}
			held[h.ID] = strings.Join([]string{v.Note, v.Status, v.Patient, v.Author}, "|")
		}
	})
	for id, want := range stored {
		if held[id] != want {
			differ = append(differ, id+": "+held[id]+" and not "+want)
		}
	}
	for id := range held {
		if _, ok := stored[id]; !ok {
			differ = append(differ, id+" is on the phone alone")
		}
	}
	return differ
}

// unreadable holds that no file of a copy has any of these texts, and that there are files.
func unreadable(t *testing.T, copy string, texts ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(copy, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, text := range texts {
			if strings.Contains(string(content), text) {
				t.Errorf("%s shows %q to anybody", path, text)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("the copy has %d files, %v", files, err)
	}
}

// copiedFiles counts what is whole in the folder of a copy.
func copiedFiles(t *testing.T, copy string) (n int) {
	t.Helper()
	_ = filepath.WalkDir(copy, func(path string, d os.DirEntry, err error) error { // what goes away meanwhile is not counted
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".part") {
			n++
		}
		return nil
	})
	return n
}

// The copy goes where the settings say, sealed to the key that they name, and is put back by it.
func copiesAsTold(t *testing.T) {
	dir, email, person := nursesFolder(t)
	to, private, public := sealed(t)
	serve, lines, address := serves(t, dir, "--copy-to="+to, "--copy-key="+public)
	record(t, annsPhone(t, address, email, http.DefaultClient), person, "1")
	if got := refused(t, dir, "restore", "--from", to, "--key", private); !strings.Contains(got, "a server runs on") {
		t.Errorf("a restore under a running server says %q", got)
	}
	ends(t, serve, lines) // which copies what is left
	unreadable(t, to, "Testpatient", "CREATE TABLE")
	left := filepath.Join(dir, "restoring-1") // by a restore that was cut short
	if err := errors.Join(os.Mkdir(left, 0o700), os.WriteFile(filepath.Join(left, "data.db"), []byte("Testpatient"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if said := answers(t, dir, "restore", "--from", to, "--key", private, "--dry-run"); !strings.Contains(said, "Nothing was changed.") {
		t.Errorf("a dry run says %q", said)
	}
	if entries, err := os.ReadDir(dir); err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "restoring") }) {
		t.Errorf("a dry run leaves %v, %v", entries, err)
	}
	for _, args := range [][]string{{"restore"}, {"restore", "file", "--from", to}, {"restore", "file", "--dry-run"}, {"restore", "--from", to, "--at", "yesterday"}, {"restore", "--from", to, "--key", public},
		{"restore", "--from", to, "--key", private, "--at", "2000-01-01T00:00:00Z"}} {
		if got := refused(t, dir, args...); strings.Count(got, "\n") > 4 || len(got) < 40 {
			t.Errorf("%v says %q", args, got)
		}
	}
	if got := notes(t, dir); got != "1" {
		t.Errorf("the folder holds %q afterwards", got)
	}
}

// A look at the copy beside a server that runs does not take the room that the server stores in.
func TestACopyIsPutTogetherOnlyWhereThereIsRoomForItAndForTheServer(t *testing.T) {
	free := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		size int64
		free *int64
		fits bool
	}{{1 << 30, free(1 << 30), false}, {1 << 30, free(1<<30 + leftFree - 1), false}, {1 << 30, free(1<<30 + leftFree), true}, {1 << 30, nil, true}, {8192, free(1 << 20), false}} {
		if err := fits(c.size, c.free, "data"); (err == nil) != c.fits {
			t.Errorf("%d of %v: %v", c.size, c.free, err)
		}
	}
}

// Without a public key to seal to there is no copy, and the server does not start.
func sealsToTheKey(t *testing.T) {
	dir, _, _ := nursesFolder(t)
	to, private, _ := sealed(t)
	for says, args := range map[string][]string{"needs --copy-key": {"serve", "--copy-to=" + to}, "needs --copy-to": {"serve", "--acknowledge-after-copy"}, "is the private half": {"serve", "--copy-to=" + to, "--copy-key=" + private},
		"is there already": {"copy-key", "new", "--out", private}} {
		if got := refused(t, dir, args...); !strings.Contains(got, says) {
			t.Errorf("%v says %q", args, got)
		}
	}
}

// With --acknowledge-after-copy nothing is acknowledged while the copy fails, and all of it is when it goes on.
func acknowledgesAfterCopy(t *testing.T) {
	dir, email, person := nursesFolder(t)
	to, _, public := sealed(t)
	serve, lines, address := serves(t, dir, "--copy-to="+to, "--copy-key="+public, "--acknowledge-after-copy")
	ann := annsPhone(t, address, email, http.DefaultClient)
	record(t, ann, person, "0")
	if err := errors.Join(os.Rename(to, to+".away"), os.WriteFile(to, []byte("a file in the place of the folder"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := ann.Create(care.Visits, map[string]any{"patient": person, "status": "completed", "note": "1"}); err != nil {
		t.Fatal(err)
	}
	err := ann.Sync(t.Context())
	if n, _ := ann.Unsent(); err == nil || n != 1 {
		t.Errorf("a push is acknowledged that is in no copy: %d unsent, %v", n, err)
	}
	if err := errors.Join(os.Remove(to), os.Rename(to+".away", to)); err != nil {
		t.Fatal(err)
	}
	synced(t, ann)
	if got := notes(t, dir); got != "0, 1" {
		t.Errorf("the server holds %q", got)
	}
	ends(t, serve, lines)
}

// The runbook, word by word: whoever has the copy and the key puts it back in a folder of its own, has it looked through and serves it.
func TestTheDrill_AsTheRunbookSaysItIsPractised(t *testing.T) {
	dir, email, person := nursesFolder(t)
	to, private, public := sealed(t)
	serve, lines, address := serves(t, dir, "--copy-to="+to, "--copy-key="+public)
	record(t, annsPhone(t, address, email, http.DefaultClient), person, "1")
	ends(t, serve, lines)
	runbook, err := os.ReadFile("docs/operate/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(runbook), "To practise it")
	_, block, _ := strings.Cut(after, "```sh\n")
	block, _, _ = strings.Cut(block, "```")
	practice, at := filepath.Join(t.TempDir(), "practice"), freeAddress(t)
	commands := 0
	for line := range strings.Lines(strings.NewReplacer("/tmp/practice", practice, "/mnt/copy/doorstep", to, "copies.key", private, "127.0.0.1:8099", at,
		`"$(date -u -d yesterday +%FT%TZ)"`, "2100-01-01T00:00:00Z").Replace(block)) { // of yesterday this copy has nothing
		args := strings.Fields(line)
		if len(args) < 2 || args[0] != "doorstep" {
			t.Fatalf("the runbook says %q", line)
		}
		commands++
		if args[1] == "serve" {
			practised, lines := program(t, nil, args[1:]...)
			said(t, lines, "Doorstep listens on "+at)
			command(t, practice, "health", "--http", at)
			ends(t, practised, lines)
			continue
		}
		printed(t, t.TempDir(), args[1:]...)
	}
	if got := notes(t, practice); commands != 3 || got != "1" {
		t.Errorf("after %d commands the folder for practising holds %q", commands, got)
	}
}

// A sealed backup is read by nobody without the private key, needs nothing beside it, and is put back like any other.
func TestASealedBackupIsPutBackByItsKeyAlone(t *testing.T) {
	dir, email, person := nursesFolder(t)
	to, private, public := sealed(t)
	serve, lines, address := serves(t, dir)
	ann := annsPhone(t, address, email, http.DefaultClient)
	record(t, ann, person, "1")
	backup := filepath.Join(t.TempDir(), "night.db.age")
	if said := answers(t, dir, "backup", backup, "--seal-to", public); !strings.Contains(said, "sealed to "+public) {
		t.Errorf("it says %q", said)
	}
	record(t, ann, person, "2")
	unreadable(t, filepath.Dir(backup), "Testpatient", "CREATE TABLE", "SQLite format")
	if said := answers(t, dir, "restore", backup, "--key", private, "--dry-run"); !strings.Contains(said, "It is sound: ") || !strings.Contains(said, "Nothing was changed.") {
		t.Errorf("a look at it beside a server says %q", said)
	}
	other := filepath.Join(t.TempDir(), "other.key")
	command(t, dir, "copy-key", "new", "--out", other)
	for says, args := range map[string][]string{"is there already": {"backup", backup, "--seal-to", public}, "is the private half": {"backup", to, "--seal-to", private}, "a server runs on": {"restore", backup, "--key", private},
		"name the private key": {"restore", backup}, "sealed to another key": {"restore", backup, "--key", other, "--dry-run"}, "is of one moment": {"restore", backup, "--key", private, "--at", "2026-03-01T17:30:00Z"}} {
		if got := refused(t, dir, args...); !strings.Contains(got, says) {
			t.Errorf("%v says %q", args, got)
		}
	}
	ends(t, serve, lines)
	answers(t, dir, "restore", backup, "--key", private)
	if got := notes(t, dir); got != "1" {
		t.Errorf("put back it holds %q", got)
	}
	if entries, err := os.ReadDir(dir); err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "restoring") }) {
		t.Errorf("it leaves %v, %v", entries, err)
	}
}

// The same drill with the copy in a bucket of a storage elsewhere.
func TestTheDrill_TheCopyLiesInABucket(t *testing.T) {
	storage := s3mem.New()
	if err := storage.CreateBucket("copies"); err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(gofakes3.New(storage).Server())
	t.Cleanup(listener.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	to := "s3://copies/doorstep?region=eu-west-2&endpoint=" + listener.URL
	dir, email, person := nursesFolder(t)
	_, private, public := sealed(t)
	serve, lines, address := serves(t, dir, "--copy-to="+to, "--copy-key="+public, "--acknowledge-after-copy")
	ann := annsPhone(t, address, email, http.DefaultClient)
	for _, note := range []string{"1", "2", "3"} {
		record(t, ann, person, note)
	}
	throwAway(t, dir, func() error {
		if err := serve.Process.Kill(); err != nil {
			return err
		}
		for lines.Scan() {
		}
		_ = serve.Wait() // killed
		return nil
	})
	objects, err := storage.ListBucket("copies", nil, gofakes3.ListBucketPage{})
	if err != nil || len(objects.Contents) == 0 {
		t.Fatalf("the bucket holds %v, %v", objects, err)
	}
	for _, o := range objects.Contents {
		object, err := storage.GetObject("copies", o.Key, nil)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(object.Contents)
		if err := errors.Join(err, object.Contents.Close()); err != nil || bytes.Contains(content, []byte("CREATE TABLE")) || !bytes.HasPrefix(content, []byte("age-encryption.org/")) {
			t.Errorf("%s is open to anybody, %v", o.Key, err)
		}
	}
	dir = filepath.Join(t.TempDir(), "data")
	if said := answers(t, dir, "restore", "--from", to, "--key", private); !strings.Contains(said, "The copy reaches ") {
		t.Errorf("restore says %q", said)
	}
	if got := notes(t, dir); got != "1, 2, 3" {
		t.Errorf("put back it holds %q of what was acknowledged", got)
	}
}
