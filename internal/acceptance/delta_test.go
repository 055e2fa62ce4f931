package acceptance

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// pull asks for one page in a phone's name.
func (w *world) pull(bearer, client, cursor string, limit int) wire.PullResponse {
	w.t.Helper()
	q := url.Values{"client": {client}, "limit": {fmt.Sprint(limit)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	answer := w.call(bearer, http.MethodGet, "/pull?"+q.Encode(), nil)
	if answer.Status != http.StatusOK {
		w.t.Fatalf("pull = %d %s", answer.Status, answer.Body)
	}
	var page wire.PullResponse
	if err := json.Unmarshal(answer.Body, &page); err != nil {
		w.t.Fatal(err)
	}
	return page
}

// Many changes of one moment, pages as small as they come: each record arrives exactly once, and
// the pulls end. (A page is never smaller than the largest change, so it takes 120 visits and not 7
// to fill more than two.)
func TestScenario_A1_SameMomentSmallPages(t *testing.T) {
	w := newWorld(t)
	noon := w.now()
	ann := w.phoneOf(w.ann, func(o *phone.Options) { o.Now = func() time.Time { return noon } })
	bob, net := w.phoneOn(w.bob)
	after := bob.Cursor()
	want := map[string]bool{}
	for i := range 120 {
		want[w.record(ann, care.Visits, w.visit(w.ada, fmt.Sprintf("Visit %d", i)))] = true
	}
	w.sync(ann)

	got := map[string]int{}
	pages, cursor := 0, after
	for more := true; more; pages++ {
		if pages > 20 {
			t.Fatal("the pulls do not end")
		}
		page := w.pull(net.bearer, bob.Client(), cursor, 3)
		if len(page.Changes) > wire.MinPullRows {
			t.Errorf("page %d holds %d rows", pages, len(page.Changes))
		}
		for _, c := range page.Changes {
			got[c.ID]++
		}
		cursor, more = page.Cursor, page.More
	}
	if pages < 3 {
		t.Errorf("%d pages: nothing was put to the test", pages)
	}
	for id, n := range got {
		if !want[id] || n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d of %d visits arrived", len(got), len(want))
	}
	if page := w.pull(net.bearer, bob.Client(), cursor, 3); len(page.Changes) != 0 || page.More {
		t.Errorf("after the end come %d rows, more %v", len(page.Changes), page.More)
	}

	w.sync(bob)
	if n := len(bob.List(care.Visits)); n != len(want) {
		t.Errorf("the phone shows %d visits, want %d", n, len(want))
	}
}

// A pull with nothing new asks the database nothing, whether a thousand records are in scope or
// fifty thousand; also for a phone that never sent anything, and after others wrote elsewhere.
func TestScenario_A2_NothingNewCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	elsewhere := w.Patient(t, "Elsewhere", w.practice)
	w.Caseload(t, elsewhere, w.others)
	w.tick()
	otto := w.phoneOf(w.otto)
	bob, net := w.phoneOn(w.bob)
	var others atomic.Int64 // what PocketBase itself asks
	for _, db := range []dbx.Builder{w.ConcurrentDB(), w.NonconcurrentDB()} {
		db := db.(*dbx.DB)
		db.QueryLogFunc = func(context.Context, time.Duration, string, *sql.Rows, error) { others.Add(1) }
		db.ExecLogFunc = func(context.Context, time.Duration, string, sql.Result, error) { others.Add(1) }
	}
	asked := func() int64 { return w.srv.Store.QueriesRun() + others.Load() }
	held := 0
	for _, n := range []int{1_000, 10_000} {
		w.fill(w.ada, n-held)
		held = n
		w.sync(bob)
		if got := len(bob.List(care.Visits)); got != n {
			t.Fatalf("the phone holds %d visits, want %d", got, n)
		}
		w.pull(net.bearer, bob.Client(), bob.Cursor(), 0) // the answer that confirms what came

		w.record(otto, care.Visits, w.visit(elsewhere, "Somebody else's news"))
		w.sync(otto)
		before := asked()
		page := w.pull(net.bearer, bob.Client(), bob.Cursor(), 0)
		if times := asked() - before; times != 0 {
			t.Errorf("with %d records in scope an empty pull asked the database %d times", n, times)
		}
		if len(page.Changes) != 0 || len(page.Scopes) != 0 || page.More {
			t.Errorf("the pull with nothing new brought %d changes", len(page.Changes))
		}
		if page.Head <= 0 || page.Cursor == "" {
			t.Errorf("head %d, cursor %q", page.Head, page.Cursor)
		}
	}
	w.dashboard(http.MethodPatch, "patients/records/"+w.ada.Id, map[string]any{"access_notes": "key safe"})
	before := asked()
	page := w.pull(net.bearer, bob.Client(), bob.Cursor(), 0)
	if len(page.Changes) != 1 || asked() == before {
		t.Errorf("with one change to bring the pull brought %d and asked %d times", len(page.Changes), asked()-before)
	}
}

// fill gives a person finished visits, written past the engine in one go.
func (w *world) fill(person *core.Record, n int) {
	w.t.Helper()
	filled, err := w.CountRecords(care.Visits)
	ok(w.t, err)
	w.sql(`WITH RECURSIVE i(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM i WHERE n < ?)
		INSERT INTO visits (id, patient, status, note) SELECT printf('00000000000000000000%06d', n), ?, 'completed', 'Visit ' || n FROM i`,
		filled+1, filled+int64(n), person.Id)
}

// Otto moves from Hillside to Riverside: his phone gets all of Riverside's people, and Hillside's
// are purged. What both teams hold stays.
func TestScenario_A4_WorkerMovesToAnotherArea(t *testing.T) {
	w := newWorld(t)
	hal, both := w.Patient(t, "Hillsider", w.practice), w.Patient(t, "Both", w.practice)
	w.Caseload(t, hal, w.others)
	w.Caseload(t, both, w.others)
	w.Caseload(t, both, w.nurses)
	w.tick()
	ann := w.phoneOf(w.ann)
	visit := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)

	var events []wire.ScopeEvent
	otto, net := w.phoneOn(w.otto)
	mine := w.record(otto, care.Visits, w.visit(hal, "Dressing changed"))
	w.sync(otto)
	sees(t, otto, care.Patients, hal.Id, "family_name", "Hillsider")
	net.after = func(r *http.Request, body []byte) error {
		var page wire.PullResponse
		if strings.HasSuffix(r.URL.Path, "/pull") && json.Unmarshal(body, &page) == nil {
			events = append(events, page.Scopes...)
		}
		return nil
	}
	w.dashboard(http.MethodPatch, "staff/records/"+w.otto.Id, map[string]any{"teams": []string{w.nurses.Id}})
	w.sync(otto)

	if !slices.Contains(events, wire.ScopeEvent{ID: care.ClinicalScope(w.ada.Id), Op: "add"}) {
		t.Errorf("the new area was not announced: %v", events)
	}
	if slices.Contains(events, wire.ScopeEvent{ID: care.ClinicalScope(hal.Id), Op: "add"}) {
		t.Errorf("the old area was granted again: %v", events)
	}
	sees(t, otto, care.Patients, w.ada.Id, "family_name", "Testpatient")
	sees(t, otto, care.Visits, visit, "note", "Wound clean")
	sees(t, otto, care.Patients, both.Id, "family_name", "Both")
	holdsNot(t, otto, care.Patients, hal.Id)
	holdsNot(t, otto, care.Visits, mine)
	otto.EachHeld(func(h phone.Held) {
		if strings.Contains(string(h.Data), hal.Id) && h.Collection != care.SyncIssues {
			t.Errorf("%s %s of the old area stayed", h.Collection, h.ID)
		}
	})

	// One person changing hands is one add and one revoke, no more.
	events = nil
	w.move(w.ada, w.nurses, w.others)
	w.move(hal, w.others, w.nurses)
	w.sync(otto)
	want := []wire.ScopeEvent{{ID: care.ClinicalScope(w.ada.Id), Op: "revoke"}, {ID: care.ClinicalScope(hal.Id), Op: "add"}}
	slices.SortFunc(want, func(a, b wire.ScopeEvent) int { return strings.Compare(a.ID, b.ID) })
	if !slices.Equal(events, want) {
		t.Errorf("scopes = %v, want %v", events, want)
	}
	holdsNot(t, otto, care.Visits, visit)
	sees(t, otto, care.Visits, mine, "note", "Dressing changed")
}

