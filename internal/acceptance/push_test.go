package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// errCut is a connection that broke.
var errCut = errors.New("connection cut")

// isPush tells a push from the other requests of a round.
func isPush(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/push") }

// sentBy reads the mutations of a push on its way, without using it up.
func sentBy(t *testing.T, r *http.Request) (size int, mids []int64) {
	t.Helper()
	copied, err := r.GetBody()
	ok(t, err)
	raw, err := io.ReadAll(copied)
	ok(t, err)
	var push struct {
		Mutations []struct {
			Mid int64 `json:"mid"`
		} `json:"mutations"`
	}
	ok(t, json.Unmarshal(raw, &push))
	for _, m := range push.Mutations {
		mids = append(mids, m.Mid)
	}
	return len(raw), mids
}

// refusing is an answer made up by something between phone and server.
func refusing(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// push sends mutations in a phone's name and returns the answer.
func (w *world) push(p *phone.Phone, bearer string, mutations ...map[string]any) wire.PushResponse {
	w.t.Helper()
	answer := w.call(bearer, http.MethodPost, "/push", map[string]any{"client": p.Client(), "epoch": p.Epoch(), "schema": 1, "mutations": mutations})
	if answer.Status != http.StatusOK {
		w.t.Fatalf("push = %d %s", answer.Status, answer.Body)
	}
	var pushed wire.PushResponse
	ok(w.t, json.Unmarshal(answer.Body, &pushed))
	return pushed
}

// mutation is one change as it travels.
func (w *world) mutation(p *phone.Phone, mid int64, key string, ops ...map[string]any) map[string]any {
	return map[string]any{"mid": mid, "key": key, "author": p.Staff(), "authored_at": care.Stamp(w.now()), "ops": ops}
}

// The answer to a batch is lost and the phone sends it again: the same answers, change by change,
// one copy of everything, and nobody is alarmed twice.
func TestScenario_B1_LostAnswerSameBatchAgain(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob := w.phoneOf(w.bob)
	first := w.record(ann, care.Visits, w.visit(w.ada, "Short of breath"))
	w.record(ann, care.Observations, with(w.readings(w.ada), "visit", first))
	w.record(ann, care.Observations, with(w.readings(w.ada), "visit", first, "systolic", 1290))
	var answers []wire.PushResponse
	net.after = func(r *http.Request, body []byte) error {
		if !isPush(r) {
			return nil
		}
		var a wire.PushResponse
		ok(t, json.Unmarshal(body, &a))
		answers = append(answers, a)
		if len(answers) == 1 {
			return errCut
		}
		return nil
	}
	if err := ann.Sync(t.Context()); !errors.Is(err, phone.ErrUnreachable) {
		t.Fatalf("the round ended with %v", err)
	}
	if n, _ := ann.Unsent(); n != 3 {
		t.Errorf("the phone says %d not sent, want 3", n)
	}
	w.tick()
	raised := len(w.handoversTo(w.surgery))
	w.sync(ann)
	w.tick()

	if len(answers) != 2 || len(answers[1].Results) != 3 {
		t.Fatalf("the phone pushed %d times", len(answers))
	}
	for i, again := range answers[1].Results {
		if !again.Replayed {
			t.Errorf("answer %d is not marked as a repeat", i)
		}
		again.Replayed = false
		before, after := fmt.Sprintf("%+v", answers[0].Results[i]), fmt.Sprintf("%+v", again)
		if before != after {
			t.Errorf("answer %d changed:\n%s\n%s", i, before, after)
		}
	}
	for collection, want := range map[string]int{care.Visits: 1, care.Observations: 2, care.Quarantine: 1} {
		if n := len(w.rows(collection, "patient = {:p}", dbx.Params{"p": w.ada.Id})); n != want {
			t.Errorf("%d %s, want %d", n, collection, want)
		}
	}
	if n := len(w.handoversTo(w.surgery)); n != 1 || raised != 1 {
		t.Errorf("%d handovers after the first time, %d after the second, want 1", raised, n)
	}
	if n := ann.Pending(); n != 0 {
		t.Errorf("%d changes are still pending", n)
	}
	w.sync(bob)
	if n := len(bob.List(care.Visits)); n != 1 {
		t.Errorf("a colleague sees %d visits, want 1", n)
	}
}

// Two visits got the same id (a phone restored from another's backup). The first is kept, nothing
// of it is replaced, the second is kept whole, and its author and the lead are told.
func TestScenario_B2_IDTakenFirstKept(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	id := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)
	_, err := bob.InOne(func(c *phone.Change) {
		c.CreateAs(care.Visits, id, with(w.visit(w.ada, "Catheter changed"), "purpose", "catheter"))
	})
	ok(t, err)
	w.sync(bob)
	item := outcome(t, bob, care.Quarantined)
	if code := only(t, "issues in the answer", item.Result.Issues).Code; code != "id_taken" {
		t.Errorf("the reason is %s", code)
	}
	w.syncAll(ann, lea)
	for who, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea": lea} {
		s := sees(t, p, care.Visits, id, "note", "Wound clean")
		if s.Text("purpose") != "" {
			t.Errorf("%s sees the purpose of the other visit: %s", who, s.Text("purpose"))
		}
	}
	for who, p := range map[string]*phone.Phone{"Bob, who wrote it": bob, "Lea, who leads": lea} {
		issue := only(t, "issues of "+who, issuesOn(p))
		if issue.Text("code") != "id_taken" || !strings.Contains(fmt.Sprint(issue.Values["content"]), "Catheter changed") {
			t.Errorf("%s sees %v", who, issue.Values)
		}
	}
	if n := len(issuesOn(ann)); n != 0 {
		t.Errorf("Ann, whom it does not concern, sees %d issues", n)
	}

	// Lea gives it an id of its own: both visits stand.
	other := "01jzb2" + id[6:]
	ok(t, lea.Resolve(issuesOn(lea)[0].ID, map[string]any{"id": other}))
	w.syncAll(lea, bob)
	sees(t, bob, care.Visits, id, "note", "Wound clean")
	sees(t, bob, care.Visits, other, "note", "Catheter changed")
	if n := len(issuesOn(bob)) + len(issuesOn(lea)); n != 0 {
		t.Errorf("%d issues are still open", n)
	}
}

