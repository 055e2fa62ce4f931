package acceptance

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// shared is a visit of Ada's that Ann recorded and that both nurses' phones show.
func shared(w *world, ann, bob *phone.Phone) (visit string) {
	w.t.Helper()
	visit = w.record(ann, care.Visits, w.visit(w.ada, "Left heel red"))
	w.syncAll(ann, bob)
	sees(w.t, bob, care.Visits, visit, "note", "Left heel red")
	return visit
}

// oneIssue is the one thing a phone shows to be decided.
func oneIssue(t *testing.T, whose string, p *phone.Phone) *phone.Seen {
	t.Helper()
	return only(t, "issues on the phone of "+whose, issuesOn(p))
}

// says compares a JSON value of an issue.
func says(t *testing.T, issue *phone.Seen, field string, want any) {
	t.Helper()
	got, err := json.Marshal(issue.Values[field])
	ok(t, err)
	expect, err := json.Marshal(want)
	ok(t, err)
	if string(got) != string(expect) {
		t.Errorf("the issue says %s = %s, want %s", field, got, expect)
	}
}

// Ann   v1 ── outcome ─────────────┐
// Bob   v1 ── note ──┐             │
// server ────────────┴─ note ──────┴─ note and outcome
func TestScenario_C1_TwoNursesEditDifferentFieldsOffline(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit := shared(w, ann, bob)

	edit(t, ann, care.Visits, visit, "outcome", "care_given")
	edit(t, bob, care.Visits, visit, "note", "Left heel red, blanching")
	w.syncAll(bob, ann, bob)

	outcome(t, bob, care.Applied)
	outcome(t, ann, care.Applied)
	for _, p := range []*phone.Phone{ann, bob} {
		sees(t, p, care.Visits, visit, "outcome", "care_given")
		sees(t, p, care.Visits, visit, "note", "Left heel red, blanching")
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("%d issues, want none: nobody has to decide anything", n)
		}
	}
	if n := len(w.rows(care.Conflicts, "id != ''", nil)); n != 0 {
		t.Errorf("%d conflicts stored, want none", n)
	}
}

// Ann   v1 ── note A ──────────────┐ lost, kept for review
// Bob   v1 ── note B ──┐           │
// server ──────────────┴─ note B ──┴─ note B, conflict open
func TestScenario_C2_TwoNursesEditTheSameNoteOffline(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	w.sync(lea)

	edit(t, ann, care.Visits, visit, "note", "Left heel broken, 2 cm")
	annWrote := w.now()
	w.pass(2 * time.Minute)
	edit(t, bob, care.Visits, visit, "note", "Left heel red, blanching")
	bobWrote := w.now()
	w.pass(time.Minute)
	w.syncAll(bob, ann)

	receipt := outcome(t, ann, care.Merged)
	told := only(t, "conflicts in Ann's receipt", receipt.Result.Conflicts)
	if told.Kept != "theirs" || told.Theirs != "Left heel red, blanching" || told.Yours != "Left heel broken, 2 cm" || told.By != w.bob.Id {
		t.Errorf("Ann is told %+v", told)
	}
	if receipt.State != phone.NeedsYou {
		t.Errorf("Ann's receipt is %s, want %s", receipt.State, phone.NeedsYou)
	}
	w.syncAll(bob, lea)
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea, the lead": lea} {
		sees(t, p, care.Visits, visit, "note", "Left heel red, blanching")
		issue := oneIssue(t, whose, p)
		for field, want := range map[string]any{"kind": "conflict", "collection": care.Visits, "record": visit, "field": "note", "policy": "manual",
			"before": "Left heel red", "kept": "Left heel red, blanching", "lost": "Left heel broken, 2 cm",
			"kept_by": w.bob.Id, "lost_by": w.ann.Id, "owner_team": w.nurses.Id, "state": "open"} {
			says(t, issue, field, want)
		}
	}
	row := only(t, "conflicts", w.rows(care.Conflicts, "id != ''", nil))
	near(t, "when the kept value was written", at(row, "kept_at"), bobWrote)
	near(t, "when the lost value was written", at(row, "lost_at"), annWrote)

	// The lead writes what is true; the issue goes from every phone.
	ok(t, lea.Resolve(row.Id, map[string]any{"note": "Left heel broken, 2 cm; surrounding skin blanching"}))
	w.syncAll(lea, ann, bob)
	outcome(t, lea, care.Applied)
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea": lea} {
		sees(t, p, care.Visits, visit, "note", "Left heel broken, 2 cm; surrounding skin blanching")
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("the phone of %s still shows %d issues", whose, n)
		}
	}
	row = only(t, "conflicts", w.rows(care.Conflicts, "id != ''", nil))
	if row.GetString("state") != "resolved" || row.GetString("resolved_by") != w.lea.Id || !strings.Contains(row.GetString("lost"), "2 cm") {
		t.Errorf("the conflict is %s by %s and holds %s: both sides stay findable", row.GetString("state"), row.GetString("resolved_by"), row.GetString("lost"))
	}
}

