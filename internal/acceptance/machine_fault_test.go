package acceptance

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/health"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// K3. What breaks is the server's. No phone is told that it is another's, withdrawn or unknown, and none stops
// until a person has signed in.
func TestAFaultOfTheMachineIsNeverAVerdictAboutThePhone(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"sync_clients", "sync_ledger", "sync_feed", "sync_results", "devices", "staff", "audit"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ann, net := w.phoneOn(w.ann)
			w.record(ann, care.Visits, w.visit(w.ada, "before"))
			w.sync(ann)
			w.restart() // nothing is in memory
			net.before = func(r *http.Request) (*http.Response, error) {
				r.URL.Host = w.http.Listener.Addr().String() // where it listens now
				return nil, nil
			}
			w.record(ann, care.Visits, w.visit(w.ada, "meanwhile"))
			w.sql(`ALTER TABLE ` + table + ` RENAME TO away`)
			failed := map[string]bool{}
			net.after = func(r *http.Request, body []byte) error {
				var e wire.Error
				if json.Unmarshal(body, &e) == nil && e.Code != "" {
					failed[r.URL.Path] = true
					if code := wire.Code(e.Code); code != wire.CodeUnavailable && code != wire.CodeCannotRead && code != wire.CodeServerError {
						t.Errorf("%s answers %s: %s", r.URL.Path, e.Code, e.Message)
					}
				}
				return nil
			}
			_ = ann.Sync(t.Context()) // it fails, and tries again later
			if len(failed) == 0 {
				t.Fatalf("without %s everything goes on", table)
			}
			if ann.NeedsSignIn() {
				t.Error("the phone asks for a person to sign in")
			}
			w.sql(`ALTER TABLE away RENAME TO ` + table)
			w.pass(time.Minute)
			w.sync(ann)
			if n := len(w.rows(care.Visits, "patient = '"+w.ada.Id+"'", nil)); n != 2 {
				t.Errorf("%d visits arrived, want 2", n)
			}
		})
	}
}

// K4 B12
func TestHealthIsRedWhilePushesFailAndGreenWhenTheyGoThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	readOnly := func(on string) {
		t.Helper()
		_, err := w.NonconcurrentDB().NewQuery("PRAGMA query_only = " + on).Execute()
		ok(t, err)
	}
	w.well("before") // and the disk is not tried again for five seconds
	readOnly("1")
	w.record(ann, care.Visits, w.visit(w.ada, "meanwhile"))
	_ = ann.Sync(t.Context()) // fails
	w.ill("a push failed", health.ProblemPushes)
	readOnly("0")
	w.pass(2 * time.Minute)
	w.ill("nobody has come back since", health.ProblemPushes)
	w.sync(ann)
	w.well("it goes through")
}

func TestHealthIsRedWhilePullsFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	w.sql(`ALTER TABLE audit RENAME TO away`)
	w.Caseload(t, w.Patient(t, "New", nil), w.nurses)
	w.tick()
	_ = ann.Sync(t.Context()) // fails
	w.ill("a pull failed", health.ProblemPulls)
	w.sql(`ALTER TABLE away RENAME TO audit`)
}

// K4
func TestTheNightlyCheckTellsHealthOfDamageAcrossARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ok(t, w.srv.Engine.Check(t.Context()))
	if _, h := w.health(); h.Check.Result == nil || *h.Check.Result != "ok" || h.Check.CheckedAt == nil {
		t.Errorf("a sound database: %+v", h.Check)
	}
	// Two trees that share a page, as a page that was written to the wrong place leaves them.
	w.sql(`CREATE TABLE lost (a); CREATE INDEX lost_a ON lost (a); CREATE TABLE found (b); CREATE INDEX found_b ON found (b)`)
	w.sql(`PRAGMA writable_schema = ON;
		UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'found_b') WHERE name = 'lost_a';
		PRAGMA schema_version = 900000; PRAGMA writable_schema = OFF`)
	ok(t, w.srv.Engine.Check(t.Context()))
	w.ill("a damaged one", health.ProblemDamaged)
	w.restart()
	w.ill("after a restart", health.ProblemDamaged)
	w.sql(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE tbl_name IN ('lost', 'found'); PRAGMA schema_version = 900001; PRAGMA writable_schema = OFF`)
}

// One row nobody can read is an operator's fault that health shows until it is mended.
func TestARowNobodyCanReadIsShownByHealthUntilItIsMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.sync(ann)
	w.damage(`UPDATE observations SET pulse = 'fast', version = version + 1 WHERE id = ?`, id)
	bob := w.phoneOf(w.bob)
	if s := sees(t, bob, care.Observations, id, "spo2", 97); s.Values["pulse"] != nil {
		t.Errorf("the pulse reads %v", s.Values["pulse"])
	}
	status, h := w.health()
	if status != http.StatusOK || h.Unreadable.Rows != 1 || !slices.Equal(h.Unreadable.Collections, []string{care.Observations}) || !slices.Contains(h.Warnings, health.WarningUnreadable) {
		t.Errorf("with one unreadable row: %d %+v", status, h)
	}
	w.sql(`UPDATE observations SET pulse = 72, version = version + 1 WHERE id = ?`, id)
	if _, h := w.health(); h.Unreadable.Rows != 0 || slices.Contains(h.Warnings, health.WarningUnreadable) {
		t.Errorf("mended: %+v", h.Unreadable)
	}
}

// A desk sees that something about a person cannot be read.
func TestADeskSeesWhatOfAPersonCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sql(`UPDATE patients SET communication_needs = '{torn', version = version + 1 WHERE id = ?`, w.ada.Id)
	answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/people/search", w.Token(t, w.lea), map[string]any{"text": "Testpatient"})
	if got := string(answer.Body); answer.Status != http.StatusOK || !strings.Contains(got, `"unreadable":["communication_needs"]`) {
		t.Errorf("%d %s", answer.Status, got)
	}
}
