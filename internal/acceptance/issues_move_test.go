package acceptance

import (
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/server"
	"doorstep/internal/takein"
)

// A person about whom hundreds of issues are open goes to another team: some of them go along in each transaction, a server that stops
// in the middle goes on where it was, and in the end the new team decides all of them.
func TestAllIssuesOfAPersonGoAlongThoughTheServerStopsInBetween(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	const conflicts, set = 650, 330
	db := w.SecondConnection(t)
	for _, statement := range []string{
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3) INSERT INTO conflicts (id, patient, collection, record, field, policy, kept, lost, owner_team, opened_at, state, version)
			SELECT printf('01k50000000000000000%06d', i), ?1, 'visits', '01k60000000000000000000001', 'note', 'conflict', '"a"', '"b"', ?2, ?4, 'open', 1 FROM n`,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 320) INSERT INTO quarantine (id, patient, collection, record, field, kind, code, content, owner_team, opened_at, state, version)
			SELECT printf('01k70000000000000000%06d', i), ?1, 'observations', '01k80000000000000000000001', 'pulse', 'field', 'wrong_type', '"x"', ?2, ?4, 'open', 1 FROM n`,
	} {
		if _, err := db.Exec(statement, w.ada.Id, w.nurses.Id, conflicts, "2026-03-02 08:00:00.000Z"); err != nil {
			t.Fatal(err)
		}
	}
	w.restart() // what memory knows of issues it reads at the start
	with := func(team string) (n int) {
		ok(t, w.DB().NewQuery(`SELECT (SELECT count(*) FROM conflicts WHERE owner_team = '`+team+`') + (SELECT count(*) FROM quarantine WHERE owner_team = '`+team+`')`).Row(&n))
		return n
	}
	if n := with(w.nurses.Id); n != conflicts+set {
		t.Fatalf("%d issues are there", n)
	}
	for _, row := range w.openRowsOf(w.ada) {
		row.Set("to", w.now())
		ok(t, w.Save(row))
	}
	w.Caseload(t, w.ada, w.others, w.now())
	w.clock.Pass(time.Minute)
	for more := true; more; {
		ok(t, w.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(200, func() bool { return false }, rooms.Of(tx).TakeIn)
			return err
		}))
	}
	for step := 1; step <= 2; step++ {
		w.clock.Pass(time.Second)
		ok(t, w.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) error {
			due, err := tx.TakeDue(200)
			ok(t, err)
			r := rooms.Of(tx)
			for _, d := range due {
				tx.Next()
				ok(t, server.DueWork(w.srv.Store)[d.Kind](tx, r, d.Ref))
			}
			if !r.TakeIn.Left() {
				t.Error("it says that nothing is left")
			}
			return nil
		}))
		if n := with(w.others.Id); n != step*takein.MaxHandedOn {
			t.Fatalf("%d transactions handed on %d issues", step, n)
		}
	}
	w.restart()
	w.tick()
	if n := with(w.others.Id); n != conflicts+set || len(w.rows(care.Conflicts, "", nil)) != conflicts {
		t.Errorf("%d of %d issues went along", n, conflicts+set)
	}
}
