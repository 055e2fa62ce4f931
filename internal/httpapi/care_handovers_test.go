package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/wire"
)

// Reception acknowledges, undoes, acknowledges; the GP accepts, answers and files; the nurse's
// phone shows each step.
func TestInbox_FromReceiptToAnswer(t *testing.T) {
	w := newTown(t)
	nurse := w.phoneOf(w.ann)
	id := w.raise(care.SameDay, nil)
	first := w.listed(w.rita, "").Items
	if len(first) != 1 || first[0].ID != id || first[0].State != "sent" || first[0].Side != "received" {
		t.Fatalf("reception's inbox: %s", toJSON(t, first))
	}
	seen := into[view](t, w.send(w.rita, "/handovers/"+id+"/see", nil), http.StatusOK)
	equal(t, "state once opened", seen.State, "seen")
	equal(t, "acknowledged", w.act(w.rita, id, "acknowledge", nil).State, "acknowledged")
	equal(t, "taken back", w.act(w.rita, id, "unacknowledge", nil).State, "seen")
	got := w.act(w.rita, id, "acknowledge", nil)
	if got.AcknowledgedBy == nil || got.AcknowledgedBy.Name != "Rita" || !got.Mine {
		t.Errorf("acknowledged by %+v, mine %v", got.AcknowledgedBy, got.Mine)
	}
	got = w.act(w.guy, id, "accept", nil)
	if got.State != "accepted" || got.Owner == nil || got.Owner.Name != "Guy" {
		t.Errorf("accepted: %s, owner %+v", got.State, got.Owner)
	}
	equal(t, "confirmed by", w.act(w.guy, id, "confirm", map[string]any{"text": "Seen the photo"}).ConfirmedBy.Name, "Guy")
	got = w.act(w.guy, id, "answer", map[string]any{"outcome": "prescribed", "text": "Flucloxacillin for 7 days"})
	equal(t, "answered", got.State, "done")
	got = w.act(w.rita, id, "file", nil)
	if got.FiledBy == nil || got.FiledBy.Name != "Rita" || got.FiledAt == "" {
		t.Errorf("filed by %+v at %q", got.FiledBy, got.FiledAt)
	}
	want := []string{"raised", "sent", "seen", "acknowledged", "unacknowledged", "acknowledged", "accepted", "confirmed", "answered", "filed"}
	if kinds := got.kinds(); !slices.Equal(kinds, want) {
		t.Errorf("history %v, want %v", kinds, want)
	}
	w.sync(nurse)
	h, ok := nurse.View(care.Handovers, id)
	if !ok || h.Text("state") != "done" || h.Text("answer") != "Flucloxacillin for 7 days" || h.Text("owner") != w.guy.Id {
		t.Errorf("on the nurse's phone: %+v", h)
	}
	equal(t, "events on the nurse's phone", len(nurse.List(care.HandoverEvents)), len(want))
	equal(t, "left in the open inbox", len(w.listed(w.rita, "").Items), 0)
	equal(t, "in the closed one", len(w.listed(w.rita, "state=closed").Items), 1)
	equal(t, "answered lines in the audit", w.count(t, `SELECT count(*) FROM audit WHERE record = '`+id+`' AND action = 'answer' AND actor = '`+w.guy.Id+`'`), 1)
}

