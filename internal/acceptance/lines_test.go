package acceptance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/rooms"
	"doorstep/internal/wire"
)

// An app that has lost its way writes lines into a handover without end. Each costs what the one before cost, whatever
// is there; from some number on they are kept for the lead; what decides is still done; and nothing is lost.
func TestStory_AFloodOfLinesIntoOneHandoverIsBoundedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	h, mid := w.id(), 1
	ann.took(ann.push(ann.mutation(mid, create(care.Handovers, h, map[string]any{"patient": w.ada.Id, "class": "SD", "recommendation": "Please look"}))))
	w.tick()
	line := func(kind, text string) map[string]any {
		mid++
		return ann.mutation(mid, create(care.HandoverEvents, w.id(), map[string]any{"handover": h, "patient": w.ada.Id, "kind": kind, "text": text}))
	}
	push := func(n int) (statuses []string, cost int64) {
		var list []map[string]any
		for range n {
			list = append(list, line("added", fmt.Sprint("line ", mid)))
		}
		before := w.srv.Store.StatementsRun()
		statuses = ann.took(ann.push(list...))
		return statuses, w.srv.Store.StatementsRun() - before
	}
	push(10)
	_, first := push(20)
	push(100)
	_, last := push(20)
	if last > first*11/10 {
		t.Errorf("20 lines cost %d statements and rows after 10, and %d after 130", first, last)
	}
	kept := 0
	for range 3 {
		statuses, _ := push(40)
		for _, s := range statuses {
			if s == string(care.Quarantined) {
				kept++
			}
		}
	}
	stored := w.rows(care.HandoverEvents, "handover = {:h} && by = {:s}", dbx.Params{"h": h, "s": w.ann.Id})
	rows := w.rows(care.Quarantine, "code = {:c}", dbx.Params{"c": care.CodeTooManyLines})
	if sent := mid - 1; kept == 0 || len(stored) > arrange.MaxLines || len(stored)-1+kept != sent || len(rows) != kept {
		t.Fatalf("of %d lines %d are stored and %d kept, in %d rows", sent, len(stored)-1, kept, len(rows))
	}
	if !strings.Contains(rows[0].GetString("content"), "line ") || rows[0].GetString("owner_team") != w.nurses.Id {
		t.Errorf("kept for %s is %s", rows[0].GetString("owner_team"), rows[0].GetString("content"))
	}
	if statuses := ann.took(ann.push(line("stood_down", "It has settled"))); statuses[0] != string(care.Applied) || w.handover(h).GetString("state") != string(care.StoodDown) {
		t.Errorf("to stand it down ended %v, and it is %s", statuses, w.handover(h).GetString("state"))
	}
	// The lead lets one in.
	lea := w.handOf(w.lea)
	var answer wire.PushResponse
	got := lea.push(lea.mutation(1, map[string]any{"op": "resolve", "issue": rows[0].Id, "patient": w.ada.Id, "base": "e1." + fmt.Sprint(w.stored(care.Quarantine, rows[0].Id).GetInt("version")), "set": map[string]any{}}))
	ok(t, json.Unmarshal(got.Body, &answer))
	if more := w.rows(care.HandoverEvents, "handover = {:h} && by = {:s}", dbx.Params{"h": h, "s": w.ann.Id}); len(more) != len(stored)+2 {
		t.Errorf("she let one in: %s; there are %d lines after %d and one that decided", got.Body, len(more), len(stored))
	}
}

// somePast puts many closed handovers about a person there, and returns nothing of them: they are of other days.
func (w *world) somePast(from, to int) {
	w.t.Helper()
	db := w.SecondConnection(w.t)
	for i := from; i < to; i++ {
		if _, err := db.Exec(`INSERT INTO handovers (id, patient, state, class, to_team, from_team, version, visit, evidence, situation) VALUES (?, ?, 'done', 'SD', ?, ?, 1, ?, ?, 'long ago')`,
			fmt.Sprintf("01k30000000000000000000%03d", i), w.ada.Id, w.surgery.Id, w.nurses.Id, w.id(), `{"key":"k","records":[{"collection":"visits","id":"`+w.id()+`"}]}`); err != nil {
			w.t.Fatal(err)
		}
	}
}

