package doctor_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/care"
	"doorstep/internal/doctor"
	"doorstep/internal/identity"
	"doorstep/internal/testkit/pbtest"
)

// sqls plants by SQL, past the server and without a trigger that would tell it.
func sqls(statements ...string) func(*testing.T, *lived) {
	return func(t *testing.T, l *lived) {
		t.Helper()
		for _, s := range statements {
			for name, id := range l.ids {
				s = strings.ReplaceAll(s, "{"+name+"}", id)
			}
			l.sql(t, s)
		}
	}
}

// file plants by a change of a file of the folder.
func file(name string, change func(path string) error) func(*testing.T, *lived) {
	return func(t *testing.T, l *lived) {
		t.Helper()
		if err := change(filepath.Join(l.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func mode(m os.FileMode) func(string) error {
	return func(path string) error { return os.Chmod(path, m) }
}

// fault is something planted, with the check that finds it and a part of what is said.
type fault struct {
	name     string
	plant    func(*testing.T, *lived)
	check    string
	severity doctor.Severity
	says     string
	mends    bool
	also     []string // checks that find what follows from it
}

var planted = []fault{
	{"a folder open to everybody", file("", mode(0o755)), "folder", doctor.Problem, "Every account", true, nil},
	{"a signing key that others may read", file("signing.key", mode(0o644)), "keys", doctor.Problem, "Others than its owner", true, nil},
	{"no signing key", file("signing.key", os.Remove), "keys", doctor.Problem, "is not there", false, nil},
	{"another's signing key", func(t *testing.T, l *lived) {
		path := filepath.Join(l.dir, "signing.key")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.LoadKeyring(path, rand.Reader); err != nil { // which makes one
			t.Fatal(err)
		}
	}, "keys", doctor.Problem, "is not the key with which", false, nil},
	{"a sealing key cut short", file("sealing.key", func(p string) error { return os.WriteFile(p, []byte("-----BEGIN"), 0o600) }), "keys", doctor.Problem, "cannot be read", false, nil},
	{"a key of copies that others may read", file("copy.key", func(p string) error { return os.WriteFile(p, []byte("x"), 0o644) }), "keys", doctor.Problem, "copy.key", true, nil},
	{"what a restore left that was cut short", func(t *testing.T, l *lived) {
		l.left = []string{filepath.Join(l.dir, "restoring-1")}
		if err := os.Mkdir(l.left[0], 0o700); err != nil {
			t.Fatal(err)
		}
	}, "disk", doctor.Warning, "left 1 file", true, nil},
	{"no sealing key", file("sealing.key", os.Remove), "keys", doctor.Problem, "is not there", false, nil},
	{"an old database that was put aside", file("data.db.before-20260101T000000Z", func(p string) error {
		old := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			return err
		}
		return os.Chtimes(p, old, old)
	}), "disk", doctor.Note, "put aside by a restore", false, nil},
	{"a step of a newer program", sqls(`INSERT INTO _migrations (file, applied) VALUES ('1999999999_tomorrow.go', 1)`), "schema", doctor.Problem, "1999999999_tomorrow.go", false, nil},
	{"a trigger that somebody took out", sqls(`DROP TRIGGER audit_no_delete`), "schema", doctor.Problem, "1 is missing", true, nil},
	{"an index that somebody took out", sqls(`DROP INDEX sync_grants_patient`), "schema", doctor.Problem, "1 is missing", true, nil},
	{"work of tomorrow", sqls(`INSERT INTO sync_marks (minute, seq) VALUES (9999999999 / 60, 1)`), "clock", doctor.Problem, "the database has work from", false, nil},
	{"three phones that say the clock is wrong", sqls(
		`INSERT INTO devices (id, staff, client, name, platform, state, last_seen, clock_offset_ms, public_key) SELECT 'p' || value, staff, 'c' || value, name, platform, 'active', last_seen, '-3600000', '{"x":' || value || '}' FROM devices, json_each('[1,2,3]')`,
	), "clock", doctor.Problem, "1h0m0s behind", false, nil},
	{"a head that went back", sqls(`UPDATE sync_meta SET seq = 1`), "sequence", doctor.Problem, "beyond the head", false, nil},
	{"a visit that is in no feed", sqls(`DELETE FROM sync_feed WHERE record = '{visit}'`), "feed", doctor.Problem, "1 record of visits", true, nil},
	{"a visit that is in one feed twice", sqls(`INSERT INTO sync_feed SELECT seq - 1, 900, scope, collection, record FROM sync_feed WHERE record = '{visit}'`), "feed", doctor.Warning, "in one feed twice", false, nil},
	{"a change that is not in the ledger", sqls(`DELETE FROM sync_ledger WHERE key = (SELECT last_key FROM sync_clients)`), "ledger", doctor.Problem, "last number", false, nil},
	{"a number that was given twice", sqls(`UPDATE sync_ledger SET seq = (SELECT min(seq) FROM sync_ledger)`), "ledger", doctor.Problem, "given twice", false, nil},
	{"a value that nobody can read", sqls(`UPDATE observations SET pulse = '{' WHERE id = '{reading}'`), "values", doctor.Problem, "1 record of observations holds", false, []string{"sequence"}},
	{"a person who was deleted past everything", sqls(`DROP TRIGGER dirty_patients_delete`, `DROP TRIGGER visit_plans_erase`, `DROP TRIGGER people_unindexed_delete`, `DELETE FROM patients WHERE id = '{ada}'`), "orphans", doctor.Warning,
		"of visits names in the field patient", false, []string{"schema"}},
	{"a person who cannot be found", sqls(`DELETE FROM people_sorted`), "index", doctor.Warning, "1 person cannot be found", true, nil},
	{"an open handover that nobody looks at", sqls(`DELETE FROM sync_due WHERE kind = 'handover'`), "deadlines", doctor.Problem, "no time at which it is looked at", true, nil},
	{"a deadline that passed", sqls(`UPDATE sync_due SET at = '2026-03-01T08:00:00.000Z' WHERE kind = 'handover'`), "deadlines", doctor.Warning, "passed while no server ran", false, nil},
	{"an alarm without its handover", sqls(`UPDATE alarms SET handover = 'nowhere'`), "alarms", doctor.Problem, "holds has no handover", false, nil},
	{"a delivery that waits", sqls(`UPDATE outbox SET state = 'waiting', due_at = '2026-03-01T08:00:00.000Z'`), "alarms", doctor.Problem, "waited for more than ten minutes", false, nil},
	{"a practice that nobody works for any more", sqls(`UPDATE staff SET inactive_since = '2026-01-01 00:00:00.000Z' WHERE id = '{guy}'`), "alarms", doctor.Problem, "in whose inbox nobody works", false, []string{"roles", "sequence"}},
	{"no care coordinator", sqls(`UPDATE staff SET role = 'district_nurse' WHERE id = '{cora}'`), "roles", doctor.Problem, "Nobody is a care coordinator in 1 neighbourhood", false, []string{"sequence"}},
	{"a rule that does not compile", sqls(`UPDATE handover_rules SET "trigger" = 'record.pulse >' WHERE id = (SELECT min(id) FROM handover_rules WHERE state = 'active')`), "rules", doctor.Problem, "does not compile", false, []string{"sequence"}},
	{"a rule that should have been reviewed", sqls(`UPDATE handover_rules SET review_on = '2026-01-01' WHERE id = (SELECT min(id) FROM handover_rules WHERE state = 'active')`), "rules", doctor.Warning, "1 rule should have been reviewed", false, []string{"sequence"}},
	{"unsent work on a silent phone", sqls(`UPDATE devices SET outbox_count = '3', last_seen = '2026-01-01 00:00:00.000Z' WHERE id = '{device}'`), "phones", doctor.Warning, "1 phone said", false, nil},
	{"a conflict of last month", sqls(`INSERT INTO conflicts (id, state, policy, owner_team, due_at) VALUES ('c1', 'open', 'manual', '{nurses}', '2026-01-01 00:00:00.000Z')`), "issues", doctor.Warning,
		"1 conflict has waited for a decision", false, []string{"sequence", "values"}},
	{"an issue that nobody can decide", sqls(`INSERT INTO quarantine (id, state, owner_team) SELECT 'q1', 'open', id FROM teams WHERE kind = 'practice'`), "issues", doctor.Problem, "nobody decides for", false, []string{"sequence", "values"}},
	{"nightly jobs that do not run", func(t *testing.T, l *lived) {
		l.served = true
		l.sql(t, `UPDATE sync_histories SET opened_at = '2026-02-01T00:00:00.000Z'`)
	}, "jobs", doctor.Warning, "The nightly job clean_up", false, nil},
	{"a deadline that the server does not look at", func(t *testing.T, l *lived) {
		l.served = true
		l.sql(t, `UPDATE sync_due SET at = '2026-03-01T08:00:00.000Z' WHERE kind = 'handover'`)
	}, "deadlines", doctor.Problem, "has not been worked off", false, nil},
	{"a copy on a disk that is gone", func(_ *testing.T, l *lived) {
		l.copied = func(context.Context) (time.Time, error) { return time.Time{}, os.ErrNotExist }
	}, "copy", doctor.Problem, "cannot be read", false, nil},
	{"a copy of yesterday", func(_ *testing.T, l *lived) {
		l.copied = func(context.Context) (time.Time, error) { return l.now.Add(-24 * time.Hour), nil }
	}, "copy", doctor.Problem, "less than the database", false, nil},
	{"a seal of a line that is gone", sqls(`INSERT INTO audit_seals (line, at, hash) VALUES (99999, '2026-03-01T08:00:00.000Z', 'x')`), "audit", doctor.Problem, "a line that is not there", false, nil},
	{"no recovery key", sqls(`UPDATE organisations SET recovery_key = NULL`), "recovery", doctor.Warning, "1 organisation whose staff carry phones", false, []string{"sequence"}},
	{"damage", func(t *testing.T, l *lived) {
		page := l.sql(t, `SELECT rootpage FROM sqlite_master WHERE name = 'sync_feed_scope'`)
		var n int64
		if err := json.Unmarshal([]byte(page), &n); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(l.dir, "data.db"), os.O_RDWR, 0)
		if err == nil {
			_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, 8192), (n-1)*8192)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}, "integrity", doctor.Problem, "The database is damaged", false, []string{"feed"}},
	{"no database", file("data.db", os.Remove), "database", doctor.Problem, "is not there", false, nil},
	{"something else in its place", file("data.db", func(p string) error { return os.WriteFile(p, bytes.Repeat([]byte("junk"), 5000), 0o600) }), "database", doctor.Problem, "cannot be read", false, nil},
}

func TestAFolderThatWasLivedInIsWell(t *testing.T) {
	if r := livedIn(t).examine(t); len(r.Findings) > 0 || !slices.Equal(r.Skipped, []string{"copy"}) || len(r.Well()) != len(doctor.Checks())-1 { // nobody said where its copy is
		t.Errorf("of a folder in which nothing is wrong it says %+v, and does not look at %v", r.Findings, r.Skipped)
	}
}

// Each planted fault is found by its check, said with what it means and what to do, and nothing else is found but what follows
// from it. What is said to be mended is gone after --fix.
func TestWhatIsWrongIsFound(t *testing.T) {
	sound := livedIn(t)
	for _, c := range planted {
		t.Run(c.name, func(t *testing.T) {
			l := sound.copy(t)
			c.plant(t, l)
			var found *doctor.Finding
			for _, f := range l.examine(t).Findings {
				if f.Means == "" || f.Do == "" || !strings.HasSuffix(f.Found, ".") {
					t.Errorf("it says too little: %+v", f)
				}
				if f.Check == c.check && strings.Contains(f.Found, c.says) {
					found = &f
				} else if f.Check != c.check && !slices.Contains(c.also, f.Check) {
					t.Errorf("it finds as well: %s: %s", f.Check, f.Found)
				}
			}
			if found == nil || found.Severity != c.severity || found.Mends != c.mends {
				t.Fatalf("found %+v, want a %s of %s that says %q, to be mended: %t", found, c.severity, c.check, c.says, c.mends)
			}
			if !c.mends {
				return
			}
			mended, after, err := doctor.Fix(t.Context(), l.given())
			if err != nil || len(mended) != 1 || mended[0].Found != found.Found {
				t.Fatalf("it mended %+v, %v", mended, err)
			}
			for _, f := range after.Findings {
				if f.Check == c.check && f.Severity != doctor.Note {
					t.Errorf("after it was mended it finds still: %s", f.Found)
				}
			}
		})
	}
}

// Check-ins that an import writes together with whoever has their people are sent to volunteers before they are settled: they
// stand in the feed once all the same.
func TestWhatAnImportBringsStandsInTheFeedOnce(t *testing.T) {
	l := livedIn(t)
	var service, friends, vic string
	l.with(t, func(app *pbtest.App) {
		org := app.Org(t, care.VoluntaryKind, "Friends")
		team := app.Team(t, org, care.VoluntaryKind, "Friends")
		service, friends, vic = org.Id, team.Id, app.Staff(t, care.Volunteer, "Vic", team).Id
	})
	l.with(t, func(app *pbtest.App) {
		for range 3 {
			person := app.Put(t, care.Patients, map[string]any{"family_name": "Testpatient", "consent": []map[string]any{{"service": service, "given": true, "how": "asked", "at": "2026-03-01T08:00:00.000Z"}}})
			app.Put(t, care.Caseload, map[string]any{"patient": person.Id, "team": friends})
			app.Put(t, care.Checkins, map[string]any{"patient": person.Id, "team": friends, "staff": vic, "planned_start": "2026-03-02 09:00:00.000Z"})
		}
	})
	if got := l.sql(t, `SELECT count(*) FROM checkins c JOIN sync_feed f ON f.record = c.id AND f.seq = c.version`); got != "9" {
		t.Errorf("the check-ins stand in %s places at their version, want 3 each", got)
	}
	for _, f := range l.examine(t).Findings {
		if f.Check == "feed" {
			t.Errorf("%s %v", f.Found, f.Examples)
		}
	}
}

// What this program would make is not what an older database, or a newer one, should have: the doctor says so and leaves it alone.
func TestADatabaseOfAnotherProgramIsNotMended(t *testing.T) {
	sound := livedIn(t)
	for name, c := range map[string]struct {
		plant, says string
		severity    doctor.Severity
	}{
		"an older one": {`DELETE FROM _migrations WHERE file = (SELECT max(file) FROM _migrations)`, "lacks 1 step", doctor.Warning},
		"a newer one":  {`INSERT INTO _migrations (file, applied) VALUES ('1999999999_tomorrow.go', 1)`, "1999999999_tomorrow.go", doctor.Problem},
	} {
		t.Run(name, func(t *testing.T) {
			l := sound.copy(t)
			sqls(c.plant, `DROP TRIGGER audit_no_delete`, `DROP INDEX sync_grants_patient`, `DELETE FROM people_sorted`)(t, l)
			mended, r, err := doctor.Fix(t.Context(), l.given())
			if err != nil || len(mended) > 0 || len(r.Findings) != 1 || r.Findings[0].Check != "schema" || r.Findings[0].Severity != c.severity || !strings.Contains(r.Findings[0].Found, c.says) {
				t.Errorf("it mended %+v and finds %+v, %v", mended, r, err)
			}
			if got := l.sql(t, `SELECT count(*) FROM sqlite_master WHERE name IN ('audit_no_delete', 'sync_grants_patient')`); got != "0" {
				t.Errorf("it made %s of what is missing", got)
			}
			if !slices.Contains(r.Skipped, "feed") || !slices.Contains(r.Looked, "integrity") {
				t.Errorf("it looked at %v and not at %v", r.Looked, r.Skipped)
			}
		})
	}
}

func TestNothingIsChangedUnlessItIsAsked(t *testing.T) {
	l := livedIn(t)
	planted[0].plant(t, l)
	sqls(`DELETE FROM people_sorted`)(t, l)
	before, err := os.ReadFile(filepath.Join(l.dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	l.examine(t)
	after, err := os.ReadFile(filepath.Join(l.dir, "data.db"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("looking changed the database: %v", err)
	}
	if info, err := os.Stat(l.dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("looking changed the rights of the folder: %v, %v", info.Mode(), err)
	}
}

// What the command prints and how it ends, for people and for machines. No name of a person is in it.
func TestTheCommandSaysWhatItFoundAndEndsByIt(t *testing.T) {
	l := livedIn(t)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		root := &cobra.Command{Use: "doorstep"}
		root.AddCommand(doctor.Command(func() (doctor.Given, error) { return l.given(), nil }))
		root.SetArgs(append([]string{"doctor"}, args...))
		root.SetOut(&out)
		root.SilenceErrors = true
		err := root.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := run(); err != nil || !strings.Contains(out, "Well: folder, disk, keys") || !strings.Contains(out, "0 problems, 0 warnings, 0 notes.") {
		t.Errorf("of a well folder it prints %s and ends with %v", out, err)
	}
	sqls(`DELETE FROM sync_feed WHERE record = '{visit}'`, `DELETE FROM people_sorted`)(t, l)
	out, err := run()
	if err == nil || err.Error() != "1 problem found" {
		t.Errorf("it ends with %v", err)
	}
	for _, want := range []string{"PROBLEM: feed\n  1 record of visits is in no feed at the version it has. (such as " + l.ids["visit"] + ")\n  It means: ", "\n  Do: ",
		"WARNING: index\n", "1 problem, 1 warning, 0 notes.\ndoorstep doctor --fix puts 2 of them right.\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not print %q, but\n%s", want, out)
		}
	}
	for _, name := range []string{"Testpatient", "Ann", "Cora", "breath"} {
		if strings.Contains(out, name) {
			t.Errorf("it prints %q", name)
		}
	}
	if out, err := run("--fix"); err != nil || !strings.Contains(out, "MENDED: feed\n") || !strings.Contains(out, "0 problems, 0 warnings, 1 note.") {
		t.Errorf("--fix prints %s and ends with %v", out, err)
	}
	out, err = run("--json")
	var report struct {
		Findings []doctor.Finding
		Looked   []string
	}
	if bad := json.Unmarshal([]byte(out), &report); bad != nil || err != nil || len(report.Findings) != 1 || report.Findings[0].Severity != doctor.Note || len(report.Looked) != len(doctor.Checks())-1 {
		t.Errorf("--json prints %s (%v) and ends with %v", out, bad, err)
	}
}

func TestTheManualSaysWhatIsLookedAt(t *testing.T) {
	manual, err := os.ReadFile("../../docs/operate/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range doctor.Checks() {
		if row := "| `" + c[0] + "` | " + c[1] + " |\n"; !strings.Contains(string(manual), row) {
			t.Errorf("docs/operate/doctor.md lacks the row %s", row)
		}
		if !slices.ContainsFunc(planted, func(p fault) bool { return p.check == c[0] }) {
			t.Errorf("nothing is planted for the check %s", c[0])
		}
	}
}

// A server that runs takes in what was mended, by itself: phones get the visit.
func TestWhatIsMendedReachesPhones(t *testing.T) {
	l := livedIn(t)
	sqls(`DELETE FROM sync_feed WHERE record = '{visit}'`)(t, l)
	if _, _, err := doctor.Fix(t.Context(), l.given()); err != nil {
		t.Fatal(err)
	}
	l.serve(t)
	if got := l.sql(t, `SELECT count(*) FROM sync_feed f JOIN visits v ON v.id = f.record AND v.version = f.seq`); got != "1" {
		t.Errorf("the visit stands in %s feeds at its version", got)
	}
	if r := l.examine(t); len(r.Findings) > 0 {
		t.Errorf("after a server ran it finds %+v", r.Findings)
	}
}