// Contact details follow the later author; the other value is kept and both are told.
func TestStory_TwoPhoneNumbersForOnePerson_TheLaterOneStandsAndTheOtherIsKept(t *testing.T) {
	for _, laterIsFirst := range []bool{true, false} {
		w := newWorld(t)
		ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
		edit(t, ann, care.Patients, w.ada.Id, "phone", "01632 960001")
		w.pass(time.Hour)
		edit(t, bob, care.Patients, w.ada.Id, "phone", "01632 960002")
		if laterIsFirst {
			w.syncAll(bob, ann)
		} else {
			w.syncAll(ann, bob)
		}
		w.syncAll(ann, bob)
		for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob} {
			sees(t, p, care.Patients, w.ada.Id, "phone", "01632 960002")
			issue := oneIssue(t, whose, p)
			for field, want := range map[string]any{"policy": "latest", "kept": "01632 960002", "kept_by": w.bob.Id, "lost": "01632 960001", "lost_by": w.ann.Id} {
				says(t, issue, field, want)
			}
		}
	}
}

func TestScenario_C3_AFurtherCleanEditLeavesTheConflictOpen(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	edit(t, ann, care.Visits, visit, "note", "Ann's words")
	edit(t, bob, care.Visits, visit, "note", "Bob's words")
	w.syncAll(bob, ann, lea)
	conflict := oneIssue(t, "Lea", lea)

	// Ann has seen Bob's words by now: her next edit is made over them and is clean.
	edit(t, ann, care.Visits, visit, "note", "Bob's words, and Ann's")
	w.syncAll(ann, bob, lea)

	outcome(t, ann, care.Applied)
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea": lea} {
		sees(t, p, care.Visits, visit, "note", "Bob's words, and Ann's")
		issue := oneIssue(t, whose, p)
		if issue.ID != conflict.ID {
			t.Errorf("the phone of %s shows another issue than before", whose)
		}
		says(t, issue, "lost", "Ann's words")
		says(t, issue, "kept", "Bob's words")
	}

	// It is open until somebody decides, here by leaving what stands.
	ok(t, lea.Resolve(conflict.ID, nil))
	w.syncAll(lea, ann)
	if len(issuesOn(ann)) != 0 {
		t.Error("the issue is still shown after it was decided")
	}
	sees(t, ann, care.Visits, visit, "note", "Bob's words, and Ann's")
}

// Ann    v1 ── outcome ── note A ──────┐ outcome applies, note is flagged
// Bob    v1 ── note B ──┐              │
// server ───────────────┴─ note B ─────┴─
func TestScenario_C4_TheSecondOfTwoOfflineEditsIsFlagged(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit := shared(w, ann, bob)
	edit(t, ann, care.Visits, visit, "outcome", "care_given")
	edit(t, ann, care.Visits, visit, "note", "Ann's words")
	edit(t, bob, care.Visits, visit, "note", "Bob's words")
	w.syncAll(bob, ann, bob)

	items := ann.Items()
	first, second := items[len(items)-2], items[len(items)-1]
	if first.Result.Status != care.Applied || second.Result.Status != care.Merged || len(second.Result.Conflicts) != 1 {
		t.Errorf("Ann's edits ended %+v and %+v: her own version in between must not hide that she never saw Bob's note", first.Result, second.Result)
	}
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob} {
		sees(t, p, care.Visits, visit, "outcome", "care_given")
		sees(t, p, care.Visits, visit, "note", "Bob's words")
		says(t, oneIssue(t, whose, p), "lost", "Ann's words")
	}
}