// A GP declines: it is the coordinator's. She hands it on to mental health, who ring the nurse.
func TestInbox_DeclinedHandedOnCalledStoodDown(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	type given struct {
		State  string
		ToTeam struct{ Name string } `json:"to_team"`
	}
	receipt := into[given](t, w.send(w.guy, "/handovers/"+id+"/decline", w.seen(w.guy, id, map[string]any{"reason": "Not our patient any more"})), http.StatusOK)
	if receipt.State != "declined" || receipt.ToTeam.Name != "Coordination" {
		t.Errorf("receipt %+v", receipt)
	}
	refused(t, w.get(w.guy, "/handovers/"+id), http.StatusNotFound, "not_found")
	got := w.read(w.cora, id)
	equal(t, "why", got.DeclineReason, "Not our patient any more")
	into[map[string]any](t, w.send(w.cora, "/handovers/"+id+"/hand-on", w.seen(w.cora, id, map[string]any{"to_team": w.mental.Id, "reason": "Low mood", "text": "Please see her"})), http.StatusOK)
	w.tick()
	got = w.act(w.mia, id, "call", map[string]any{"name": "Ann", "role": "district nurse", "reached": true, "read_back": true})
	if got.State != "acknowledged" || got.Call == nil || got.Call.Name != "Ann" || !got.Call.ReadBack {
		t.Errorf("after the call: %s, %+v", got.State, got.Call)
	}
	got = w.act(w.mia, id, "stand-down", map[string]any{"reason": "Seen yesterday"})
	equal(t, "stood down", got.State, "stood_down")
}

func TestInbox_EveryRefusal(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	concern := w.raise(care.Safeguarding, nil)
	version := w.read(w.guy, id).Version
	body := func(pairs ...any) map[string]any {
		m := map[string]any{"version": version}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	for _, c := range []struct {
		name   string
		who    *core.Record
		id     string
		verb   string
		body   map[string]any
		status int
		code   string
	}{
		{"reception cannot accept", w.rita, id, "accept", body(), 403, "not_allowed"},
		{"reception cannot decline", w.rita, id, "decline", body("reason", "x"), 403, "not_allowed"},
		{"reception cannot answer", w.rita, id, "answer", body("outcome", "other"), 403, "not_allowed"},
		{"reception cannot hand on", w.rita, id, "hand-on", body("reason", "x", "to_team", w.mental.Id), 403, "not_allowed"},
		{"the sender cannot accept", w.ann, id, "accept", body(), 403, "not_allowed"},
		{"another practice finds nothing", w.elmer, id, "accept", body(), 404, "not_found"},
		{"nor does another nursing team", w.otto, id, "call", body("name", "x", "reached", true), 404, "not_found"},
		{"made up", w.guy, w.ada.Id, "accept", body(), 404, "not_found"},
		{"without a version", w.guy, id, "accept", map[string]any{}, 400, "invalid"},
		{"a version of the wrong type", w.guy, id, "accept", map[string]any{"version": "1"}, 400, "malformed"},
		{"decline without a reason", w.guy, id, "decline", body("reason", " "), 400, "reason_needed"},
		{"answer without an outcome", w.guy, id, "answer", body("text", "x"), 400, "outcome_needed"},
		{"answer with a made-up outcome", w.guy, id, "answer", body("outcome", "cured"), 400, "outcome_needed"},
		{"work asked without saying what", w.guy, id, "answer", body("outcome", "more_work_asked"), 400, "text_needed"},
		{"an answer of an unknown class", w.guy, id, "answer", body("outcome", "more_work_asked", "text", "x", "class", "Z"), 400, "invalid"},
		{"hand on to nowhere", w.guy, id, "hand-on", body("reason", "x", "to_team", w.ada.Id), 400, "team_needed"},
		{"hand on to itself", w.guy, id, "hand-on", body("reason", "x", "to_team", w.surgery.Id), 400, "team_needed"},
		{"hand on to volunteers without a safe note", w.guy, id, "hand-on", body("reason", "x", "to_team", w.visitors.Id), 400, "safe_note_needed"},
		{"a made-up handover and a made-up team", w.elmer, id, "hand-on", body("reason", "x", "to_team", w.ada.Id), 404, "not_found"},
		{"reached nobody by name", w.guy, id, "call", body("reached", true), 400, "name_needed"},
		{"called at no time", w.guy, id, "call", body("called_at", "noon"), 400, "invalid"},
		{"nothing to take back", w.rita, id, "unacknowledge", body(), 409, "wrong_state"},
		{"filed before it was acknowledged", w.rita, id, "file", body(), 409, "wrong_state"},
		{"stand down without a reason", w.guy, id, "stand-down", body(), 400, "reason_needed"},
		{"a concern is not declined", w.sara, concern, "decline", body("reason", "x"), 403, "not_allowed"},
		{"a concern stays with safeguarding", w.sara, concern, "hand-on", body("reason", "x", "to_team", w.surgery.Id), 403, "not_allowed"},
		{"the sender cannot stand a concern down", w.ann, concern, "stand-down", body("reason", "x"), 403, "not_allowed"},
		{"no such action", w.guy, id, "burn", body(), 404, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.body
			if c.id == concern && b["version"] != nil {
				b["version"] = 1 << 40
			}
			refused(t, w.send(c.who, "/handovers/"+c.id+"/"+c.verb, b), c.status, c.code)
		})
	}
	if after := w.read(w.guy, id); after.Version != version || after.State != "sent" {
		t.Errorf("a refusal changed it: %d %s, was %d", after.Version, after.State, version)
	}
	a, b := w.get(w.elmer, "/handovers/"+id), w.get(w.elmer, "/handovers/"+w.ada.Id)
	if string(a.body) != string(b.body) || a.status != b.status {
		t.Errorf("not theirs and not there differ: %s, %s", a.body, b.body)
	}
}