// Of five sets of readings two hold what no person can have. All five are stored, the two without
// the bad value; what was typed in is readable for the author and the lead, and the next push goes
// through.
func TestScenario_B3_BadFieldsAreSetAsideTheRestApplies(t *testing.T) {
	w := newWorld(t)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	normal := w.settled(w.ada, 0)
	sets := []map[string]any{normal, with(normal, "systolic", 1290), normal, with(normal, "temperature", "warm"), normal}
	var ids []string
	for _, values := range sets {
		ids = append(ids, w.record(ann, care.Observations, values))
	}
	w.sync(ann)
	w.record(ann, care.Visits, w.visit(w.ada, "Later on"))
	w.sync(ann)
	w.syncAll(bob, lea)

	bad := map[string]struct{ field, code, typed string }{
		ids[1]: {"systolic", "out_of_range", "1290"},
		ids[3]: {"temperature", "wrong_type", "warm"},
	}
	for i, item := range ann.Items()[:5] {
		want := bad[ids[i]]
		switch {
		case want.field == "" && (item.Result.Status != care.Applied || item.State != phone.Sent):
			t.Errorf("set %d ended %s, %s", i, item.Result.Status, item.State)
		case want.field != "":
			issue := only(t, "issues", item.Result.Issues)
			if item.Result.Status != care.Merged || issue.Field != want.field || issue.Code != want.code || issue.Message == "" || issue.Fix != "edit" {
				t.Errorf("set %d ended %s with %+v", i, item.Result.Status, issue)
			}
		}
	}
	for _, id := range ids {
		s := sees(t, bob, care.Observations, id, "pulse", 72)
		if field := bad[id].field; field != "" && s.Values[field] != nil {
			t.Errorf("%s of %s is stored as %v, want nothing", field, id, s.Values[field])
		}
	}
	for who, p := range map[string]*phone.Phone{"Ann": ann, "Lea": lea} {
		issues := issuesOn(p)
		if len(issues) != 2 {
			t.Fatalf("%s sees %d issues, want 2", who, len(issues))
		}
		for _, issue := range issues {
			want := bad[issue.Text("record")]
			if issue.Text("kind") != "set_aside" || issue.Text("field") != want.field || fmt.Sprint(issue.Values["content"]) != want.typed {
				t.Errorf("%s sees %v, want %v", who, issue.Values, want)
			}
		}
	}
	if n := len(issuesOn(bob)); n != 0 {
		t.Errorf("Bob, whom it does not concern, sees %d issues", n)
	}
	if item := outcome(t, ann, care.Applied); item.State != phone.Sent {
		t.Errorf("the next visit is %s", item.State)
	}
}

