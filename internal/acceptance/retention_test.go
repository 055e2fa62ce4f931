package acceptance

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// many puts visits of one person into the feed.
func (w *world) many(p *phone.Phone, n int) (ids []string) {
	w.t.Helper()
	for i := range n {
		ids = append(ids, w.record(p, care.Visits, w.visit(w.ada, fmt.Sprint("visit ", i))))
	}
	w.sync(p)
	return ids
}

// K8. What a night costs follows what is new, not what there is.
func TestTheNightlyCleanUpGoesOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	ids := w.many(ann, 1200)
	for _, id := range ids[:40] {
		ok(t, ann.Retract(care.Visits, id))
	}
	w.sync(ann)
	w.pass(time.Hour)
	w.sql(`UPDATE patients SET access_notes = 'key safe' WHERE id = ?`, w.ada.Id) // a mark of after all that
	night := func() (asked int64) {
		t.Helper()
		w.clock.Pass(200 * 24 * time.Hour)
		w.sql(`UPDATE patients SET access_notes = access_notes || '.' WHERE id = ?`, w.ada.Id) // a mark of today
		before := w.srv.Store.QueriesRun()
		ok(t, w.srv.CleanUp(t.Context()))
		return w.srv.Store.QueriesRun() - before
	}
	first := night()
	floor := w.srv.Store.Floor()
	if floor == 0 {
		t.Fatal("the floor did not rise")
	}
	second := night()
	if w.srv.Store.Floor() <= floor {
		t.Error("the floor did not rise with what is new")
	}
	if second >= first {
		t.Errorf("the first night asked the database %d times, the second, with one day of news, %d times", first, second)
	}
	w.sync(ann) // and everything that stands is still there
	for _, id := range ids[40:] {
		if _, held := ann.View(care.Visits, id); !held {
			t.Fatalf("visit %s is gone", id)
		}
	}
	bob := w.phoneOf(w.bob)
	if n := len(bob.List(care.Visits)); n != len(ids)-40 {
		t.Errorf("a new phone gets %d visits, want %d", n, len(ids)-40)
	}
}

// K8. A phone that was away learns of everything that went, or starts anew, also while a clean-up is under way.
func TestTheFloorRisesWithWhatIsRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	ids := w.many(ann, 600)
	w.sync(bob)
	for _, id := range ids {
		ok(t, ann.Retract(care.Visits, id))
	}
	w.sync(ann)
	_, head := w.srv.Store.Head()
	gone, err := w.srv.Store.FindGone(t.Context(), pbstore.Place{Seq: 0, N: math.MaxInt64}, head)
	ok(t, err)
	if gone.Last || !gone.Any() {
		t.Fatalf("the first part of the feed: %+v", gone)
	}
	ok(t, w.srv.Engine.Do(t.Context(), func(tx *pbstore.Tx) error { return tx.Forget(gone) }))
	if floor := w.srv.Store.Floor(); floor != gone.Floor || floor == 0 || floor >= head {
		t.Errorf("the floor is %d, head %d, want %d", floor, head, gone.Floor)
	}
	w.sync(bob)
	if left := len(bob.List(care.Visits)); left != 0 {
		t.Errorf("Bob still shows %d of the visits that were withdrawn", left)
	}
}

// expected is how many records name one that has not come.
func (w *world) expected() (n int) {
	w.t.Helper()
	ok(w.t, w.DB().NewQuery(`SELECT count(*) FROM sync_due WHERE kind = 'expects'`).Row(&n))
	return n
}