// The same, for a contact detail, where nothing but the base says what the author saw.
func TestScenario_C4_TheSecondOfTwoOfflineEditsOfAContactDetailIsFlagged(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	edit(t, ann, care.Patients, w.ada.Id, "preferred_name", "Addie")
	edit(t, ann, care.Patients, w.ada.Id, "phone", "01632 960001")
	w.pass(time.Minute)
	edit(t, bob, care.Patients, w.ada.Id, "phone", "01632 960002")
	w.syncAll(bob, ann)
	receipt := outcome(t, ann, care.Merged)
	if c := only(t, "conflicts", receipt.Result.Conflicts); c.Kept != "theirs" || c.Field != "phone" {
		t.Errorf("Ann is told %+v", c)
	}
	sees(t, ann, care.Patients, w.ada.Id, "preferred_name", "Addie")
	sees(t, ann, care.Patients, w.ada.Id, "phone", "01632 960002")
}

// Ann     v1 ── A ────┐ lost
// Bob     v1 ── B ─┐  │
// Lea              │  │  resolves: L ─┐
// Bob's 2nd  v1 ── C (weeks in a drawer) ───┐ flagged anew
func TestScenario_C5_ALateEditFromTheOldBranchAfterTheDecisionIsFlaggedAnew(t *testing.T) {
	w := newWorld(t)
	ann, bob, drawer, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	w.sync(drawer)
	edit(t, drawer, care.Visits, visit, "note", "From the drawer")
	edit(t, ann, care.Visits, visit, "note", "Ann's words")
	edit(t, bob, care.Visits, visit, "note", "Bob's words")
	w.syncAll(bob, ann, lea)
	first := oneIssue(t, "Lea", lea)
	ok(t, lea.Resolve(first.ID, map[string]any{"note": "Lea's words"}))
	w.sync(lea)

	w.pass(3 * 24 * time.Hour)
	w.syncAll(drawer, lea, ann)
	outcome(t, drawer, care.Merged)
	for whose, p := range map[string]*phone.Phone{"Bob (second phone)": drawer, "Lea": lea} {
		sees(t, p, care.Visits, visit, "note", "Lea's words")
		again := oneIssue(t, whose, p)
		if again.ID == first.ID {
			t.Error("the decided conflict was opened again instead of a new one")
		}
		for field, want := range map[string]any{"before": "Left heel red", "kept": "Lea's words", "kept_by": w.lea.Id, "lost": "From the drawer", "lost_by": w.bob.Id} {
			says(t, again, field, want)
		}
	}
	says(t, oneIssue(t, "Ann, who has no part in it and reads the visit", ann), "lost", "From the drawer")
}

// A decision is somebody's view of both sides too: made over a value its author had not seen, it
// is flagged, and of two decisions the first one counts.
func TestStory_ADecisionOverAnUnseenEditIsFlagged(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	edit(t, ann, care.Visits, visit, "note", "Ann's words")
	edit(t, bob, care.Visits, visit, "note", "Bob's words")
	w.syncAll(bob, ann, lea)
	conflict := oneIssue(t, "Lea", lea)

	ok(t, lea.Resolve(conflict.ID, map[string]any{"note": "Lea decides"}))
	edit(t, ann, care.Visits, visit, "note", "Ann again, over Bob's words")
	w.syncAll(ann, lea)
	outcome(t, lea, care.Merged)
	sees(t, lea, care.Visits, visit, "note", "Ann again, over Bob's words")
	anew := oneIssue(t, "Lea", lea)
	says(t, anew, "lost", "Lea decides")
	says(t, anew, "kept", "Ann again, over Bob's words")

	// Bob and Lea both decide; Bob's reaches the server first.
	w.sync(ann)
	ok(t, lea.Resolve(anew.ID, map[string]any{"note": "Lea the second"}))
	ok(t, ann.Resolve(anew.ID, map[string]any{"note": "Ann settles it"}))
	w.syncAll(ann, lea)
	sees(t, lea, care.Visits, visit, "note", "Ann settles it")
	if n := len(w.rows(care.Conflicts, "state = 'open'", nil)); n > 1 {
		t.Errorf("%d conflicts open", n)
	}
	w.findable("Lea the second")
}

