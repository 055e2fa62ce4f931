package main

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/doctor"
	"doorstep/internal/identity"
	"doorstep/internal/pbapp"
	"doorstep/internal/phone"
	"doorstep/internal/server"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// firstTown is the folder of a small town as the first program that was whole left it: see testdata/first/make.sh.
func firstTown(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	statements, err := os.ReadFile("testdata/first/town.sql")
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile("testdata/first/signing.key")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, identity.KeyFile), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db")+"?_pragma=page_size(8192)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(string(statements))
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// oldPhone is a phone of that town, with what it has not sent.
type oldPhone struct {
	Rows map[string]map[string][]byte `json:"rows"`
	// Push is what its old app sends next, word by word.
	Push json.RawMessage `json:"push"`
}

func (o *oldPhone) changes(t *testing.T) (list []oldChange) {
	t.Helper()
	var push struct{ Mutations []struct{ Ops []oldChange } }
	if err := json.Unmarshal(o.Push, &push); err != nil {
		t.Fatal(err)
	}
	for _, m := range push.Mutations {
		list = append(list, m.Ops...)
	}
	return list
}

// oldChange is a step of a change that was not sent.
type oldChange struct {
	Op, Collection, ID string
	Set                map[string]any
}

// storage is what the phone had stored.
func (o *oldPhone) storage(t *testing.T) phone.Storage {
	t.Helper()
	var writes []phone.Write
	for _, table := range slices.Sorted(maps.Keys(o.Rows)) {
		for _, key := range slices.Sorted(maps.Keys(o.Rows[table])) {
			writes = append(writes, phone.Write{Table: table, Key: key, Value: o.Rows[table][key]})
		}
	}
	m := &phone.Memory{}
	if err := m.Commit(writes); err != nil {
		t.Fatal(err)
	}
	return m
}

// oldApp is a network on which the first push is what the old app sends.
type oldApp struct{ push []byte }

func (o *oldApp) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/push") && o.push != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(o.push)), int64(len(o.push))
		o.push = nil
	}
	return http.DefaultClient.Do(r)
}