// Two GPs accept at once: one wins, the other learns who.
func TestInbox_TwoAcceptAtOnce(t *testing.T) {
	w := newTown(t)
	for range 5 {
		id := w.raise(care.SameDay, nil, map[string]any{"situation": "Again"})
		body := w.seen(w.guy, id, nil)
		tokens := []string{w.Token(t, w.guy), w.Token(t, w.gwen)}
		answers := make([]answer, 2)
		start, done := make(chan struct{}), make(chan int)
		for i := range answers {
			go func() {
				<-start
				answers[i] = w.post(t, pages+"/handovers/"+id+"/accept", tokens[i], body)
				done <- i
			}()
		}
		close(start)
		<-done
		<-done
		winner := 0
		if answers[0].status != http.StatusOK {
			winner = 1
		}
		names, ids := []string{"Guy", "Gwen"}, []string{w.guy.Id, w.gwen.Id}
		if got := into[view](t, answers[winner], http.StatusOK); got.Owner == nil || got.Owner.Name != names[winner] {
			t.Errorf("the winner %s reads owner %+v", names[winner], got.Owner)
		}
		lost := refused(t, answers[1-winner], http.StatusConflict, "already")
		if lost.By != ids[winner] || lost.ByName != names[winner] || lost.At == "" || !strings.HasPrefix(lost.Message, names[winner]+" accepted this already") {
			t.Errorf("the loser is told %+v", lost)
		}
	}
}

// The answer to each action is lost; the same request again gets the present state and does
// nothing twice.
func TestInbox_ALostReplyIsAnsweredAgain(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	repeat := func(who *core.Record, verb string, body map[string]any) {
		t.Helper()
		full := w.seen(who, id, body)
		if a := w.send(who, "/handovers/"+id+"/"+verb, full); a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", verb, a.status, a.body)
		}
		before := w.count(t, `SELECT count(*) FROM handover_events WHERE handover = '`+id+`'`)
		if a := w.send(who, "/handovers/"+id+"/"+verb, full); a.status != http.StatusOK {
			t.Errorf("%s again: %d %s", verb, a.status, a.body)
		}
		equal(t, verb+": events", w.count(t, `SELECT count(*) FROM handover_events WHERE handover = '`+id+`'`), before)
	}
	repeat(w.rita, "see", nil)
	repeat(w.rita, "acknowledge", nil)
	repeat(w.rita, "unacknowledge", nil)
	repeat(w.guy, "call", map[string]any{"reached": false})
	repeat(w.guy, "accept", nil)
	repeat(w.guy, "decline", map[string]any{"reason": "No"})
	repeat(w.cora, "hand-on", map[string]any{"reason": "Please", "to_team": w.surgery.Id})
	repeat(w.guy, "answer", map[string]any{"outcome": "more_work_asked", "text": "Take bloods"})
	repeat(w.rita, "file", nil)
	equal(t, "handovers asked for by the answer", w.count(t, `SELECT count(*) FROM handovers WHERE to_team = '`+w.nurses.Id+`'`), 1)
	// Another answer is not a repeat.
	body := map[string]any{"version": w.read(w.guy, id).Version, "outcome": "other", "text": "Never mind"}
	refused(t, w.send(w.gwen, "/handovers/"+id+"/answer", body), http.StatusConflict, "already")
}

