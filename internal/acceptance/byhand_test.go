package acceptance

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/phone"
)

// service is a voluntary service with a volunteer and their coordinator.
type service struct {
	org, team, volunteer, coordinator *core.Record
}

// service founds one. Where it may see Ada she has consented, and is on its caseload and on the
// volunteer's own round.
func (w *world) service(seesAda bool) service {
	w.t.Helper()
	s := service{org: w.Org(w.t, "voluntary", "Good Neighbours")}
	s.team = w.Team(w.t, s.org, "voluntary", "Good Neighbours")
	w.set(s.team, map[string]any{"neighbourhood": w.nurses.GetString("neighbourhood")})
	s.volunteer, s.coordinator = w.Staff(w.t, care.Volunteer, "Val", s.team), w.Staff(w.t, care.VolunteerCoordinator, "Vera", s.team)
	w.set(w.ada, map[string]any{"preferred_name": "Ada", "risk_note": "Small dog"})
	if seesAda {
		w.set(w.ada, map[string]any{"consent": []map[string]any{{"service": s.org.Id, "given": true}}})
		w.Caseload(w.t, w.ada, s.team)
		w.Caseload(w.t, w.ada, s.volunteer)
	}
	w.tick()
	return s
}

// listener hears every answer that passes to the phones it is given to.
type listener struct {
	words string
	mu    sync.Mutex
	heard int
}

// ear puts the listener between a phone and the server.
func (l *listener) ear(o *phone.Options) { o.HTTP = l }

// Do implements phone.Doer.
func (l *listener) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		return nil, err
	}
	if bytes.Contains(body, []byte(l.words)) {
		l.mu.Lock()
		l.heard++
		l.mu.Unlock()
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}

// A volunteer's concern goes to the coordinator of their own service, who makes it a clinical
// handover with one action.
func TestStory_AVolunteersConcernGoesToTheirOwnCoordinator(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	s := w.service(true)
	other := w.Org(t, "voluntary", "Other Friends")
	others := w.Team(t, other, "voluntary", "Other Friends")
	w.tick()
	val, vera := w.phoneOf(s.volunteer), w.phoneOf(s.coordinator)
	w.record(val, care.Checkins, map[string]any{"patient": w.ada.Id, "team": s.team.Id, "staff": s.volunteer.Id,
		"happened_at": care.Stamp(w.now()), "seen": true, "wellbeing": "not_usual_self", "concern": "Fridge is empty, she is thin"})
	w.sync(val)
	w.tick()
	h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
	w.stands(h.Id, care.Sent, s.team)
	if n := len(w.handoversTo(others)); n != 0 {
		t.Errorf("another service got %d handovers", n)
	}
	if h.GetString("class") != "SD" {
		t.Errorf("its class is %s", h.GetString("class"))
	}
	w.syncAll(val, vera)
	seesHandover(t, vera, h.Id, care.Sent)
	seesHandover(t, val, h.Id, care.Sent)

	w.mustAct(s.coordinator, h.Id, handover.Action{Kind: handover.HandOn, To: handover.Team{ID: w.surgery.Id, Kind: "practice"},
		Reason: "Losing weight", Text: "Please see her this week."})
	h = w.stands(h.Id, care.Sent, w.surgery)
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Accept})
	w.syncAll(val, vera)
	seesHandover(t, val, h.Id, care.Accepted)
	w.happened(h.Id, handover.EventRaised, handover.EventSent, handover.EventHandedOn, handover.EventReceived, handover.EventAccepted)
}