// Otto of Hillside visits somebody who is on no caseload of his. Nothing of it is stored as a
// visit, all of it is kept; the team that holds the person decides, and Otto knows that they must.
func TestScenario_B4_OutOfScopeIsKeptInQuarantine(t *testing.T) {
	w := newWorld(t)
	otto, lea, ann := w.phoneOf(w.otto), w.phoneOf(w.lea), w.phoneOf(w.ann)
	id := w.record(otto, care.Visits, with(w.visit(w.ada, "Found her on the floor, helped her up"), "outcome", "care_given"))
	w.sync(otto)
	item := outcome(t, otto, care.Quarantined)
	if issue := only(t, "issues in the answer", item.Result.Issues); issue.Code != "no_permission" || issue.Fix != "supervisor" || item.State != phone.NeedsYou {
		t.Errorf("Otto's phone says %s, %+v", item.State, issue)
	}
	kept := only(t, "rows in quarantine", w.rows(care.Quarantine, "record = {:r}", dbx.Params{"r": id}))
	for _, part := range []string{"Found her on the floor, helped her up", "care_given", w.ada.Id} {
		if !strings.Contains(kept.GetString("content"), part) {
			t.Errorf("%q is missing in what is kept: %s", part, kept.GetString("content"))
		}
	}
	w.syncAll(otto, lea, ann)
	holdsNot(t, lea, care.Visits, id)
	holdsNot(t, ann, care.Visits, id)
	theirs := only(t, "issues of Otto", issuesOn(otto))
	if theirs.Text("code") != "no_permission" || theirs.Values["hidden"] != true || theirs.Values["content"] != nil {
		t.Errorf("Otto, who may not see this person, gets %v", theirs.Values)
	}
	issue := only(t, "issues of Lea", issuesOn(lea))
	if !strings.Contains(fmt.Sprint(issue.Values["content"]), "helped her up") || issue.Text("owner_team") != w.nurses.Id {
		t.Errorf("Lea sees %v", issue.Values)
	}
	if due, err := care.ParseStamp(issue.Text("due_at")); err != nil || due.Sub(w.now()) > 25*time.Hour {
		t.Errorf("it is due at %v, %v", due, err)
	}

	// Lea takes it in: it was Otto's visit, and it is stored as his.
	ok(t, lea.Resolve(issue.ID, nil))
	w.syncAll(lea, otto, ann)
	if s := sees(t, ann, care.Visits, id, "note", "Found her on the floor, helped her up"); s.Text("author") != w.otto.Id {
		t.Errorf("the author is %s", s.Text("author"))
	}
	if n := len(issuesOn(otto)) + len(issuesOn(lea)); n != 0 {
		t.Errorf("%d issues are still open", n)
	}
}

// A visit was sent without saying whom it was about. Its author says so afterwards: it is stored,
// the quarantine closes, and the two stay linked.
func TestScenario_B5_AuthorCorrectsAndTheQuarantineCloses(t *testing.T) {
	w := newWorld(t)
	ann, lea := w.phoneOf(w.ann), w.phoneOf(w.lea)
	values := w.visit(w.ada, "Insulin given")
	delete(values, "patient")
	id := w.record(ann, care.Visits, values)
	w.sync(ann)
	outcome(t, ann, care.Quarantined)
	issue := only(t, "issues of Ann", issuesOn(ann))
	if issue.Text("code") != "invalid_identity" || issue.Text("fix") != "edit" || issue.Text("owner_team") != w.nurses.Id {
		t.Fatalf("Ann sees %v", issue.Values)
	}
	w.sync(lea)
	only(t, "issues of Lea", issuesOn(lea))

	// Somebody who is not hers to visit would be no correction: it stays where it is.
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	w.tick()
	ok(t, ann.Resolve(issue.ID, map[string]any{"patient": hal.Id}))
	w.sync(ann)
	if n := len(w.rows(care.Visits, "patient = {:p}", dbx.Params{"p": hal.Id})); n != 0 {
		t.Fatal("the author wrote into the record of somebody on no caseload of hers")
	}

	ok(t, ann.Resolve(only(t, "issues of Ann", issuesOn(ann)).ID, map[string]any{"patient": w.ada.Id}))
	w.sync(ann)
	item := lastItem(t, ann)
	if item.Result == nil || item.Result.Status != care.Applied || !slices.ContainsFunc(item.Result.Records, func(r wire.RecordRef) bool { return r.ID == id }) {
		t.Errorf("the correction was answered %+v", item.Result)
	}
	w.sync(lea)
	sees(t, lea, care.Visits, id, "note", "Insulin given")
	if n := len(issuesOn(ann)) + len(issuesOn(lea)); n != 0 {
		t.Errorf("%d issues are still open", n)
	}
	row := only(t, "rows in quarantine", w.rows(care.Quarantine, "record = {:r}", dbx.Params{"r": id}))
	if row.GetString("state") != "resolved" || row.GetString("resolved_by") != w.ann.Id || !strings.Contains(row.GetString("resolution"), id) {
		t.Errorf("the row in quarantine is %s by %s: %s", row.GetString("state"), row.GetString("resolved_by"), row.GetString("resolution"))
	}
}

