package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/sqlitedb"
	"doorstep/internal/testkit"
	"doorstep/internal/testkit/pbtest"
)

// A lead's people go to another team, or one person goes with everything that waits for a decision: more than one transaction takes. The
// server is killed within a later one of them, started again, and in the end all of it is with the other team, each once.
func TestWhatGoesToAnotherTeamArrivesOnceThoughTheServerIsKilledHalfway(t *testing.T) {
	for _, c := range []struct {
		what    string
		many    int // more than two transactions take
		people  int
		there   string // puts there what goes, with ?1 the team, ?2 a person, ?3 how many
		further string // when more went than one transaction takes, with the team it goes to
		with    string // how many are with a team, ?1
		arrived string // how many of them its people or its desk read
		twice   string // how many went more than once
	}{
		{
			"the people of a team", 120, 120, "",
			`AFTER INSERT ON sync_grants WHEN (SELECT count(*) FROM sync_grants WHERE holder = 'team:%s' AND to_seq IS NULL) >= 60`,
			`SELECT count(*) FROM sync_grants WHERE holder = 'team:' || ?1 AND to_seq IS NULL`,
			`SELECT count(DISTINCT f.record) FROM sync_grants g JOIN sync_scopes s ON s.name = 'pc:' || g.patient JOIN sync_feed f ON f.scope = s.id AND f.record = g.patient
				WHERE g.holder = 'team:' || ?1 AND g.to_seq IS NULL`,
			`SELECT count(*) FROM (SELECT 1 FROM sync_grants GROUP BY patient, holder HAVING count(*) > 1)`,
		},
		{
			"what is to be decided about a person", 260, 1,
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
				INSERT INTO conflicts (id, patient, collection, record, field, policy, kept, lost, owner_team, opened_at, state, version)
				SELECT printf('01k50000000000000000%06d', i), ?2, 'visits', '01k60000000000000000000001', 'note', 'conflict', '"a"', '"b"', ?1, strftime('%Y-%m-%d %H:%M:%fZ', 'now'), 'open', 0 FROM n`,
			`AFTER UPDATE OF owner_team ON conflicts WHEN (SELECT count(*) FROM conflicts WHERE owner_team = '%s') >= 150`,
			`SELECT count(*) FROM conflicts WHERE owner_team = ?1 AND version > 0`,
			`SELECT count(*) FROM sync_feed f JOIN sync_scopes s ON s.id = f.scope JOIN conflicts c ON c.id = f.record AND c.version = f.seq WHERE s.name = 'desk:' || ?1`,
			`SELECT count(*) FROM (SELECT 1 FROM sync_feed f JOIN conflicts c ON c.id = f.record GROUP BY f.record, f.scope HAVING count(*) > 1)`,
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := errors.Join(os.Mkdir(dir, 0o700), pbtest.Fill(dir)); err != nil {
				t.Fatal(err)
			}
			many, app := c.many, pbtest.Open(t, dir)
			trust := app.Org(t, "community_trust", "Trust")
			north, south := app.Team(t, trust, "nursing", "North"), app.Team(t, trust, "nursing", "South")
			ann, bob := app.Staff(t, care.TeamLead, "Ann", north), app.Staff(t, care.TeamLead, "Bob", south)
			ids := make([]string, c.people)
			for i := range ids {
				person := app.Patient(t, fmt.Sprintf("Testpatient %d", i), nil)
				app.Caseload(t, person, north)
				ids[i] = person.Id
			}
			app.Close(t)
			file, err := sqlitedb.Connect(filepath.Join(dir, "data.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = file.Close() })
			db := file.DB()
			run := func(statement string, args ...any) {
				t.Helper()
				if _, err := db.Exec(statement, args...); err != nil {
					t.Fatal(err)
				}
			}
			// Whatever writes more than one transaction may reads a list without an end, and so never comes to its commit.
			if c.there != "" {
				run(c.there, north.Id, ids[0], many)
			}
			run(`CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`)
			run(`CREATE TRIGGER hangs ` + fmt.Sprintf(c.further, south.Id) + ` BEGIN SELECT count(*) FROM endless; END`)

			serve, lines, _ := serves(t, dir, "--escalation-interval=1s")
			testkit.Until(t, "all that is to go is there", func() bool { return number(t, db, c.with, north.Id) == many })
			run(`UPDATE caseload SET team = ? WHERE team = ?`, south.Id, north.Id)
			went := 0
			testkit.Until(t, "some of it went", func() bool { went = number(t, db, c.with, south.Id); return went > 0 })
			if err := serve.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() {
			}
			_ = serve.Wait() // killed
			if went = number(t, db, c.with, south.Id); went >= many {
				t.Fatalf("%d of %d went before it was killed", went, many)
			}

			run(`DROP TRIGGER hangs`)
			run(`DROP VIEW endless`)
			serve, lines, address := serves(t, dir, "--escalation-interval=1s")
			testkit.Until(t, "all of it is with the other team", func() bool { return number(t, db, c.with, south.Id) == many })
			if left, arrived, twice := number(t, db, c.with, north.Id), number(t, db, c.arrived, south.Id), number(t, db, c.twice); left > 0 || arrived != many || twice > 0 {
				t.Errorf("%d stayed, %d of %d arrived, %d went more than once", left, arrived, many, twice)
			}
			for lead, want := range map[string]int{bob.Email(): c.people, ann.Email(): 0} {
				if n := len(annsPhone(t, address, lead, http.DefaultClient).List(care.Patients)); n != want {
					t.Errorf("the phone of %s shows %d people, want %d", lead, n, want)
				}
			}
			ends(t, serve, lines)
		})
	}
}

// number is what a query counts in the database of a server that runs or does not.
func number(t *testing.T, db *sql.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
