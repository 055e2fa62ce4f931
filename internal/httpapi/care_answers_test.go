package httpapi_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	reference "doorstep/internal/phone"
	"doorstep/internal/rules"
)

// say writes a line into the history of a handover with a phone; it goes up with the next round.
func (w *town) say(p *reference.Phone, id, kind, text string, detail map[string]any) string {
	w.t.Helper()
	values := map[string]any{"patient": w.ada.Id, "handover": id, "kind": kind}
	if text != "" {
		values["text"] = text
	}
	if detail != nil {
		values["detail"] = detail
	}
	line, err := p.Create(care.HandoverEvents, values)
	must(w.t, err)
	return line
}

// shown is a handover on a phone, its history by kind, and what of it waits for a decision.
func shown(t *testing.T, p *reference.Phone, id string) (h *reference.Seen, kinds []string) {
	t.Helper()
	h, ok := p.View(care.Handovers, id)
	if !ok {
		t.Fatalf("%s is not on the phone", id)
	}
	events := p.List(care.HandoverEvents)
	slices.SortFunc(events, func(a, b *reference.Seen) int {
		return cmp.Or(cmp.Compare(len(a.Base), len(b.Base)), strings.Compare(a.Base, b.Base))
	})
	for _, e := range events {
		if e.Text("handover") == id {
			kinds = append(kinds, e.Text("kind"))
		}
	}
	return h, kinds
}

// asks lets a practice answer a handover late, when the coordinator has it already, with work for its sender; the
// task that comes of it.
func (w *town) asks(by *core.Record, id, text string) string {
	w.t.Helper()
	w.pass(16 * time.Minute)
	equal(w.t, "with the coordinator", w.read(w.cora, id).State, "escalated")
	w.act(by, id, "answer", map[string]any{"outcome": "more_work_asked", "text": text})
	w.tick()
	return rules.ID("work", id)
}