// Somebody who opened it before a colleague gave it away learns who did, not that it never was.
func TestInbox_GivenAwayMeanwhile(t *testing.T) {
	w := newTown(t)
	for _, c := range []struct {
		verb string
		body map[string]any
		says string
	}{
		{"decline", map[string]any{"reason": "No"}, "Gwen declined this already."},
		{"hand-on", map[string]any{"reason": "No", "to_team": w.mental.Id}, "Gwen handed this on already."},
	} {
		id := w.raise(care.SameDay, nil, map[string]any{"situation": c.verb})
		body := w.seen(w.guy, id, nil)
		into[map[string]any](t, w.send(w.gwen, "/handovers/"+id+"/"+c.verb, w.seen(w.gwen, id, c.body)), http.StatusOK)
		lost := refused(t, w.send(w.guy, "/handovers/"+id+"/accept", body), http.StatusConflict, "already")
		equal(t, c.verb, lost.Message, c.says)
		refused(t, w.send(w.guy, "/handovers/"+id+"/accept", map[string]any{"version": 1 << 40}), http.StatusNotFound, "not_found")
	}
}

// While reception looks at a same-day handover, readings make it an emergency: what she decides
// then was not decided about that.
func TestInbox_EvidenceThatCameMeanwhile(t *testing.T) {
	w := newTown(t)
	p := w.phoneOf(w.ann)
	visit, err := p.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "status": "completed", "soft_signs": []string{"confused"}, "started_at": care.Stamp(w.now())})
	must(t, err)
	w.sync(p)
	w.tick()
	h := w.listed(w.rita, "").Items[0]
	equal(t, "class at first", h.Class, "SD")
	readings := w.news2Of8()
	readings["visit"] = visit
	_, err = p.Create(care.Observations, readings)
	must(t, err)
	w.sync(p)
	w.tick()
	no := refused(t, w.send(w.guy, "/handovers/"+h.ID+"/stand-down", map[string]any{"version": h.Version, "reason": "Known"}), http.StatusConflict, "changed")
	equal(t, "retry", string(no.Retry), "after_fix")
	after := w.read(w.guy, h.ID)
	equal(t, "class now", after.Class, "E")
	if after.State == "stood_down" || after.Version == h.Version {
		t.Errorf("it stands at %s, version %d", after.State, after.Version)
	}
	equal(t, "accepted with open eyes", w.act(w.guy, h.ID, "accept", nil).State, "accepted")
}

// What the practice did not answer is the coordinator's; a late answer of theirs still counts.
func TestInbox_EscalatedIsStillSeenByThePractice(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.Urgent, nil)
	w.pass(16 * time.Minute)
	equal(t, "with the coordinator", w.read(w.cora, id).State, "escalated")
	mine := w.listed(w.rita, "").Items
	if len(mine) != 1 || mine[0].ID != id || mine[0].Side != "escalated" || mine[0].ToTeam.Name != "Coordination" {
		t.Fatalf("the practice still sees %s", toJSON(t, mine))
	}
	equal(t, "another practice sees", len(w.listed(w.elmer, "").Items), 0)
	equal(t, "answered late", w.act(w.guy, id, "accept", nil).Owner.Name, "Guy")
	into[map[string]any](t, w.send(w.cora, "/handovers/"+id+"/hand-on", w.seen(w.cora, id, map[string]any{"reason": "x", "to_team": w.mental.Id})), http.StatusOK)
	equal(t, "handed on, it has left the practice", len(w.listed(w.rita, "").Items), 0)
	refused(t, w.get(w.guy, "/handovers/"+id), http.StatusNotFound, "not_found")
}