// findable fails unless a text is kept somewhere a person can be shown it: in a record, a conflict
// or the quarantine.
func (w *world) findable(text string) {
	w.t.Helper()
	for _, collection := range []string{care.Visits, care.Patients, care.Conflicts, care.Quarantine} {
		for _, r := range w.rows(collection, "id != ''", nil) {
			raw, err := json.Marshal(r)
			ok(w.t, err)
			if strings.Contains(string(raw), text) {
				return
			}
		}
	}
	w.t.Errorf("%q is nowhere to be found", text)
}

// Ann     v1 (author)
// Bob     v1 ── withdraws ─┐
// Lea     v1 ── note ──────┼──┐ not resurrected, kept for review
// server ──────────────────┴──┴─ withdrawn, conflict open
func TestScenario_C6_AnEditOfAWithdrawnVisitIsKeptAndResurrectsNothing(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	w.sync(lea)
	edit(t, lea, care.Visits, visit, "note", "Left heel broken, photo taken")
	ok(t, bob.Retract(care.Visits, visit))
	w.syncAll(bob, lea, bob, ann)

	outcome(t, bob, care.Applied)
	receipt := outcome(t, lea, care.Merged)
	if c := only(t, "conflicts", receipt.Result.Conflicts); c.Policy != "retracted" || c.Kept != "theirs" || c.Yours != "Left heel broken, photo taken" {
		t.Errorf("Lea is told %+v", c)
	}
	for _, p := range []*phone.Phone{ann, bob, lea} {
		holdsNot(t, p, care.Visits, visit)
	}
	for whose, p := range map[string]*phone.Phone{"Bob, who withdrew it": bob, "Lea, who edited it": lea} {
		issue := oneIssue(t, whose, p)
		for field, want := range map[string]any{"policy": "retracted", "lost": "Left heel broken, photo taken", "lost_by": w.lea.Id, "kept_by": w.bob.Id} {
			says(t, issue, field, want)
		}
	}
}

// Lea     v1 ── note ──────┐
// Bob     v1 ── withdraws ─┼──┐ not applied: somebody changed it
// server ──────────────────┴──┴─ stands, conflict open ── Lea decides: withdrawn
func TestScenario_C6_AWithdrawalOverAnUnseenEditWaitsForAPerson(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := shared(w, ann, bob)
	w.sync(lea)
	edit(t, lea, care.Visits, visit, "note", "Left heel broken, photo taken")
	ok(t, bob.Retract(care.Visits, visit))
	w.syncAll(lea, bob, lea)

	outcome(t, bob, care.Merged)
	for _, p := range []*phone.Phone{bob, lea} {
		sees(t, p, care.Visits, visit, "note", "Left heel broken, photo taken")
	}
	issue := oneIssue(t, "Bob", bob)
	for field, want := range map[string]any{"policy": "retract", "kept_by": w.lea.Id, "lost_by": w.bob.Id} {
		says(t, issue, field, want)
	}

	ok(t, lea.Resolve(issue.ID, map[string]any{"retract": true}))
	w.syncAll(lea, bob, ann)
	for _, p := range []*phone.Phone{ann, bob, lea} {
		holdsNot(t, p, care.Visits, visit)
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("%d issues left", n)
		}
	}
}

// twoDaysFast is a phone whose clock is set wrong.
func (w *world) twoDaysFast(o *phone.Options) {
	o.Now = func() time.Time { return w.now().Add(48 * time.Hour) }
}