// U1: what an answer asks for reaches every nurse of the team, whole and from whom it is; one takes it on without a
// network, the others see that; and who asked reads "I have read it" and "done, and this came of it" in their inbox.
func TestAnswers_WorkThatIsAskedForReachesTheNursesAndComesBackToWhoAsked(t *testing.T) {
	w := newTown(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	id := w.raise(care.Urgent, nil)
	task := w.asks(w.guy, id, "Second set at 18:30, ring me.")
	w.sync(ann, bob)
	for name, p := range map[string]*reference.Phone{"Ann": ann, "Bob": bob} {
		h, _ := shown(t, p, task)
		if got := h.Text("recommendation"); !strings.HasPrefix(got, "Second set at 18:30, ring me.") {
			t.Errorf("%s reads %q as what is asked", name, got)
		}
		equal(t, name+": by whom", h.Text("from_staff"), w.guy.Id)
		equal(t, name+": of which team", h.Text("from_team"), w.surgery.Id)
		equal(t, name+": of which answer", h.Text("follows"), id)
		if strings.Contains(h.Text("situation"), id) || !strings.Contains(h.Text("situation"), "Bridge Surgery") {
			t.Errorf("%s reads %q", name, h.Text("situation"))
		}
	}
	answered, _ := shown(t, ann, id)
	equal(t, "the answer on its sender's phone", answered.Text("answer"), "Second set at 18:30, ring me.")
	for _, e := range w.read(w.cora, id).Events {
		if e.Kind == "answered" && e.Team.Name != "Bridge Surgery" {
			t.Errorf("answered in the name of %s", e.Team.Name)
		}
	}

	w.say(ann, id, "read", "", nil)
	w.say(bob, task, "acknowledged", "", nil)
	w.say(bob, task, "accepted", "", nil)
	w.pass(3 * time.Minute) // in a cellar
	w.sync(bob, ann)
	h, kinds := shown(t, ann, task)
	equal(t, "Ann sees who has it", h.Text("owner"), w.bob.Id)
	if !slices.Contains(kinds, "acknowledged") || !slices.Contains(kinds, "accepted") {
		t.Errorf("its history is %v", kinds)
	}
	if kinds := w.read(w.guy, id).kinds(); kinds[len(kinds)-1] != "read" {
		t.Errorf("the practice reads %v of its answer", kinds)
	}
	asked := w.listed(w.guy, "side=sent&state=all").Items
	if len(asked) != 1 || asked[0].ID != task || asked[0].State != "accepted" || asked[0].Owner.Name != "Bob" || asked[0].Patient.FamilyName != "Testpatient" {
		t.Fatalf("the practice's list of what it asked for: %s", toJSON(t, asked))
	}
	equal(t, "reception follows it too", len(w.listed(w.rita, "side=sent").Items), 1)
	equal(t, "another practice does not", len(w.listed(w.elmer, "side=sent").Items), 0)

	w.say(bob, task, "answered", "NEWS2 4, daughter is with her.", map[string]any{"outcome": "home_visit"})
	w.sync(bob)
	got := w.read(w.guy, task)
	equal(t, "done", got.State, "done")
	equal(t, "and this came of it", got.Answer, "NEWS2 4, daughter is with her.")
	equal(t, "how", got.Outcome, "home_visit")
	equal(t, "conflicts and issues", w.count(t, `SELECT (SELECT count(*) FROM conflicts) + (SELECT count(*) FROM quarantine)`), 0)
}

// U1: two nurses take a task on, both without a network: one has it, and what the other wrote stands as a line.
func TestAnswers_WhoComesSecondIsToldAndNothingTheyWroteIsLost(t *testing.T) {
	w := newTown(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	task := w.asks(w.guy, w.raise(care.Urgent, nil), "Take bloods")
	w.sync(ann, bob)
	w.say(ann, task, "accepted", "", nil)
	w.say(bob, task, "accepted", "", nil)
	w.sync(ann, bob, ann)
	h, kinds := shown(t, ann, task)
	equal(t, "has it", h.Text("owner"), w.ann.Id)
	equal(t, "the second", kinds[len(kinds)-1], "added")
	w.say(ann, task, "answered", "Taken at 12:10", map[string]any{"outcome": "home_visit"})
	done := w.say(bob, task, "answered", "Taken twice, sorry", map[string]any{"outcome": "home_visit"})
	w.sync(ann, bob)
	h, _ = shown(t, bob, task)
	equal(t, "what stands", h.Text("answer"), "Taken at 12:10")
	line, _ := bob.View(care.HandoverEvents, done)
	equal(t, "what the second wrote", line.Text("text"), "Taken twice, sorry")
	equal(t, "as", line.Text("kind"), "added")
	if raw := toJSON(t, line.Values["detail"]); raw != `{"meant":"answered"}` {
		t.Errorf("detail %s", raw)
	}
}

func TestAnswers_ATaskThatIsGivenBackCanBeTakenBySomebodyElse(t *testing.T) {
	w := newTown(t)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	task := w.asks(w.guy, w.raise(care.Urgent, nil), "Take bloods")
	w.sync(ann, bob)
	w.say(ann, task, "accepted", "", nil)
	w.say(ann, task, "given_back", "", nil)
	w.sync(ann)
	equal(t, "it is received, and nobody's", w.read(w.guy, task).State, "acknowledged")
	w.say(bob, task, "accepted", "", nil)
	w.sync(bob)
	equal(t, "owner", w.read(w.guy, task).Owner.Name, "Bob")
	w.say(bob, task, "declined", "Nobody of us is in that village today", nil)
	w.sync(bob)
	equal(t, "declined, it is the coordinator's", w.read(w.cora, task).State, "declined")
}

// U10: what its author does to a handover from the phone: a call, a line, and taking it back.
func TestAnswers_ItsAuthorCallsAddsALineAndWithdraws(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	id := w.raise(care.SameDay, nil)
	w.sync(ann)
	w.say(ann, id, "call_reached", "Will look at noon", map[string]any{"name": "Rita", "role": "reception", "read_back": true})
	w.sync(ann)
	got := w.read(w.guy, id)
	equal(t, "a call that reached somebody is the acknowledgement", got.State, "acknowledged")
	if got.Call == nil || got.Call.Name != "Rita" || !got.Call.ReadBack {
		t.Errorf("call %+v", got.Call)
	}
	w.say(ann, id, "added", "She is confused now as well.", nil)
	w.sync(ann)
	got = w.read(w.guy, id)
	if last := got.Events[len(got.Events)-1]; last.Kind != "added" || last.Text != "She is confused now as well." || last.By.Name != "Ann" || got.AmendedAt <= got.AcknowledgedAt {
		t.Errorf("the practice reads %+v, amended %s", last, got.AmendedAt)
	}
	w.say(ann, id, "stood_down", "Son has taken her to hospital", nil)
	w.sync(ann)
	got = w.read(w.guy, id)
	equal(t, "withdrawn", got.State, "stood_down")
	if last := got.Events[len(got.Events)-1]; last.Text != "Son has taken her to hospital" {
		t.Errorf("with the reason %+v", last)
	}
	w.say(ann, id, "added", "She is on ward 4.", nil)
	w.sync(ann)
	got = w.read(w.guy, id)
	equal(t, "a line after it is closed", got.Events[len(got.Events)-1].Text, "She is on ward 4.")
}

// U1: nobody writes into a handover that they do not see, and what they wrote is kept for a lead.
func TestAnswers_ALineAboutAHandoverOfOthersIsHeldBack(t *testing.T) {
	w := newTown(t)
	otto, vic := w.phoneOf(w.otto), w.phoneOf(w.vic)
	id := w.raise(care.SameDay, nil)
	before := w.count(t, `SELECT count(*) FROM handover_events`)
	w.say(otto, id, "answered", "I was never there", map[string]any{"outcome": "other"})
	w.say(vic, id, "added", "Nor I", nil)
	w.sync(otto, vic)
	equal(t, "lines", w.count(t, `SELECT count(*) FROM handover_events`), before)
	equal(t, "held back", w.count(t, `SELECT count(*) FROM quarantine WHERE code = 'no_permission'`), 2)
	ann := w.phoneOf(w.ann)
	w.say(ann, id, "acknowledged", "", nil) // she sent it: it is for the practice to say
	w.sync(ann)
	equal(t, "its state", w.read(w.guy, id).State, "sent")
}

// U7, U10: a reading that is corrected marks what it replaces, in the handover that stands, also once it is answered;
// no second one goes out.
func TestAnswers_ACorrectionIsSaidInTheHandoverThatStands(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	visit, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "started_at": care.Stamp(w.now())})
	must(t, err)
	readings := w.news2Of8()
	readings["visit"] = visit
	first, err := ann.Create(care.Observations, readings)
	must(t, err)
	w.sync(ann)
	w.tick()
	id := w.listed(w.guy, "").Items[0].ID
	correct := func(replaces string, rate int) string {
		t.Helper()
		w.pass(time.Minute)
		readings["respiration_rate"], readings["replaces"] = rate, replaces
		made, err := ann.Create(care.Observations, readings)
		must(t, err)
		w.sync(ann)
		w.tick()
		return made
	}
	second := correct(first, 22)
	got := w.read(w.guy, id)
	by := map[string]string{}
	for _, e := range got.Evidence {
		by[e.ID] = e.ReplacedBy
	}
	if len(by) != 2 || by[first] != second || by[second] != "" {
		t.Errorf("what replaces what: %v", by)
	}
	event := func(v view) string {
		for _, e := range slices.Backward(v.Events) {
			if e.Kind == "corrected" {
				return e.Text
			}
		}
		return ""
	}
	if text := event(got); !strings.HasSuffix(text, ": respiration rate 22/min, not 25/min.") {
		t.Errorf("the history says %q", text)
	}
	equal(t, "handovers of the visit", w.count(t, `SELECT count(*) FROM handovers WHERE patient = '`+w.ada.Id+`'`), 1)

	w.act(w.guy, id, "answer", map[string]any{"outcome": "home_visit", "text": "I come"})
	correct(second, 24)
	got = w.read(w.guy, id)
	if text := event(got); !strings.HasSuffix(text, ": respiration rate 24/min, not 22/min.") || got.AmendedAt <= got.AcknowledgedAt {
		t.Errorf("answered, its history says %q", text)
	}
	equal(t, "handovers after the answer", w.count(t, `SELECT count(*) FROM handovers WHERE patient = '`+w.ada.Id+`'`), 1)

	must(t, ann.Edit(care.Visits, visit, map[string]any{"note": "Son is with her."}))
	w.sync(ann)
	got = w.read(w.guy, id)
	if last := got.Events[len(got.Events)-1]; last.Kind != "updated" || last.Text != "Visit: note.\nNote: Son is with her." || last.By.Name != "Ann" {
		t.Errorf("a note: %+v", last)
	}
}