// Readings name a visit that no phone ever sends, and a line that is held back a handover that never comes again. That is
// remembered as long as these can come, and as long as somebody names them; then the nightly clean-up forgets it, a few at a
// time.
func TestWhatNeverCameIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann := w.phoneOf(w.ann)
	var sets []string
	for range 3 {
		sets = append(sets, w.record(ann, care.Observations, with(w.settled(w.ada, 0), "visit", w.id())))
	}
	w.record(ann, care.HandoverEvents, map[string]any{"handover": w.id(), "patient": w.ada, "kind": "added", "text": "further words"})
	w.sync(ann)
	night := func(when string, want int) {
		t.Helper()
		ok(t, w.srv.CleanUp(t.Context()))
		if got := w.expected(); got != want {
			t.Errorf("%s %d are waited for, want %d", when, got, want)
		}
	}
	night("at first", 4)
	w.sql(`DELETE FROM observations WHERE id = ?`, sets[0])
	night("when who named one is gone", 3)
	w.sql(`UPDATE observations SET visit = '' WHERE id = ?`, sets[1])
	night("when another names none any more", 2)
	w.clock.Pass(364 * 24 * time.Hour)
	night("almost a year later", 2)
	w.clock.Pass(2 * 24 * time.Hour)
	night("a year later", 0)

	w.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) INSERT INTO sync_due (at, kind, ref)
		SELECT '9999-12-31T00:00:00.000Z', 'expects', printf('01k5%022d/observations/01k6%022d/visit', i, i) FROM n`)
	ok(t, w.srv.Store.Write(t.Context(), func(tx *pbstore.Tx) error {
		last, err := tx.ForgetExpected("", w.now())
		if left := 450 - 200; err == nil && last == "" {
			t.Errorf("one transaction says that it looked at all, and %d are left", left)
		}
		return err
	}))
	if got := w.expected(); got != 250 {
		t.Errorf("one transaction leaves %d of 450", got)
	}
	night("after a night", 0)
}

// A phone that went on under another outbox sends hundreds of changes that had taken effect under other numbers. What is noted of that goes with
// the answers, once a pull has confirmed them, a bounded number at a time; and who asks about one after that forks and is answered by its key.
func TestWhatWasNumberedAnewIsForgottenWithItsAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, after := w.pocketOf(w.ann), w.pocketOf(w.ann)
	var changes []map[string]any
	for i := range 120 {
		changes = append(changes, before.visit(int64(i+1), fmt.Sprint("visit ", i)))
	}
	before.unlockedPush(changes...)
	for from := 0; from < len(changes); from += 40 {
		after.unlockedPush(changes[from : from+40]...)
	}
	left := func() (n int) {
		ok(t, w.DB().NewQuery(`SELECT count(*) FROM sync_renumbered`).Row(&n))
		return n
	}
	night := func(when string, want int) {
		t.Helper()
		ok(t, w.srv.CleanUp(t.Context()))
		if n := left(); n != want {
			t.Errorf("%s %d are noted, want %d", when, n, want)
		}
	}
	w.clock.Pass(20 * 24 * time.Hour)
	night("before any pull", len(changes))
	w.sql(`UPDATE sync_clients SET pulled_mid = 80 WHERE client = ?`, after.client)
	night("when a pull has confirmed 80", 40)
	w.sql(`UPDATE sync_clients SET pulled_mid = last_mid`)
	night("when a pull has confirmed all", 0)

	asked := func(p *pocket, m map[string]any) pbtest.Answer {
		return w.call(p.token(p.own, ""), http.MethodPost, "/push", map[string]any{"client": p.client, "epoch": p.epoch, "schema": 1, "mutations": []any{m}})
	}
	a := asked(after, changes[5])
	checkError(t, "asked about one", a.Status, a.Body, http.StatusConflict, "forked")
	third := w.pocketOf(w.ann)
	if r := third.unlockedPush(with(changes[5], "mid", int64(1))).Results[0]; r.Status != care.Applied || !r.Replayed || third.notes("visit 5") != 1 {
		t.Errorf("after the fork it ended %+v", r)
	}
	// However much there is, a transaction takes some.
	w.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO sync_results (client, first_mid, last_mid, at, body)
		SELECT c.id, 1000 + i * 200, 1199 + i * 200, '2020-01-01T00:00:00.000Z', '[]' FROM n, sync_clients c WHERE c.client = ?`, before.client)
	w.sql(`WITH RECURSIVE n(i) AS (SELECT 1200 UNION ALL SELECT i + 1 FROM n WHERE i < 9199) INSERT INTO sync_renumbered (client, mid, key, status) SELECT c.id, i, i, 'applied' FROM n, sync_clients c WHERE c.client = ?`, before.client)
	w.sql(`UPDATE sync_clients SET pulled_mid = 9999 WHERE client = ?`, before.client)
	all := left()
	found, err := w.srv.Store.FindOldResults(t.Context(), w.now(), pbstore.OldResults{})
	ok(t, err)
	ok(t, w.srv.Engine.Do(t.Context(), func(tx *pbstore.Tx) error { return tx.ClearResults(found) }))
	if n := all - left(); n == 0 || n > 2200 || found.Last {
		t.Errorf("one transaction forgets %d of %d, and says that these were all: %v", n, all, found.Last)
	}
	night("but for the one that no pull has confirmed", 1)
}
