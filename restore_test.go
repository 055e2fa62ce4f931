package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// nursesFolder is a data folder with one nurse and one person on her team's caseload, that nobody serves yet.
func nursesFolder(t *testing.T) (dir, email, person string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	if err := errors.Join(os.Mkdir(dir, 0o700), pbtest.Fill(dir)); err != nil {
		t.Fatal(err)
	}
	app := pbtest.Open(t, dir)
	team := app.Team(t, app.Org(t, "community_trust", "Trust"), "nursing", "North")
	ann, ada := app.Staff(t, care.DistrictNurse, "Ann", team), app.Patient(t, "Testpatient", nil)
	app.Caseload(t, ada, team)
	app.Close(t)
	return dir, ann.Email(), ada.Id
}

// annsPhone signs in at a served folder and does a first round.
func annsPhone(t *testing.T, address, email string, http phone.Doer) *phone.Phone {
	t.Helper()
	clock := testkit.Clock{Tick: time.Millisecond} // of a phone whose clock is wrong, which it puts right by the server's
	p, err := phone.New(phone.Options{Server: "http://" + address, HTTP: http, Now: clock.Now, Entropy: rand.Reader, Name: "Ann's phone", Platform: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.SignIn(t.Context(), email, pbtest.Password), p.Sync(t.Context())); err != nil {
		t.Fatal(err)
	}
	return p
}

// moving is a network on which the server may get another address.
type moving struct{ address string }

func (m *moving) Do(r *http.Request) (*http.Response, error) {
	r.URL.Host = m.address
	return http.DefaultClient.Do(r)
}

func record(t *testing.T, p *phone.Phone, person, note string) {
	t.Helper()
	if _, err := p.Create(care.Visits, map[string]any{"patient": person, "status": "completed", "note": note}); err != nil {
		t.Fatal(err)
	}
	synced(t, p)
}

// synced does rounds until nothing waits; a refusal that the phone puts right by itself may end one.
func synced(t *testing.T, p *phone.Phone) {
	t.Helper()
	for range 5 {
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		if p.Pending() == 0 {
			return
		}
	}
	t.Fatalf("%d changes are still on the phone", p.Pending())
}

// notes are those of the visits in the database of a folder, in their order.
func notes(t *testing.T, dir string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var list string
	if err := db.QueryRow(`SELECT coalesce(group_concat(note, ', '), '') FROM (SELECT note FROM visits ORDER BY note)`).Scan(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

// command runs the program to its end on a folder; it must not fail.
func command(t *testing.T, dir string, args ...string) {
	t.Helper()
	c, lines := program(t, []string{"DOORSTEP_DATA_DIR=" + dir}, args...)
	for lines.Scan() {
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

// K6: docs/operations.md, word by word: a backup while the server runs; the machine dies; the backup is put back and the
// server started, and nothing else is done. What was acknowledged after the backup comes back with the phone that sent
// it, also where the machine is another one that lacks the key.
func TestRestore_AsTheManualSaysItBringsBackWhatPhonesWereTold(t *testing.T) {
	for _, elsewhere := range []bool{false, true} {
		dir, email, person := nursesFolder(t)
		serve, lines, address := serves(t, dir)
		network := &moving{address}
		ann := annsPhone(t, address, email, network)
		record(t, ann, person, "1 before")
		backup := filepath.Join(t.TempDir(), "night.db")
		command(t, dir, "backup", backup)
		if got := refused(t, dir, "backup", backup); !strings.Contains(got, "is there already") {
			t.Errorf("a second backup into the same file says %q", got)
		}
		record(t, ann, person, "2 after")
		if got := refused(t, dir, "restore", backup); !strings.Contains(got, "is served by another process") {
			t.Errorf("a restore under a running server says %q", got)
		}
		if err := serve.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
		}
		_ = serve.Wait() // killed
		epoch := ann.Epoch()

		if elsewhere {
			dir = filepath.Join(t.TempDir(), "data")
		}
		command(t, dir, "restore", backup)
		if got := notes(t, dir); got != "1 before" {
			t.Fatalf("the backup that was put back holds %q", got)
		}
		serve, lines, network.address = serves(t, dir)
		synced(t, ann)
		if got := notes(t, dir); got != "1 before, 2 after" {
			t.Errorf("on another machine: %t: the server holds %q after the phone came", elsewhere, got)
		}
		if ann.Epoch() == epoch {
			t.Error("the phone did not learn that the server was restored")
		}
		if fresh := annsPhone(t, network.address, email, network); len(fresh.List(care.Visits)) != 2 || len(ann.List(care.Visits)) != 2 {
			t.Errorf("a new phone shows %d visits, hers %d, want 2 each", len(fresh.List(care.Visits)), len(ann.List(care.Visits)))
		}
		ends(t, serve, lines)
		if before, err := filepath.Glob(filepath.Join(dir, "data.db.before-*")); err != nil || (len(before) == 0) != elsewhere {
			t.Errorf("what was there before is kept as %v, %v", before, err)
		}
	}
}

// K6: what is no backup is not put in place, and what is there stays.
func TestRestore_OfSomethingElseChangesNothing(t *testing.T) {
	dir, _, _ := nursesFolder(t)
	kept, err := os.ReadFile(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	junk, empty := filepath.Join(t.TempDir(), "junk.db"), filepath.Join(t.TempDir(), "empty.db")
	if err := errors.Join(os.WriteFile(junk, []byte(strings.Repeat("junk", 5000)), 0o600), os.WriteFile(empty, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{junk, empty, filepath.Join(dir, "not there")} {
		if got := refused(t, dir, "restore", file); !strings.Contains(got, file) {
			t.Errorf("of %s it says %q", file, got)
		}
	}
	now, err := os.ReadFile(filepath.Join(dir, "data.db"))
	if err != nil || string(now) != string(kept) {
		t.Errorf("the database was changed: %v", err)
	}
	if rest, err := filepath.Glob(filepath.Join(dir, "data.db.*")); err != nil || len(rest) > 0 {
		t.Errorf("left behind: %v, %v", rest, err)
	}
}

// X12, O2: a backup of PocketBase's own that is put back in the dashboard restarts the server, with its key and its journal.
func TestRestore_InTheDashboardKeepsTheKeyAndBringsBackWhatPhonesWereTold(t *testing.T) {
	dir, email, person := nursesFolder(t)
	const superuser, password = "admin@example.org", "correct-horse-battery-staple"
	command(t, dir, "superuser", "upsert", superuser, password)
	admin := freeAddress(t)
	serve, lines, address := serves(t, dir, "--admin-http="+admin)
	ann := annsPhone(t, address, email, http.DefaultClient)
	record(t, ann, person, "1 before")
	key, err := os.ReadFile(filepath.Join(dir, "signing.key"))
	if err != nil {
		t.Fatal(err)
	}
	token := ""
	administer := func(path, body string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodPost, "http://"+admin+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct{ Token string }
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode >= 300 {
			t.Fatalf("POST %s = %d %s, %v", path, response.StatusCode, text, err)
		}
		if token == "" && json.Unmarshal(text, &answer) == nil {
			token = answer.Token
		}
	}
	administer("/api/collections/_superusers/auth-with-password", `{"identity":"`+superuser+`","password":"`+password+`"}`)
	administer("/api/backups", `{"name":"night.zip"}`)
	record(t, ann, person, "2 after")
	epoch := ann.Epoch()
	administer("/api/backups/night.zip/restore", "")
	said(t, lines, "Doorstep listens on "+address)
	synced(t, ann)
	if got := notes(t, dir); got != "1 before, 2 after" {
		t.Errorf("the server holds %q after the phone came", got)
	}
	if ann.Epoch() == epoch {
		t.Error("the phone did not learn that the server was restored")
	}
	if now, err := os.ReadFile(filepath.Join(dir, "signing.key")); err != nil || string(now) != string(key) {
		t.Errorf("the key is another: %v", err)
	}
	ends(t, serve, lines)
}