// A phone's database was damaged: a visit is missing, one is an old copy, one is a ghost. The
// digest names the scope, and only what differs is sent again.
func TestScenario_A6_DigestRepairsWhatDiffers(t *testing.T) {
	w := newWorld(t)
	bea := w.Patient(t, "Untouched", w.practice)
	w.Caseload(t, bea, w.nurses)
	w.tick()
	ann := w.phoneOf(w.ann)
	missing := w.record(ann, care.Visits, w.visit(w.ada, "Seen at ten"))
	stale := w.record(ann, care.Visits, w.visit(w.ada, "Seen at noon"))
	w.record(ann, care.Visits, w.visit(bea, "Seen at two"))
	w.sync(ann)

	st := &phone.Memory{}
	bob, net := w.phoneOn(w.bob, func(o *phone.Options) { o.Storage = st })
	cursor := bob.Cursor()
	ghost := phone.Held{Collection: care.Visits, ID: "01jzgh0st00000000000000000", Version: 3, Epoch: bob.Epoch(),
		Scopes: []string{care.ClinicalScope(w.ada.Id)}, Data: json.RawMessage(`{"note":"ghost"}`)}
	var old phone.Held
	bob.EachHeld(func(h phone.Held) {
		if h.ID == stale {
			old = h
		}
	})
	old.Version, old.Data = old.Version-1, json.RawMessage(`{"note":"something older"}`)
	row := func(h phone.Held) phone.Write {
		raw, err := json.Marshal(h)
		ok(t, err)
		return phone.Write{Table: "records", Key: h.Collection + "/" + h.ID, Value: raw}
	}
	ok(t, st.Commit([]phone.Write{{Table: "records", Key: care.Visits + "/" + missing}, row(old), row(ghost)}))

	var answers []wire.DigestResponse
	net.after = func(r *http.Request, body []byte) error {
		var d wire.DigestResponse
		if strings.HasSuffix(r.URL.Path, "/digest") && json.Unmarshal(body, &d) == nil {
			answers = append(answers, d)
		}
		return nil
	}
	again, err := phone.New(phone.Options{Server: w.http.URL, HTTP: net, Storage: st, Now: w.now, Entropy: rand.Reader})
	ok(t, err)
	sees(t, again, care.Visits, stale, "note", "something older")
	again.RequestDigest()
	w.sync(again)

	sees(t, again, care.Visits, missing, "note", "Seen at ten")
	sees(t, again, care.Visits, stale, "note", "Seen at noon")
	holdsNot(t, again, care.Visits, ghost.ID)
	if len(answers) != 2 || !slices.Equal(answers[0].Differs, []string{care.ClinicalScope(w.ada.Id)}) {
		t.Fatalf("the digest answered %+v", answers)
	}
	if n := len(answers[1].Changes); n != 3 {
		t.Errorf("%d records were sent, want the 3 that differ: %+v", n, answers[1].Changes)
	}
	if again.Cursor() != cursor {
		t.Error("the digest moved the cursor")
	}
	again.RequestDigest()
	w.sync(again)
	if last := answers[len(answers)-1]; len(answers) != 3 || len(last.Differs) != 0 {
		t.Errorf("afterwards %v still differs", last.Differs)
	}
}

// Same person on two phones: what one records the other gets at its next pull.
func TestScenario_A7_OnePersonTwoPhones(t *testing.T) {
	w := newWorld(t)
	first, second := w.phoneOf(w.ann), w.phoneOf(w.ann)
	id, err := first.Create(care.Visits, map[string]any{"patient": w.ada.Id, "status": "completed", "note": "Wound clean", "started_at": care.Stamp(w.now())})
	if err != nil {
		t.Fatal(err)
	}
	w.sync(first)
	if n, _ := first.Unsent(); n != 0 {
		t.Errorf("%d changes still unsent", n)
	}
	w.sync(second)
	seen, ok := second.View(care.Visits, id)
	if !ok {
		t.Fatalf("the second phone has no visit; it holds %v", second.Scopes())
	}
	if seen.Text("note") != "Wound clean" {
		t.Errorf("note is %q", seen.Text("note"))
	}
}