// A phone-only team: its sender's lead finds the call to make, and records it.
func TestInbox_CallNeededIsTheSendersToo(t *testing.T) {
	w := newTown(t)
	w.save(w.elm, map[string]any{"route": "phone"})
	w.tick()
	id := w.raise(care.SameDay, w.elm)
	sent := w.listed(w.lea, query("side", "sent", "state", "call_needed")).Items
	if len(sent) != 1 || sent[0].ID != id || sent[0].Side != "sent" {
		t.Fatalf("the lead finds %s", toJSON(t, sent))
	}
	equal(t, "the nurse who sent it finds", len(w.listed(w.ann, "side=sent").Items), 1)
	equal(t, "a nurse of another team finds", len(w.listed(w.otto, "side=sent").Items), 0)
	got := w.act(w.lea, id, "call", map[string]any{"name": "Dr Elm", "role": "GP", "reached": true, "read_back": true, "called_at": care.Stamp(w.now())})
	equal(t, "after the call", got.State, "acknowledged")
}

// lines puts lines of somebody's into the history of a handover.
func (w *town) lines(id string, by *core.Record, from, n int) {
	w.t.Helper()
	if _, err := w.App.NonconcurrentDB().NewQuery(`WITH RECURSIVE n(i) AS (SELECT {:from} UNION ALL SELECT i + 1 FROM n WHERE i < {:from} + {:n} - 1)
		INSERT INTO handover_events (id, handover, patient, version, kind, "by", from_team, from_staff, text)
		SELECT printf('01k40000000000000000%06d', i), {:h}, {:p}, 1, 'added', {:by}, {:team}, {:ann}, 'said' FROM n`).
		Bind(dbx.Params{"from": from, "n": n, "h": id, "p": w.ada.Id, "by": by.Id, "team": w.nurses.Id, "ann": w.ann.Id}).Execute(); err != nil {
		w.t.Fatal(err)
	}
	w.tick()
}

// Whoever has written as much into a handover as one person may is told so, whatever they do to it, and nothing is changed; the last lines
// are kept for what decides; a colleague goes on.
func TestInbox_WhoHasWrittenAsMuchAsOnePersonMayIsToldSo(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	w.lines(id, w.guy, 0, arrange.MaxLines-20)
	call := map[string]any{"name": "Joan", "reached": false}
	no := refused(t, w.send(w.guy, "/handovers/"+id+"/call", w.seen(w.guy, id, call)), http.StatusConflict, "too_many_lines")
	if no.Retry != wire.RetryNever || !strings.Contains(no.Message, "colleague") {
		t.Errorf("they are told %+v", no)
	}
	equal(t, "accepted all the same", w.act(w.guy, id, "accept", nil).State, "accepted")
	w.lines(id, w.guy, 1000, 19)
	history := `SELECT count(*) FROM handover_events WHERE handover = '` + id + `'`
	before := w.count(t, history)
	for _, verb := range []string{"acknowledge", "unacknowledge", "accept", "decline", "answer", "hand-on", "convert", "call", "file", "stand-down", "confirm"} {
		body := w.seen(w.guy, id, map[string]any{"reason": "x", "outcome": "other", "text": "x", "to_team": w.mental.Id})
		refused(t, w.send(w.guy, "/handovers/"+id+"/"+verb, body), http.StatusConflict, "too_many_lines")
	}
	equal(t, "to look at it", w.send(w.guy, "/handovers/"+id+"/see", w.seen(w.guy, id, nil)).status, http.StatusOK)
	equal(t, "lines", w.count(t, history), before)
	equal(t, "it stands", w.read(w.guy, id).State, "accepted")
	equal(t, "a colleague", w.act(w.gwen, id, "answer", map[string]any{"outcome": "other", "text": "Seen at home"}).State, "done")
}
