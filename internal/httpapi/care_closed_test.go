package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
)

// closed looks for closed handovers.
func (w *town) closed(who *core.Record, body map[string]any) listOf[view] {
	w.t.Helper()
	return into[listOf[view]](w.t, w.send(who, "/handovers/search", body), http.StatusOK)
}

// U12. A handover that is closed stays with everybody who had a part in it, each as far as it is theirs.
func TestClosed_StaysWithEverybodyWhoHadAPartInIt(t *testing.T) {
	w := newTown(t)
	answer := map[string]any{"outcome": "advice_given", "text": "Rest and fluids"}

	escalated := w.raise(care.Emergency, nil, map[string]any{"situation": "Collapsed"})
	w.pass(2 * time.Hour)
	equal(t, "with the coordinator", w.read(w.cora, escalated).State, "escalated")
	w.act(w.guy, escalated, "answer", answer)

	declined := w.raise(care.Routine, nil, map[string]any{"situation": "Declined matter"})
	into[map[string]any](t, w.send(w.guy, "/handovers/"+declined+"/decline", w.seen(w.guy, declined, map[string]any{"reason": "Moved away"})), http.StatusOK)
	w.pass(time.Minute)
	w.act(w.cora, declined, "answer", answer)

	handedOn := w.raise(care.Routine, nil, map[string]any{"situation": "Low mood"})
	into[map[string]any](t, w.send(w.guy, "/handovers/"+handedOn+"/hand-on", w.seen(w.guy, handedOn, map[string]any{"reason": "Bereaved", "to_team": w.mental.Id})), http.StatusOK)
	refused(t, w.get(w.guy, "/handovers/"+handedOn), http.StatusNotFound, "not_found")
	w.pass(time.Minute)
	w.act(w.mia, handedOn, "answer", answer)

	mine := w.closed(w.guy, nil).Items
	var got []string
	for _, h := range mine {
		got = append(got, h.ID+" "+h.Side+" "+string(h.Projection)+" "+h.ClosedBy.Name)
	}
	if want := []string{handedOn + " given given Mia", declined + " given given Cora", escalated + " escalated full Guy"}; !slices.Equal(got, want) {
		t.Fatalf("the practice finds\n%v, want\n%v", got, want)
	}
	equal(t, "by the list too", len(w.listed(w.rita, "state=closed").Items), 3)
	equal(t, "and of all", len(w.listed(w.rita, "state=all").Items), 3)
	for _, id := range []string{declined, handedOn} {
		h := w.read(w.guy, id)
		raw := toJSON(t, h)
		for _, secret := range []string{"Declined matter", "Low mood", "Rest and fluids", "Diabetic", "Please prescribe"} {
			if strings.Contains(raw, secret) || strings.Contains(toJSON(t, mine[:2]), secret) {
				t.Errorf("the practice still reads %q of what it gave away", secret)
			}
		}
		if h.Patient.FamilyName != "Testpatient" || h.Patient.NHSNumber != "999 000 0018" || h.Patient.Practice != "" || len(h.May) > 0 || h.Outcome != "advice_given" {
			t.Errorf("of what it gave away the practice sees %s", raw)
		}
		wrote := ""
		for _, e := range h.Events {
			wrote += e.Text
		}
		if !strings.Contains(wrote, "Moved away") && !strings.Contains(wrote, "Bereaved") {
			t.Errorf("it does not see its own words: %s", raw)
		}
	}
	refused(t, w.send(w.guy, "/handovers/"+declined+"/file", map[string]any{"version": 1 << 40}), http.StatusNotFound, "not_found")
	equal(t, "another practice finds", len(w.closed(w.elmer, nil).Items), 0)
	equal(t, "the coordinator finds", len(w.closed(w.cora, nil).Items), 2)
	equal(t, "mental health finds", len(w.closed(w.mia, nil).Items), 1)
	equal(t, "the sender finds", len(w.closed(w.lea, map[string]any{"side": "sent"}).Items), 3)

	// A coordinator of volunteers who made a concern clinical learns that it was answered, and nothing of it.
	concern := w.raise(care.Routine, w.visitors, map[string]any{"safe_note": "Please look in"})
	into[map[string]any](t, w.send(w.vera, "/handovers/"+concern+"/convert", w.seen(w.vera, concern, map[string]any{"reason": "She is confused"})), http.StatusOK)
	w.act(w.guy, concern, "answer", answer)
	theirs := toJSON(t, w.closed(w.vera, nil))
	if !strings.Contains(theirs, concern) || strings.Contains(theirs, "Rest and fluids") || strings.Contains(theirs, "Testpatient") || strings.Contains(theirs, "confused") {
		t.Errorf("the coordinator of volunteers finds %s", theirs)
	}
}

