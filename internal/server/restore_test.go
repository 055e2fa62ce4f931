package server_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/server"
	"doorstep/internal/standing"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// house is a data folder and the server on it, which can be stopped and started again.
type house struct {
	dir   string
	clock testkit.Clock
	app   *pbtest.App
	srv   *server.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{dir: t.TempDir()}
	if err := pbtest.Fill(h.dir); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	t.Cleanup(func() { h.stop(t) })
	return h
}

func (h *house) start(t *testing.T) {
	t.Helper()
	h.app = pbtest.Open(t, h.dir, func(a core.App) { server.Bind(a, h.clock.Now) })
	var err error
	if h.srv, err = server.Start(h.app.BaseApp, server.Options{Now: h.clock.Now, Manual: true}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) stop(t *testing.T) {
	t.Helper()
	if err := h.srv.Close(); err != nil {
		t.Error(err)
	}
	h.app.Close(t)
}

var database = []string{"data.db", "data.db-wal"}

// copied is the database as a backup takes it, without what lies beside it.
func (h *house) copied(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range database {
		b, err := os.ReadFile(filepath.Join(h.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err == nil {
			files[name] = b
		}
	}
	return files
}

// putBack stops the server, puts a backup in the place of the database and starts it again.
func (h *house) putBack(t *testing.T, backup map[string][]byte) {
	t.Helper()
	h.stop(t)
	for _, name := range append(database, "data.db-shm") {
		if err := os.Remove(filepath.Join(h.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	for name, b := range backup {
		if err := os.WriteFile(filepath.Join(h.dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.start(t)
}

func (h *house) tick(t *testing.T) {
	t.Helper()
	if err := h.srv.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) text(t *testing.T, query string, args ...any) (s string) {
	t.Helper()
	if err := h.app.SecondConnection(t).QueryRow(query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// O2: what was decided about phones, people and caseloads after a backup was made holds when it is put back.
func TestARestoreGivesNobodyBackWhatWasTakenFromThem(t *testing.T) {
	h := newHouse(t)
	trust := h.app.Org(t, "community_trust", "Trust")
	north, south := h.app.Team(t, trust, "nursing", "North"), h.app.Team(t, trust, "nursing", "South")
	staff := map[string]*core.Record{}
	for _, name := range []string{"Loses", "Revoked", "Leaves", "Moves", "Promoted", "Stays", "Deleted"} {
		staff[name] = h.app.Staff(t, care.DistrictNurse, name, north)
	}
	ada := h.app.Patient(t, "Ames", nil)
	round, over := h.app.Caseload(t, ada, north), h.app.Caseload(t, ada, south)
	device := map[string]string{}
	for name, state := range map[string]string{"Loses": "active", "Revoked": "active", "Stays": "active"} {
		device[name] = h.app.Put(t, care.Devices, map[string]any{"staff": staff[name].Id, "client": pbtest.ID(), "name": name, "platform": "test",
			"public_key": `{"kty":"OKP","crv":"Ed25519","x":"` + strings.Repeat("A", 42) + string(rune('A'+len(device))) + `"}`, "state": state}).Id
	}
	h.tick(t)
	backup := h.copied(t)

	db := h.app.SecondConnection(t)
	for _, change := range []struct{ statement, id string }{
		{`UPDATE devices SET state = 'lost', state_since = '2026-03-02 09:00:00.000Z' WHERE id = ?`, device["Loses"]},
		{`UPDATE devices SET state = 'revoked', state_since = '2026-03-02 09:00:00.000Z' WHERE id = ?`, device["Revoked"]},
		{`UPDATE staff SET inactive_since = '2026-03-02 09:00:00.000Z' WHERE id = ?`, staff["Leaves"].Id},
		{`UPDATE staff SET teams = json_array('` + south.Id + `') WHERE id = ?`, staff["Moves"].Id},
		{`UPDATE staff SET role = 'clinical_lead' WHERE id = ?`, staff["Promoted"].Id},
		{`UPDATE caseload SET "to" = '2026-03-01 09:00:00.000Z' WHERE id = ?`, over.Id},
		{`DELETE FROM staff WHERE id = ?`, staff["Deleted"].Id},
	} {
		if _, err := db.ExecContext(t.Context(), change.statement, change.id); err != nil {
			t.Fatalf("%s: %v", change.statement, err)
		}
	}
	h.tick(t)
	for range 2 { // a second start on the same backup, which knows that it was restored, changes nothing
		h.putBack(t, backup)
		for _, c := range []struct{ what, query, id, want string }{
			{"the lost phone", `SELECT state FROM devices WHERE id = ?`, device["Loses"], "lost"},
			{"the phone that was withdrawn", `SELECT state FROM devices WHERE id = ?`, device["Revoked"], "revoked"},
			{"the phone nothing was said of", `SELECT state FROM devices WHERE id = ?`, device["Stays"], "active"},
			{"who left", `SELECT inactive_since FROM staff WHERE id = ?`, staff["Leaves"].Id, "2026-03-02 09:00:00.000Z"},
			{"the teams of who moved", `SELECT teams ->> 0 FROM staff WHERE id = ?`, staff["Moves"].Id, south.Id},
			{"the role of who was promoted", `SELECT role FROM staff WHERE id = ?`, staff["Promoted"].Id, "clinical_lead"},
			{"whom nothing was said of", `SELECT role || inactive_since FROM staff WHERE id = ?`, staff["Stays"].Id, "district_nurse"},
			{"the account that was deleted", `SELECT inactive_since <> '' FROM staff WHERE id = ?`, staff["Deleted"].Id, "1"},
			{"the caseload row that ended", `SELECT "to" FROM caseload WHERE id = ?`, over.Id, "2026-03-01 09:00:00.000Z"},
			{"the one that goes on", `SELECT "to" FROM caseload WHERE id = ?`, round.Id, ""},
			{"who is told of it", `SELECT count(*) FROM audit WHERE action = 'decide_again' AND record = ?`, device["Loses"], "1"},
		} {
			if got := h.text(t, c.query, c.id); got != c.want {
				t.Errorf("%s: %q, want %q", c.what, got, c.want)
			}
		}
		if holders := h.srv.Store.Access.TeamsHolding(ada.Id); len(holders) != 1 || holders[0] != north.Id {
			t.Errorf("the person is held by %v, want the north team alone", holders)
		}
		if epoch, _ := h.srv.Store.Head(); epoch == "e1" {
			t.Error("no new epoch was opened, although the journal proves the restore")
		}
	}
	epoch, _ := h.srv.Store.Head()
	h.stop(t)
	h.start(t)
	if again, _ := h.srv.Store.Head(); again != epoch {
		t.Errorf("a plain start opened the epoch %s after %s", again, epoch)
	}
}

// What was decided and then decided otherwise before the backup was made is not dug out again.
func TestTheLastDecisionCounts(t *testing.T) {
	h := newHouse(t)
	team := h.app.Team(t, h.app.Org(t, "community_trust", "Trust"), "nursing", "North")
	back := h.app.Staff(t, care.DistrictNurse, "Back", team)
	h.tick(t)
	db := h.app.SecondConnection(t)
	for _, since := range []string{"2026-03-02 09:00:00.000Z", ""} {
		if _, err := db.ExecContext(t.Context(), `UPDATE staff SET inactive_since = ? WHERE id = ?`, since, back.Id); err != nil {
			t.Fatal(err)
		}
		h.tick(t)
	}
	h.stop(t)
	h.start(t)
	if got := h.text(t, `SELECT inactive_since FROM staff WHERE id = ?`, back.Id); got != "" {
		t.Errorf("somebody who came back has left again since %s", got)
	}
	if epoch, _ := h.srv.Store.Head(); epoch != "e1" {
		t.Errorf("a plain start opened the epoch %s", epoch)
	}
}

// K6: a database that comes without its key is a copy that was put back.
func TestADatabaseWithoutItsKeyOpensANewEpoch(t *testing.T) {
	h := newHouse(t)
	h.stop(t)
	if err := errors.Join(os.Remove(filepath.Join(h.dir, "signing.key")), os.Remove(filepath.Join(h.dir, standing.File))); err != nil {
		t.Fatal(err)
	}
	h.start(t)
	epoch, _ := h.srv.Store.Head()
	if epoch == "e1" {
		t.Error("it goes on as if nothing had happened")
	}
	h.stop(t)
	h.start(t)
	if again, _ := h.srv.Store.Head(); again != epoch {
		t.Errorf("the next start opened the epoch %s after %s", again, epoch)
	}
}

// K1: each start begins a history of its own, from the number at which the one before ended.
func TestEachStartBeginsAHistory(t *testing.T) {
	h := newHouse(t)
	first := h.srv.Store.Histories().Current()
	if err := h.srv.Engine.Do(t.Context(), func(tx *pbstore.Tx) error { tx.Next(); return nil }); err != nil {
		t.Fatal(err)
	}
	_, head := h.srv.Store.Head()
	h.stop(t)
	h.start(t)
	second := h.srv.Store.Histories().Current()
	if first.Number < 1 || second.Number != first.Number+1 || second.Name == first.Name || second.After != head {
		t.Errorf("after %+v, which ended at %d, came %+v", first, head, second)
	}
}