// everything is every value of a table by id and column, as text.
func everything(t *testing.T, dir, table string) map[string]map[string]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT * FROM "` + table + `"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, name := range columns {
			row[name] = fmt.Sprint(*values[i].(*any))
		}
		all[row["id"]] = row
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// The database that the first program left is served by today's, with all that is in it; what its phones had not sent is taken in, from an
// app of that day as from today's, once; and every phone holds what a new one gets.
func TestTheFirstTownIsServedTodayAndItsPhonesLoseNothing(t *testing.T) {
	dir := firstTown(t)
	stored := map[string]map[string]map[string]string{}
	for _, c := range care.Collections() {
		var there int
		func() {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.QueryRow(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?`, c.Name).Scan(&there); err != nil {
				t.Fatal(err)
			}
		}()
		if there == 1 {
			stored[c.Name] = everything(t, dir, c.Name)
		}
	}
	var phones map[string]*oldPhone
	text, err := os.ReadFile("testdata/first/phones.json")
	if err == nil {
		err = json.Unmarshal(text, &phones)
	}
	if err != nil {
		t.Fatal(err)
	}

	clock := testkit.Clock{Tick: time.Millisecond}
	clock.Turn(time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)) // the same day, after the upgrade
	app := pbtest.Open(t, dir, func(a core.App) { server.Bind(a, clock.Now) })
	srv, err := server.Start(app.BaseApp, server.Options{Now: clock.Now, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	for collection, records := range stored {
		today := everything(t, dir, collection)
		for id, record := range records {
			for column, was := range record {
				if is := today[id][column]; is != was && (collection != care.HandoverRules || column != "ask") { // a step says it better
					t.Errorf("%s %s: %s was %q and is %q", collection, id, column, was, is)
				}
			}
		}
	}
	address := app.Serve(t).URL
	tick := func() {
		t.Helper()
		if err := srv.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	open := func(name string, network phone.Doer, storage phone.Storage) *phone.Phone {
		t.Helper()
		p, err := phone.New(phone.Options{Server: address, HTTP: network, Storage: storage, Now: clock.Now, Entropy: rand.Reader, Name: name + "'s phone", Platform: "test"})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	ann, bob := open("ann", http.DefaultClient, phones["ann"].storage(t)), open("bob", &oldApp{phones["bob"].Push}, phones["bob"].storage(t))
	if ann.Pending() != len(phones["ann"].changes(t)) || bob.Pending() == 0 {
		t.Fatalf("the phones hold %d and %d changes", ann.Pending(), bob.Pending())
	}
	for range 3 {
		synced(t, ann)
		tick()
		synced(t, bob)
		tick()
	}
	for name, p := range phones {
		for _, c := range p.changes(t) {
			takenIn(t, dir, name, c)
		}
	}
	if got := everything(t, dir, care.Visits); len(got) != len(stored[care.Visits])+3 { // of which Ann's first was stored already
		t.Errorf("there are %d visits, and were %d", len(got), len(stored[care.Visits]))
	}
	for name, p := range map[string]*phone.Phone{"ann": ann, "bob": bob} {
		fresh := open(name, http.DefaultClient, nil)
		if err := fresh.SignIn(t.Context(), name+"@example.org", pbtest.Password); err != nil {
			t.Fatal(err)
		}
		synced(t, fresh)
		synced(t, p)
		if got, want := heldBy(t, p), heldBy(t, fresh); !maps.Equal(got, want) {
			for _, id := range slices.Sorted(maps.Keys(want)) {
				if got[id] != want[id] {
					t.Errorf("%s's phone holds %s as %s, a new one as %s", name, id, got[id], want[id])
				}
			}
			for id := range got {
				if _, ok := want[id]; !ok {
					t.Errorf("%s's phone holds %s, a new one does not", name, id)
				}
			}
		}
		if differ := compared(t, dir, fresh); len(differ) > 0 {
			t.Errorf("%s's new phone holds other records than the server: %v", name, differ)
		}
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	app.Close(t)
	soundToday(t, dir, clock.Now())
}

// takenIn holds that what was not sent is in the record that it was about, or kept beside it where two people wrote the same.
func takenIn(t *testing.T, dir, whose string, c oldChange) {
	t.Helper()
	record, ok := everything(t, dir, c.Collection)[c.ID]
	if !ok {
		t.Errorf("%s's change of %s %s is nowhere", whose, c.Collection, c.ID)
		return
	}
	for field, value := range c.Set {
		want := fmt.Sprint(value)
		got := record[field]
		if at, err := time.Parse(time.RFC3339, want); err == nil {
			want = at.UTC().Format("2006-01-02 15:04:05.000Z")
		}
		if got == want || want == "true" && got == "1" || field == "to_team" && record["state"] == "escalated" && strings.Contains(record["evidence"], want) { // nobody answered while it was on the phone
			continue
		}
		kept := false
		for _, conflict := range everything(t, dir, care.Conflicts) {
			kept = kept || conflict["record"] == c.ID && strings.Contains(fmt.Sprint(conflict), want)
		}
		if !kept {
			t.Errorf("%s wrote %q into %s of %s %s; it holds %q, and no conflict keeps it", whose, want, field, c.Collection, c.ID, got)
		}
	}
}

// heldBy is every record of a phone, with all that it holds of it. A field that came later has no value in what a phone holds longer.
func heldBy(t *testing.T, p *phone.Phone) map[string]string {
	t.Helper()
	all := map[string]string{}
	p.EachHeld(func(h phone.Held) {
		var data map[string]any
		if err := json.Unmarshal(h.Data, &data); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(data, func(_ string, value any) bool { return value == nil })
		all[h.Collection+" "+h.ID] = fmt.Sprint(h.Version, data)
	})
	return all
}

// soundToday holds that the doctor finds nothing in a folder that an upgrade could have broken.
func soundToday(t *testing.T, dir string, now time.Time) {
	t.Helper()
	r, err := doctor.Examine(t.Context(), doctor.Given{Dir: dir, SigningKey: filepath.Join(dir, identity.KeyFile), SealingKey: filepath.Join(dir, identity.SealingKeyFile), Now: now,
		Steps: pbapp.Steps(), Schema: pbapp.Schema, Served: func() bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if !slices.Contains([]string{"roles", "recovery"}, f.Check) { // what the town never had
			t.Errorf("%s: %s %v", f.Check, f.Found, f.Examples)
		}
	}
	if !slices.Equal(r.Skipped, []string{"copy"}) {
		t.Errorf("it does not look at %v", r.Skipped)
	}
	got, want := columnsOf(t, dir), columnsOf(t, pbtest.New(t).DataDir())
	for _, column := range want {
		if !slices.Contains(got, column) {
			t.Errorf("it lacks %s", column)
		}
	}
	for _, column := range got {
		if !slices.Contains(want, column) {
			t.Errorf("a new database has no %s", column)
		}
	}
}

// columnsOf are the columns of every table of a database.
func columnsOf(t *testing.T, dir string) (list []string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		list = append(list, column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