func TestScenario_C7_AClockTwoDaysFastWinsNothing(t *testing.T) {
	w := newWorld(t)
	fast, bob := w.phoneOf(w.ann, w.twoDaysFast), w.phoneOf(w.bob)
	visit := w.record(bob, care.Visits, w.visit(w.ada, "Left heel red"))
	w.syncAll(bob, fast)

	edit(t, fast, care.Visits, visit, "note", "Stale words of a fast clock")
	edit(t, fast, care.Patients, w.ada.Id, "phone", "01632 960001")
	wrote := w.now()
	w.pass(time.Hour)
	edit(t, bob, care.Visits, visit, "note", "Newer words")
	edit(t, bob, care.Patients, w.ada.Id, "phone", "01632 960002")
	w.sync(bob)
	w.pass(time.Minute)
	w.syncAll(fast, bob)

	for _, p := range []*phone.Phone{fast, bob} {
		sees(t, p, care.Visits, visit, "note", "Newer words")
		sees(t, p, care.Patients, w.ada.Id, "phone", "01632 960002")
	}
	conflicts := w.rows(care.Conflicts, "id != ''", nil)
	if len(conflicts) != 2 {
		t.Fatalf("%d conflicts, want 2", len(conflicts))
	}
	for _, c := range conflicts {
		if c.GetString("lost_by") != w.ann.Id {
			t.Errorf("%s: the value of %s lost, want Ann's", c.GetString("field"), c.GetString("lost_by"))
		}
		near(t, "when the stale value was written, by our clock", at(c, "lost_at"), wrote)
	}

	// The skew is recorded with the phone and with what it records, and both phones can show it.
	device, err := w.FindRecordById(care.Devices, fast.Device())
	ok(t, err)
	skew := func(what string, ms float64) {
		if d := time.Duration(ms) * time.Millisecond; (d + 48*time.Hour).Abs() > time.Minute {
			t.Errorf("%s has a skew of %s, want about -48h", what, d)
		}
	}
	var ms float64
	ok(t, device.UnmarshalJSONField("clock_offset_ms", &ms))
	skew("the device", ms)
	own := w.record(fast, care.Visits, w.visit(w.ada, "Recorded by the fast phone"))
	w.syncAll(fast, bob)
	seen := sees(t, bob, care.Visits, own, "note", "Recorded by the fast phone")
	n, isNumber := seen.Values["clock_offset_ms"].(json.Number)
	if !isNumber {
		t.Fatalf("the visit says clock_offset_ms = %v", seen.Values["clock_offset_ms"])
	}
	ms, err = n.Float64()
	ok(t, err)
	skew("the visit", ms)
	authored, err := care.ParseStamp(seen.Text("authored_at"))
	ok(t, err)
	near(t, "when the fast phone wrote it, corrected", authored, w.now())
}

// What a phone two days fast enters as times is kept as it said it and shown as it was, field by field: an
// edit is corrected by the clock of whoever made it, and nothing lies after its receipt.
func TestScenario_C7_TimesAreShownCorrectedAndKeptAsSaid(t *testing.T) {
	w := newWorld(t)
	fast, bob := w.phoneOf(w.ann, w.twoDaysFast, w.findingIt), w.phoneOf(w.bob)
	began, ended := w.now().Add(-time.Hour), w.now().Add(-30*time.Minute)
	said := func(at time.Time) string { return care.Stamp(at.Add(48 * time.Hour)) }
	visit := w.record(fast, care.Visits, map[string]any{"patient": w.ada.Id, "status": "in_progress", "started_at": said(began)})
	set := w.record(fast, care.Observations, with(w.readings(w.ada), "taken_at", said(w.now().Add(72*time.Hour)))) // by no clock at all
	w.syncAll(fast, bob)
	edit(t, bob, care.Visits, visit, "ended_at", care.Stamp(ended))
	w.syncAll(bob, fast)
	corrected := func(p *phone.Phone, collection, id string) map[string]any {
		t.Helper()
		s, _ := p.View(collection, id)
		times, _ := s.Values[care.CorrectedField].(map[string]any)
		return times
	}
	exactly := func(what string, got any, want time.Time) {
		t.Helper()
		s, _ := got.(string)
		when, err := care.ParseStamp(s)
		ok(t, err)
		near(t, what, when, want)
	}
	for _, p := range []*phone.Phone{fast, bob} {
		sees(t, p, care.Visits, visit, "started_at", said(began))
		sees(t, p, care.Visits, visit, "ended_at", care.Stamp(ended))
		times := corrected(p, care.Visits, visit)
		exactly("when the visit began", times["started_at"], began)
		if times["ended_at"] != nil {
			exactly("when it ended, by a clock that is right", times["ended_at"], ended)
		}
		exactly("when the readings were taken, at the latest", corrected(p, care.Observations, set)["taken_at"], w.now())
	}
	// Fast says when it ended, by its own clock.
	edit(t, fast, care.Visits, visit, "ended_at", said(ended.Add(time.Minute)))
	w.syncAll(fast, bob)
	times := corrected(bob, care.Visits, visit)
	exactly("when the visit began, after an edit of its end", times["started_at"], began)
	exactly("when it ended", times["ended_at"], ended.Add(time.Minute))
	if n := len(issuesOn(bob)); n != 0 {
		t.Errorf("%d issues", n)
	}
	// Only the server writes it.
	edit(t, fast, care.Visits, visit, "corrected", map[string]any{"ended_at": care.Stamp(began)})
	w.syncAll(fast, bob)
	if after := corrected(bob, care.Visits, visit); after["ended_at"] != times["ended_at"] {
		t.Errorf("a phone wrote %v", after)
	}
}