// Something between phone and server takes no body above 100 kB. The phone halves what it sends
// until it goes through; the one visit that is too big alone is taken out, kept and reported, and
// what follows it is not held up.
func TestScenario_B6_TooLargeIsHalvedDownToOne(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	var sizes []int
	net.before = func(r *http.Request) (*http.Response, error) {
		if !isPush(r) {
			return nil, nil
		}
		size, mids := sentBy(t, r)
		sizes = append(sizes, len(mids))
		if size > 100<<10 {
			return refusing(http.StatusRequestEntityTooLarge, "too big for this proxy"), nil
		}
		return nil, nil
	}
	var ids []string
	for i := range 9 {
		length := 10 << 10
		if i == 5 {
			length = 110 << 10
		}
		ids = append(ids, w.record(ann, care.Visits, w.visit(w.ada, strings.Repeat(fmt.Sprint(i), length))))
	}
	w.sync(ann)
	if sizes[0] != 9 || !slices.Contains(sizes, 4) || !slices.Contains(sizes, 1) {
		t.Errorf("batches of %v were tried", sizes)
	}
	bob := w.phoneOf(w.bob)
	for i, id := range ids {
		if i == 5 {
			holdsNot(t, bob, care.Visits, id)
			continue
		}
		sees(t, bob, care.Visits, id, "note", strings.Repeat(fmt.Sprint(i), 10<<10))
	}
	left := only(t, "changes on the phone alone", ann.Aside())
	if len(left.Ops) != 1 || left.Ops[0].ID != ids[5] {
		t.Errorf("the phone kept %+v", left.Ops)
	}
	if item, found := ann.Item(left.Key); !found || item.State != phone.NeedsYou {
		t.Errorf("its author sees %+v", item)
	}
	if n, _ := ann.Unsent(); n != 0 {
		t.Errorf("%d changes are stuck behind it", n)
	}
}

// The server's own limits: too much at once is answered 413 and nothing of it is taken in; a single
// change above 256 kB is not refused but quarantined, whole, and can be mended.
func TestScenario_B6_TheServersOwnLimits(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	create := func(note string) map[string]any {
		return map[string]any{"op": "create", "collection": care.Visits, "id": w.id(), "set": w.visit(w.ada, note)}
	}
	var many, heavy []map[string]any
	for i := range int64(wire.MaxPushMutations + 1) {
		many = append(many, w.mutation(ann, i+1, w.id(), create("short")))
	}
	for i := range int64(40) {
		heavy = append(heavy, w.mutation(ann, i+1, w.id(), create(strings.Repeat("x", 120<<10))))
	}
	for code, list := range map[string][]map[string]any{"too_many": many, "too_large": heavy} {
		answer := w.call(net.bearer, http.MethodPost, "/push", map[string]any{"client": ann.Client(), "epoch": ann.Epoch(), "schema": 1, "mutations": list})
		if answer.Status != http.StatusRequestEntityTooLarge || answer.JSON(t)["code"] != code {
			t.Errorf("%s: %d %s", code, answer.Status, answer.Body)
		}
	}
	if n, err := w.CountRecords(care.Visits); err != nil || n != 0 {
		t.Errorf("%d visits were taken in, %v", n, err)
	}

	id := w.record(ann, care.Visits, w.visit(w.ada, strings.Repeat("long story ", 30<<10)))
	w.sync(ann)
	item := outcome(t, ann, care.Quarantined)
	if issue := only(t, "issues", item.Result.Issues); issue.Code != "oversized" || issue.Fix != "edit" {
		t.Errorf("the answer is %+v", issue)
	}
	row := only(t, "rows in quarantine", w.rows(care.Quarantine, "code = 'oversized'", nil))
	if n := strings.Count(row.GetString("content"), "long story "); n != 30<<10 {
		t.Errorf("%d of %d parts of the note were kept", n, 30<<10)
	}
	ok(t, ann.Resolve(only(t, "issues", issuesOn(ann)).ID, map[string]any{"note": "Told in short"}))
	w.sync(ann)
	sees(t, ann, care.Visits, id, "note", "Told in short")
}