// A visit that was handed over is changed: it is judged anew, which reads none of the handovers about the person that are closed and about
// other visits; what is told is told to those that tell of the visit.
func TestAChangeOfAVisitReadsNoneOfTheClosedHandoversOfOtherVisits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	visit, h, mid := w.id(), w.id(), 0
	push := func(ops ...map[string]any) int64 {
		mid++
		before := w.srv.Store.StatementsRun()
		if s := ann.took(ann.push(ann.mutation(mid, ops...))); s[0] != string(care.Applied) {
			t.Fatalf("a change ended %v", s)
		}
		return w.srv.Store.StatementsRun() - before
	}
	push(create(care.Visits, visit, w.visit(w.ada, "as it was")), create(care.Handovers, h, map[string]any{"patient": w.ada.Id, "visit": visit, "class": "R", "recommendation": "Please look"}))
	w.tick()
	note, n := "as it was", 0
	edit := func() int64 {
		n++
		was := note
		note = fmt.Sprint("as it is ", n)
		op := update(care.Visits, visit, w.ada, "e1."+fmt.Sprint(w.stored(care.Visits, visit).GetInt("version")), map[string]any{"note": note})
		op["was"] = map[string]any{"note": was}
		return push(op)
	}
	edit()
	few := edit()
	const others = 300
	w.somePast(0, others)
	if many := edit(); many > few {
		t.Errorf("a change costs %d statements and rows, and %d with %d closed handovers of other visits", few, many, others)
	}
	if told := w.rows(care.HandoverEvents, "handover = {:h} && kind = 'updated'", dbx.Params{"h": h}); len(told) != 3 {
		t.Errorf("whoever has it was told %d times of 3", len(told))
	}
	// And a loop that changes it without end fills nobody's screen.
	w.manyLines(h, arrange.MaxLines)
	before := w.now()
	edit()
	if told := w.rows(care.HandoverEvents, "handover = {:h} && kind = 'updated'", dbx.Params{"h": h}); len(told) != 3 {
		t.Errorf("its history tells of %d changes", len(told))
	}
	if amended := w.handover(h).GetDateTime("amended_at").Time(); amended.Before(before) {
		t.Errorf("it was changed after %s, and says %s", before, amended)
	}
}

// manyLines puts lines of Ann's into the history of a handover.
func (w *world) manyLines(h string, n int) {
	w.t.Helper()
	if _, err := w.SecondConnection(w.t).Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO handover_events (id, handover, patient, version, kind, "by", from_team, from_staff, text)
		SELECT printf('01k40000000000000000%06d', i), ?, ?, 1, 'added', ?, ?, ?, 'said' FROM n`, n, h, w.ada.Id, w.ann.Id, w.nurses.Id, w.ann.Id); err != nil {
		w.t.Fatal(err)
	}
}

// A person moves whose handover has thousands of lines: they are sent again some at a time, a server that stops in the
// middle goes on where it was, and in the end all of them were sent.
func TestAMoveOfAPersonWhoseHandoverHasThousandsOfLinesGoesInSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	h := w.byHand(care.Routine)
	const many = 2000
	w.manyLines(h, many)
	rows := w.openRowsOf(w.ada)
	rows[0].Set("to", w.now())
	ok(t, w.Save(rows[0]))
	step := func() (more bool) {
		ok(t, w.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) (err error) {
			more, err = tx.Settle(200, func() bool { return false }, rooms.Of(tx).TakeIn)
			return err
		}))
		return more
	}
	left := func() (n int) {
		ok(t, w.DB().NewQuery(`SELECT count(*) FROM handover_events WHERE version = 1`).Row(&n))
		return n
	}
	for range 5 {
		if !step() {
			t.Fatal("it is done in a few transactions")
		}
	}
	if n := left(); n == 0 || n < many-500 {
		t.Fatalf("five transactions sent all of %d lines again but %d", many, n)
	}
	w.restart() // what was committed is there, and nothing else
	w.tick()
	if n := left(); n != 0 {
		t.Errorf("%d of %d lines were never sent again", n, many)
	}
	var most, steps int
	ok(t, w.DB().NewQuery(`SELECT max(n), count(*) FROM (SELECT count(*) n FROM handover_events WHERE kind = 'added' GROUP BY version)`).Row(&most, &steps))
	if most > 100 || steps < many/100 {
		t.Errorf("one transaction sent %d lines again; there were %d", most, steps)
	}
}