// A clock that was never measured cannot be corrected: its time counts as no later than receipt.
func TestScenario_C7_AnUnmeasuredClockIsClampedToReceipt(t *testing.T) {
	w := newWorld(t)
	fast, net := w.phoneOn(w.ann, w.twoDaysFast)
	w.sql(`UPDATE devices SET clock_offset_ms = NULL, clock_steady_since = '' WHERE id = ?`, fast.Device())
	edit(t, fast, care.Patients, w.ada.Id, "phone", "01632 960001")
	w.restart() // the measurement is forgotten in memory as well
	net.before = func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/hello") {
			return nil, errors.New("no hello today")
		}
		return moving{w}.Do(r)
	}
	w.sync(fast)
	received := w.now()
	person, err := w.FindRecordById(care.Patients, w.ada.Id)
	ok(t, err)
	var changed map[string]struct {
		At time.Time `json:"t"`
	}
	ok(t, json.Unmarshal([]byte(person.GetString("changed")), &changed))
	if got := changed["phone"].At; got.After(received) {
		t.Errorf("the change is dated %s, after it was received at %s", got, received)
	}
}

// noPush is a server that takes nothing in at the moment: a phone can pull but not push.
func noPush(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/push") {
		return nil, nil
	}
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"1"}},
		Body: io.NopCloser(strings.NewReader(`{"code":"busy","message":"Later.","retry":"later"}`))}, nil
}

// Ann    v1 ── note (unsent) ── pulls v2 ── note is still there ── pushes
// Bob    v1 ── outcome ──┐
// server ────────────────┴─ v2 ──────────────────────────────────── v3: both
func TestScenario_C8_APullNeverCostsAnUnsentEdit(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob := w.phoneOf(w.bob)
	visit := shared(w, ann, bob)
	edit(t, ann, care.Visits, visit, "note", "Ann's words, unsent")
	edit(t, bob, care.Visits, visit, "outcome", "care_given")
	w.sync(bob)

	net.before = noPush
	if err := ann.Sync(context.Background()); err == nil {
		t.Fatal("the push was to fail")
	}
	sees(t, ann, care.Visits, visit, "outcome", "care_given")
	seen := sees(t, ann, care.Visits, visit, "note", "Ann's words, unsent")
	if n, _ := ann.Unsent(); n != 1 || !seen.Pending {
		t.Errorf("%d changes unsent, pending %v: want the one, and shown as such", n, seen.Pending)
	}

	net.before = nil
	w.syncAll(ann, bob)
	outcome(t, ann, care.Applied)
	for _, p := range []*phone.Phone{ann, bob} {
		sees(t, p, care.Visits, visit, "note", "Ann's words, unsent")
		sees(t, p, care.Visits, visit, "outcome", "care_given")
	}
}

