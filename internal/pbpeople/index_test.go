package pbpeople

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

// town is an index, and what its database holds.
type town struct {
	*pbtest.App
	*Index
	t *testing.T
}

func newTown(t *testing.T) town {
	t.Helper()
	app := pbtest.New(t)
	beside := app.SecondConnection(t)
	return town{app, New(beside, beside), t}
}

func (w town) write(statement string) {
	w.t.Helper()
	if _, err := w.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
		w.t.Fatal(err)
	}
}

func (w town) bring() {
	w.t.Helper()
	if err := w.Bring(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// found are the people that the index finds by an expression, and how many wait to be written into it.
func (w town) found(match string) string {
	w.t.Helper()
	var ids []string
	if err := w.DB().NewQuery(`SELECT s.patient FROM people_text JOIN people_sorted s ON s.n = people_text.rowid WHERE people_text MATCH '` + match + `' ORDER BY s.name`).Column(&ids); err != nil {
		w.t.Fatal(err)
	}
	var waiting int
	if err := w.DB().NewQuery(`SELECT count(*) FROM people_unindexed`).Row(&waiting); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(strings.Join(ids, " "), ", ", waiting, " waiting")
}

func TestTheIndexKnowsPeopleAsTheyAreOnceItWasBroughtUpToDate(t *testing.T) {
	w := newTown(t)
	w.write(`INSERT INTO patients (id, family_name, given_name, postcode, date_of_birth) VALUES ('sian', 'O’Madeup', 'Siân', 'M41 5BU', '1944-02-03'), ('zoe', 'MacInvented', 'Zoë-Anne', 'ZZ99 3WZ', '')`)
	if got := w.found("omadeup"); got != ", 2 waiting" {
		t.Errorf("before: %s", got)
	}
	w.bring()
	for match, want := range map[string]string{"omadeup": "sian, 0 waiting", "m415bu": "sian, 0 waiting", "19440203": "sian, 0 waiting", "zoeanne": "zoe, 0 waiting", "called : sian": "sian, 0 waiting", "called : omadeup": ", 0 waiting"} {
		if got := w.found(match); got != want {
			t.Errorf("%s: %s, not %s", match, got, want)
		}
	}

	// What nobody is found by does not make them wait, whoever writes it.
	w.write(`UPDATE patients SET access_notes = 'key safe', version = version + 1 WHERE id = 'sian'`)
	if got := w.found("omadeup"); got != "sian, 0 waiting" {
		t.Errorf("after a note: %s", got)
	}
	w.write(`UPDATE patients SET family_name = 'Once' WHERE id = 'sian'`)
	w.write(`UPDATE OR FAIL patients SET family_name = 'Changed' WHERE id = 'sian'`) // as the engine writes, of somebody who waits already
	w.write(`DELETE FROM patients WHERE id = 'zoe'`)
	w.bring()
	for match, want := range map[string]string{"omadeup": ", 0 waiting", "changed": "sian, 0 waiting", "zoeanne": ", 0 waiting"} {
		if got := w.found(match); got != want {
			t.Errorf("%s: %s, not %s", match, got, want)
		}
	}
}

func TestManyPeopleAreWrittenAFewAtATime(t *testing.T) {
	w := newTown(t)
	w.write(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
		INSERT INTO patients (id, family_name) SELECT 'p' || i, 'Invented' || i FROM n`)
	if n, err := w.some(context.Background()); n != atOnce || err != nil {
		t.Fatalf("%d people, %v", n, err)
	}
	w.bring()
	if got := w.found("invented250"); got != "p250, 0 waiting" {
		t.Error(got)
	}
}