// Ann corrects her note while the first version of it is on its way. Both arrive, in order, as two
// versions, and no conflict with herself is made of it.
func TestScenario_B7_EditedWhileOnItsWay(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob, lea := w.phoneOf(w.bob), w.phoneOf(w.lea)
	id := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	edited := false
	net.before = func(r *http.Request) (*http.Response, error) {
		if isPush(r) && !edited {
			edited = true
			edit(t, ann, care.Visits, id, "note", "Wound clean, dressing changed")
		}
		return nil, nil
	}
	var versions []int64
	net.after = func(r *http.Request, body []byte) error {
		var a wire.PushResponse
		if isPush(r) && json.Unmarshal(body, &a) == nil {
			for _, res := range a.Results {
				for _, rec := range res.Records {
					versions = append(versions, rec.Version)
				}
				if res.Status != care.Applied {
					t.Errorf("change %d ended %s: %+v", res.Mid, res.Status, res)
				}
			}
		}
		return nil
	}
	w.sync(ann)
	w.sync(ann)
	if len(versions) != 2 || versions[1] <= versions[0] {
		t.Errorf("the versions are %v, want two that rise", versions)
	}
	w.syncAll(bob, lea)
	for _, p := range []*phone.Phone{ann, bob, lea} {
		sees(t, p, care.Visits, id, "note", "Wound clean, dressing changed")
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("%d issues were made of it", n)
		}
	}
	if n := ann.Pending(); n != 0 {
		t.Errorf("%d changes are still pending", n)
	}
}

// Two rounds of one phone run at the same time, and an old request arrives after a newer one: the
// order stands, nothing is doubled, and the older text never replaces the newer.
func TestScenario_B8_OverlappingRoundsKeepTheOrder(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	visit := w.id()
	list := []map[string]any{w.mutation(ann, 1, w.id(), map[string]any{"op": "create", "collection": care.Visits, "id": visit, "set": w.visit(w.ada, "Text 1")})}
	for i := int64(2); i <= 12; i++ {
		list = append(list, w.mutation(ann, i, w.id(), map[string]any{"op": "update", "collection": care.Visits, "id": visit, "patient": w.ada.Id,
			"set": map[string]any{"note": fmt.Sprintf("Text %d", i)}, "was": map[string]any{"note": fmt.Sprintf("Text %d", i-1)}}))
	}
	bodies := [][]byte{}
	for _, n := range []int{4, 12, 4, 12, 8, 12} {
		raw, err := json.Marshal(map[string]any{"client": ann.Client(), "epoch": ann.Epoch(), "schema": 1, "mutations": list[:n]})
		ok(t, err)
		bodies = append(bodies, raw)
	}
	var all sync.WaitGroup
	for _, body := range bodies {
		all.Add(1)
		go func() {
			defer all.Done()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.http.URL+"/api/sync/v1/push", bytes.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+net.bearer)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			if raw, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
				t.Errorf("push = %d %s", answer.StatusCode, raw)
			}
		}()
	}
	all.Wait()
	late := w.push(ann, net.bearer, list[:4]...)
	if late.LastMid != 12 {
		t.Errorf("last_mid = %d, want 12", late.LastMid)
	}
	for _, res := range late.Results {
		if !res.Replayed || res.Status != care.Applied {
			t.Errorf("the late repeat of change %d was answered %+v", res.Mid, res)
		}
	}
	bob := w.phoneOf(w.bob)
	sees(t, bob, care.Visits, visit, "note", "Text 12")
	if n := len(w.rows(care.Conflicts, "", nil)) + len(w.rows(care.Quarantine, "", nil)); n != 0 {
		t.Errorf("%d conflicts or quarantined changes were made of it", n)
	}
	var ledger int
	ok(t, w.DB().NewQuery("SELECT count(*) FROM sync_ledger").Row(&ledger))
	if ledger != 12 {
		t.Errorf("%d changes took effect, want 12", ledger)
	}
}