// The same where the newer version touches the very field: it is flagged, and never dropped.
func TestScenario_C8_AnUnsentEditUnderANewerValueIsFlaggedNotDropped(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob := w.phoneOf(w.bob)
	visit := shared(w, ann, bob)
	edit(t, ann, care.Visits, visit, "note", "Ann's words, unsent")
	edit(t, bob, care.Visits, visit, "note", "Bob's words")
	w.sync(bob)
	net.before = noPush
	if err := ann.Sync(context.Background()); err == nil {
		t.Fatal("the push was to fail")
	}
	sees(t, ann, care.Visits, visit, "note", "Ann's words, unsent")
	net.before = nil
	w.syncAll(ann, bob)
	outcome(t, ann, care.Merged)
	for whose, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob} {
		sees(t, p, care.Visits, visit, "note", "Bob's words")
		says(t, oneIssue(t, whose, p), "lost", "Ann's words, unsent")
	}
}

// Members of a list merge: each nurse adds and removes what she saw.
func TestStory_TwoNursesTickDifferentSoftSigns(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit := w.record(ann, care.Visits, with(w.visit(w.ada, "Not herself"), "soft_signs", []string{"more_tired", "unsteady"}))
	w.syncAll(ann, bob)
	ok(t, ann.AddTo(care.Visits, visit, "soft_signs", "confused"))
	ok(t, ann.RemoveFrom(care.Visits, visit, "soft_signs", "unsteady"))
	ok(t, bob.AddTo(care.Visits, visit, "soft_signs", "breathless"))
	w.syncAll(bob, ann, bob)
	for _, p := range []*phone.Phone{ann, bob} {
		sees(t, p, care.Visits, visit, "soft_signs", []any{"breathless", "confused", "more_tired"})
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("%d issues, want none", n)
		}
	}
	var signs []string
	for _, r := range w.rows(care.Visits, "id != ''", nil) {
		ok(t, r.UnmarshalJSONField("soft_signs", &signs))
	}
	if !slices.Equal(signs, []string{"breathless", "confused", "more_tired"}) {
		t.Errorf("stored are %v", signs)
	}
}

// U34. Otto, of another team that has Ada, reads what the stored value is, and that it is disputed; the two who wrote it decide.
func TestStory_WhoeverReadsADisputedValueReadsThatItIsDisputed(t *testing.T) {
	w := newWorld(t)
	w.Caseload(t, w.ada, w.others)
	ann, bob, otto := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.otto)
	w.syncAll(ann, bob, otto)
	edit(t, ann, care.Patients, w.ada.Id, "access_notes", "Key safe 4471")
	edit(t, bob, care.Patients, w.ada.Id, "access_notes", "Ring next door")
	w.syncAll(bob, ann, otto)

	issue := oneIssue(t, "Otto", otto)
	says(t, issue, "field", "access_notes")
	says(t, issue, "kept", "Ring next door")
	says(t, issue, "lost", "Key safe 4471")
	ok(t, otto.Resolve(issue.ID, map[string]any{"access_notes": "His own"}))
	w.syncAll(otto, bob)
	sees(t, bob, care.Patients, w.ada.Id, "access_notes", "Ring next door")

	ok(t, bob.Resolve(oneIssue(t, "Bob", bob).ID, map[string]any{"access_notes": "Key safe 4471, else next door"}))
	w.syncAll(bob, otto)
	sees(t, otto, care.Patients, w.ada.Id, "access_notes", "Key safe 4471, else next door")
	for _, left := range issuesOn(otto) {
		if left.Values["kind"] == care.IssueConflict {
			t.Errorf("it is decided, and Otto still reads %v", left.Values)
		}
	}

	edit(t, ann, care.Patients, w.ada.Id, "access_notes", "Both keys")
	edit(t, bob, care.Patients, w.ada.Id, "access_notes", "No key")
	w.syncAll(bob, ann, otto)
	w.release(w.ada, w.others)
	w.sync(otto)
	for _, left := range issuesOn(otto) {
		if left.Values["kind"] == care.IssueConflict {
			t.Errorf("Ada is not his any more, and he reads %v", left.Values)
		}
	}
}