// A nurse hands over by hand: to the practice when she names no team, to any partner's team when
// she does; that is the referral pathway.
func TestStory_ANurseHandsOverByHand(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	mind := w.Org(t, "mental_health", "Mind Trust")
	crisis := w.Team(t, mind, "mental_health", "Crisis Team")
	mia := w.Staff(t, care.MentalHealth, "Mia", crisis)
	w.tick()
	ann, mias := w.phoneOf(w.ann), w.phoneOf(mia)
	toPractice := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "situation": "Low mood since Easter", "recommendation": "Please review her tablets."})
	toCrisis := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "to_team": crisis.Id, "class": "U2", "situation": "Talks of ending it",
		"recommendation": "Please see her today."})
	w.sync(ann)
	outcome(t, ann, care.Applied)
	w.tick()
	w.syncAll(ann, mias)
	first, second := w.stands(toPractice, care.Sent, w.surgery), w.stands(toCrisis, care.Sent, crisis)
	if first.GetString("class") != "SD" || flag(first, "by_hand") != "true" || first.GetString("reply_team") != w.nurses.Id {
		t.Errorf("to the practice: class %s, by hand %s, reply to %s", first.GetString("class"), flag(first, "by_hand"), w.nameOf(first.GetString("reply_team")))
	}
	near(t, "the deadline of the crisis team", at(second, "ack_due"), at(second, "clinical_time").Add(15*time.Minute))
	s := seesHandover(t, mias, toCrisis, care.Sent)
	if s.Text("situation") != "Talks of ending it" {
		t.Errorf("Mia reads %q", s.Text("situation"))
	}
	if _, shown := mias.View(care.Handovers, toPractice); shown {
		t.Error("Mia sees what went to the practice")
	}
	w.mustAct(mia, toCrisis, handover.Action{Kind: handover.Answer, Outcome: "more_work_asked", Text: "Please stay with her until 15:00.", Class: care.Urgent})
	w.sync(ann)
	seesHandover(t, ann, toCrisis, care.Done)
	work := only(t, "handovers to the nurses", w.handoversTo(w.nurses))
	if work.GetString("class") != "U2" || work.GetString("from_team") != crisis.Id {
		t.Errorf("the work is class %s from %s", work.GetString("class"), w.nameOf(work.GetString("from_team")))
	}
	sees(t, ann, care.Handovers, work.Id, "to_team", w.nurses.Id)
}

// To a voluntary team only what is asked and what is safe to share leaves.
func TestStory_AVoluntaryTeamGetsTheAskAndTheSafeNoteOnly(t *testing.T) {
	const secret = "NEWS2 was 6, on amitriptyline"
	w := newWorld(t)
	w.onWednesday(10, 0)
	s := w.service(true)
	heard := &listener{words: secret}
	ann, vera := w.phoneOf(w.ann), w.phoneOf(s.coordinator, heard.ear)
	id := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "to_team": s.team.Id, "class": "R", "situation": secret, "background": secret,
		"assessment": secret, "recommendation": "Please bring her shopping on Fridays.", "safe_note": "Hard of hearing, knock loudly"})
	w.sync(ann)
	w.tick()
	w.sync(vera)
	seen := seesHandover(t, vera, id, care.Sent)
	for _, part := range []string{"Please bring her shopping on Fridays.", "Hard of hearing, knock loudly"} {
		if !strings.Contains(seen.Text("safe_note"), part) {
			t.Errorf("Vera reads %q, not %q", seen.Text("safe_note"), part)
		}
	}
	for _, field := range []string{"situation", "background", "assessment", "recommendation", "evidence"} {
		if seen.Values[field] != nil {
			t.Errorf("Vera's phone holds %s = %v", field, seen.Values[field])
		}
	}
	if n := heard.count(); n != 0 {
		t.Errorf("the clinical words were in %d answers to her phone", n)
	}
	w.mustAct(s.coordinator, id, handover.Action{Kind: handover.Accept})
}

// A support worker hands over something urgent: it goes at once, and she and her lead are asked to
// name the registrant behind it.
func TestStory_AnUrgentHandoverOfASupportWorkerNeedsARegistrant(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	sue := w.Staff(t, care.SupportWorker, "Sue", w.nurses)
	w.Caseload(t, w.ada, sue)
	w.tick()
	sues, lea := w.phoneOf(sue), w.phoneOf(w.lea)
	id := w.record(sues, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "situation": "Fell in the night", "recommendation": "Please ring back."})
	w.sync(sues)
	receipt := outcome(t, sues, care.Merged)
	if i := only(t, "issues", receipt.Result.Issues); i.Code != handover.CodeRegistrantNeeded || i.Field != "named_registrant" {
		t.Errorf("the issue is %+v", i)
	}
	w.tick()
	w.stands(id, care.Sent, w.surgery)
	w.sync(lea)
	only(t, "issues on the lead's phone", issuesOn(lea))

	ok(t, sues.Resolve(receipt.Result.Issues[0].ID, map[string]any{"named_registrant": w.ann.Id}))
	w.syncAll(sues, lea)
	outcome(t, sues, care.Applied)
	if got := w.handover(id).GetString("named_registrant"); got != w.ann.Id {
		t.Errorf("behind it stands %q, want Ann", got)
	}
	if n := len(issuesOn(lea)) + len(issuesOn(sues)); n != 0 {
		t.Errorf("%d issues left", n)
	}

	// Named from the start nothing is asked; a nurse needs to name nobody.
	w.record(sues, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "named_registrant": w.ann.Id, "recommendation": "Please ring back."})
	w.sync(sues)
	outcome(t, sues, care.Applied)
}