// U13. What is closed is found by name, number, birth date, words, class, days and who closed it; never by what its
// reader may not see.
func TestClosed_IsSearched(t *testing.T) {
	w := newTown(t)
	w.save(w.ada, map[string]any{"date_of_birth": "1941-05-06"})
	w.tick()
	file := func(who *core.Record, situation string, class care.Class) string {
		id := w.raise(class, nil, map[string]any{"situation": situation})
		w.act(who, id, "answer", map[string]any{"outcome": "other", "text": "Étude"})
		return id
	}
	first := file(w.guy, "Wound broken down", care.Routine)
	w.pass(24 * time.Hour)
	second := file(w.gwen, "New confusion", care.SameDay)
	both := []string{second, first}
	for _, c := range []struct {
		name string
		who  *core.Record
		body map[string]any
		want []string
	}{
		{"nothing is asked", w.guy, nil, both},
		{"a name", w.guy, map[string]any{"text": "testpatient"}, both},
		{"a name as it is shown", w.guy, map[string]any{"text": "TESTPATIENT, Ada"}, both},
		{"a number in groups", w.guy, map[string]any{"text": "999 000 0018"}, both},
		{"a number", w.guy, map[string]any{"text": "9990000018"}, both},
		{"another number", w.guy, map[string]any{"text": "999 000 0026"}, nil},
		{"a birth date", w.guy, map[string]any{"text": "6/5/1941"}, both},
		{"a birth date in words", w.guy, map[string]any{"text": "6 May 1941"}, both},
		{"words, in any order", w.guy, map[string]any{"text": "broken wound"}, []string{first}},
		{"a word of the answer, without its accent", w.guy, map[string]any{"text": "etude"}, both},
		{"a word that is nowhere", w.guy, map[string]any{"text": "wound nowhere"}, nil},
		{"who closed it", w.guy, map[string]any{"by": "gwen"}, []string{second}},
		{"a class", w.guy, map[string]any{"class": "R"}, []string{first}},
		{"what was mine", w.guy, map[string]any{"mine": true}, []string{first}},
		{"a state", w.guy, map[string]any{"state": "stood_down"}, nil},
		{"from a day", w.guy, map[string]any{"from": "2026-03-03"}, []string{second}},
		{"until a day", w.guy, map[string]any{"to": "2026-03-02"}, []string{first}},
		{"one day", w.guy, map[string]any{"from": "2026-03-02", "to": "2026-03-02"}, []string{first}},
		{"a day on which nothing was closed", w.guy, map[string]any{"from": "2026-03-04"}, nil},
		{"of another practice", w.elmer, map[string]any{"text": "testpatient"}, nil},
	} {
		var got []string
		for _, h := range w.closed(c.who, c.body).Items {
			got = append(got, h.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	page := w.closed(w.guy, map[string]any{"limit": 1, "text": "testpatient"})
	next := w.closed(w.guy, map[string]any{"limit": 1, "text": "testpatient", "cursor": page.Cursor})
	if !page.More || len(next.Items) != 1 || next.Items[0].ID != first || next.More {
		t.Errorf("page by page: %s then %s", toJSON(t, page), toJSON(t, next))
	}
	for _, bad := range []map[string]any{{"from": "yesterday"}, {"to": "2026-02-30"}, {"class": "X"}, {"state": "sent"}, {"side": "left"}, {"text": strings.Repeat("x", 201)}, {"limit": 201}} {
		refused(t, w.send(w.guy, "/handovers/search", bad), http.StatusBadRequest, "invalid")
	}
	refused(t, w.send(w.guy, "/handovers/search", map[string]any{"cursor": "!"}), http.StatusBadRequest, "cursor")
	equal(t, "the audit names whose", strings.Contains(w.column(`SELECT detail FROM audit WHERE action = 'list' AND actor = ? ORDER BY id DESC LIMIT 1`, w.guy.Id), w.ada.Id), true)
}

// timeline reads a page of what is recorded about a person.
func (w *town) timeline(who *core.Record, query string) (page struct {
	listOf[httpapi.TimelineItem]
	Person  map[string]any   `json:"person"`
	Refused []map[string]any `json:"refused"`
}) {
	w.t.Helper()
	return into[struct {
		listOf[httpapi.TimelineItem]
		Person  map[string]any   `json:"person"`
		Refused []map[string]any `json:"refused"`
	}](w.t, w.get(who, "/people/"+w.ada.Id+"/timeline?"+query), http.StatusOK)
}

// A desk reads what is recorded about its people: by whom, from which phone, what was changed since, what was refused.
func TestDesk_ReadsWhatIsRecordedOfAPerson(t *testing.T) {
	w := newTown(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "started_at": care.Stamp(w.now()), "note": "Dressing changed"})
	must(t, err)
	_, err = ann.Create(care.Observations, map[string]any{"patient": w.ada.Id, "visit": visit, "taken_at": care.Stamp(w.now()), "pulse": 720, "respiration_rate": 16})
	must(t, err)
	w.sync(ann, bob)
	w.turn(time.Minute)
	must(t, bob.Edit(care.Visits, visit, map[string]any{"note": "Dressing changed, wound clean"}))
	w.sync(bob)
	w.tick()
	got := w.timeline(w.lea, "")
	first := got.Items[0]
	if first.ID != visit || first.RecordedBy.Name != "Ann" || first.Phone == nil || first.Phone.Name != "phone of Ann" || first.Fields["note"] != "Dressing changed, wound clean" {
		t.Errorf("the visit is told as %s", toJSON(t, first))
	}
	if len(first.Changes) != 1 || first.Changes[0].Field != "note" || first.Changes[0].By.Name != "Bob" || first.Changes[0].Phone.Name != "phone of Bob" {
		t.Errorf("what was changed of it: %s", toJSON(t, first.Changes))
	}
	collections := map[string]int{}
	for _, item := range got.Items {
		collections[item.Collection]++
	}
	if collections["visits"] != 1 || collections["observations"] != 1 || collections["patients"] != 1 {
		t.Errorf("recorded: %v", collections)
	}
	if len(got.Refused) != 1 || got.Refused[0]["field"] != "pulse" || got.Refused[0]["content"] == nil || got.Person["family_name"] != "Testpatient" {
		t.Errorf("refused: %s of %s", toJSON(t, got.Refused), toJSON(t, got.Person))
	}
	var paged []string
	cursor := ""
	for range got.Items {
		page := w.timeline(w.lea, "limit=1&cursor="+cursor)
		paged = append(paged, page.Items[0].ID)
		if cursor = page.Cursor; cursor != "" && len(page.Refused) > 0 && len(paged) > 1 {
			t.Error("what was refused is told on every page")
		}
	}
	for i, item := range got.Items {
		if paged[i] != item.ID {
			t.Errorf("page by page %v", paged)
		}
	}
	for _, stranger := range []*core.Record{w.hella, w.vera} {
		refused(t, w.get(stranger, "/people/"+w.ada.Id+"/timeline"), http.StatusNotFound, "not_found")
	}
	w.Caseload(t, w.ada, w.visitors)
	w.tick()
	theirs := toJSON(t, w.timeline(w.vera, ""))
	if strings.Contains(theirs, "Dressing") || strings.Contains(theirs, "respiration") || strings.Contains(theirs, "Testpatient") || strings.Contains(theirs, "720") {
		t.Errorf("a voluntary service reads %s", theirs)
	}
	equal(t, "the audit names whose", w.column(`SELECT patient FROM audit WHERE action = 'timeline' AND actor = ? LIMIT 1`, w.lea.Id), w.ada.Id)
}