// U10: an older app sends a second handover for the same visit; it joins the first, whatever it says there is a line.
func TestAnswers_ASecondHandoverOfTheSameVisitJoinsTheFirst(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	visit, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "started_at": care.Stamp(w.now())})
	must(t, err)
	w.sync(ann)
	first := w.raise(care.SameDay, nil, map[string]any{"visit": visit})
	w.act(w.rita, first, "acknowledge", nil)
	w.pass(time.Minute)
	second := w.raise(care.Urgent, nil, map[string]any{"visit": visit, "situation": "Now breathless too"})
	if open := w.listed(w.guy, "").Items; len(open) != 1 || open[0].ID != first || open[0].Class != "U2" || open[0].State != "sent" {
		t.Errorf("the practice has %s", toJSON(t, open))
	}
	equal(t, "the second", w.column(`SELECT state FROM handovers WHERE id = ?`, second), "stood_down")
	text := ""
	for _, e := range w.read(w.guy, first).Events {
		if e.Kind == "added" {
			text = e.Text
		}
	}
	if !strings.HasPrefix(text, "Now breathless too\n") {
		t.Errorf("what it says there: %q", text)
	}
	third := w.raise(care.SameDay, w.mental, map[string]any{"visit": visit})
	equal(t, "another place is told as well", w.read(w.mia, third).State, "sent")
}
