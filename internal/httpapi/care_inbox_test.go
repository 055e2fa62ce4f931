package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbpages"
	"doorstep/internal/testkit"
)

type watching struct {
	Handover string
	By       care.Named
	Claimed  bool
}

type inboxState struct {
	Teams        []httpapi.OpenTeam
	Destinations []care.Named
	Attention    []watching
}

func (w *town) inbox(who *core.Record) inboxState {
	w.t.Helper()
	return into[inboxState](w.t, w.get(who, "/inbox"), http.StatusOK)
}

func (w *town) looking(who *core.Record) string {
	w.t.Helper()
	var names []string
	for _, l := range w.inbox(who).Attention {
		name := l.By.Name
		if l.Claimed {
			name += " claims"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// Who has it open is seen by those whose inbox it is in, and by nobody else; a claim is one
// person's until they let go, somebody takes it over, or it lapses.
func TestInbox_WhoHasItOpen(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.SameDay, nil)
	hold := func(who *core.Record, body map[string]any) answer { return w.send(who, "/handovers/"+id+"/hold", body) }
	release := func(who *core.Record, body map[string]any) {
		t.Helper()
		into[map[string]any](t, w.send(who, "/handovers/"+id+"/release", body), http.StatusOK)
	}
	equal(t, "at first", w.looking(w.guy), "")
	into[map[string]any](t, hold(w.rita, nil), http.StatusOK)
	equal(t, "Rita looks", w.looking(w.guy), "Rita")
	for _, who := range []*core.Record{w.elmer, w.ann, w.lea, w.cora} {
		equal(t, "told to "+who.GetString("name"), w.looking(who), "")
	}
	into[map[string]any](t, hold(w.rita, map[string]any{"claim": true}), http.StatusOK)
	into[map[string]any](t, hold(w.guy, nil), http.StatusOK) // looking is always possible
	equal(t, "both", w.looking(w.gwen), "Rita claims, Guy")
	no := refused(t, hold(w.guy, map[string]any{"claim": true}), http.StatusConflict, "already")
	if no.ByName != "Rita" || no.Message != "Rita is dealing with this." || no.At == "" {
		t.Errorf("Guy is told %+v", no)
	}
	w.turn(50 * time.Second)
	into[map[string]any](t, hold(w.rita, nil), http.StatusOK) // the page is still open
	w.turn(20 * time.Second)
	equal(t, "Guy's page was closed without a word", w.looking(w.gwen), "Rita claims")
	into[map[string]any](t, hold(w.guy, map[string]any{"claim": true, "take_over": true}), http.StatusOK)
	equal(t, "taken over", w.looking(w.gwen), "Rita, Guy claims")
	release(w.guy, nil)
	equal(t, "he closed the page and still deals with it", w.looking(w.gwen), "Rita, Guy claims")
	release(w.rita, map[string]any{"claim": true})
	release(w.guy, map[string]any{"claim": true})
	equal(t, "let go", w.looking(w.gwen), "")
	into[map[string]any](t, hold(w.rita, map[string]any{"claim": true}), http.StatusOK)
	w.turn(15*time.Minute + time.Second)
	equal(t, "lapsed", w.looking(w.gwen), "")
	equal(t, "claims in the audit", w.count(t, `SELECT count(*) FROM audit WHERE record = '`+id+`' AND action = 'claim'`), 3)
	if after := w.read(w.guy, id); after.State != "sent" {
		t.Errorf("holding it changed it: %s", after.State)
	}
	for _, who := range []*core.Record{w.elmer, w.ann, w.lea} { // their handover, but not their inbox
		refused(t, hold(who, nil), http.StatusNotFound, "not_found")
		refused(t, w.send(who, "/handovers/"+id+"/release", nil), http.StatusNotFound, "not_found")
	}
	refused(t, hold(w.rita, map[string]any{"claim": "yes"}), http.StatusBadRequest, "malformed")
}

// What was escalated away can still be answered by who had it, so both learn who looks at it.
func TestInbox_WhoHasAnEscalatedOneOpen(t *testing.T) {
	w := newTown(t)
	id := w.raise(care.Urgent, nil)
	w.pass(16 * time.Minute)
	into[map[string]any](t, w.send(w.guy, "/handovers/"+id+"/hold", nil), http.StatusOK)
	equal(t, "told to the coordinator", w.looking(w.cora), "Guy")
	equal(t, "told to reception", w.looking(w.rita), "Guy")
}

// Hours: the organisation's own, else core hours; and where to turn meanwhile.
func TestInbox_WhetherTheyAreOpen(t *testing.T) {
	w := newTown(t)
	at := func(hour int) {
		w.clock.Turn(testkit.Monday.Truncate(24 * time.Hour).Add(time.Duration(hour) * time.Hour))
	}
	at(12)
	got := w.inbox(w.rita)
	if len(got.Teams) != 1 || got.Teams[0].Name != "Bridge Surgery" || !got.Teams[0].Open || got.Teams[0].Stated || got.Teams[0].OpensAt != "" {
		t.Errorf("on a working day at noon: %s", toJSON(t, got.Teams))
	}
	if names := toJSON(t, got.Destinations); !strings.Contains(names, "Minds") || strings.Index(names, "Bridge Surgery") > strings.Index(names, "Visitors") {
		t.Errorf("destinations by name: %s", names)
	}
	at(22)
	if got := w.inbox(w.rita).Teams[0]; got.Open || !strings.Contains(got.OpensAt, "T0") {
		t.Errorf("at night: %+v", got)
	}
	w.save(w.practice, map[string]any{"opening_hours": map[string]string{"monday": "21:00-24:00", "tuesday": "21:00-24:00", "wednesday": "21:00-24:00", "thursday": "21:00-24:00"}, "out_of_hours": "Ring 111"})
	w.tick()
	if got := w.inbox(w.rita).Teams[0]; !got.Open || !got.Stated || got.OutOfHours != "Ring 111" {
		t.Errorf("by their own hours: %+v", got)
	}
}

// The trend: the last twelve scores, corrected ones left out, for who has to act on it.
func TestInbox_TheTrendOfAPerson(t *testing.T) {
	w := newTown(t)
	p := w.phoneOf(w.ann)
	add := func(pulse any, more map[string]any) string {
		w.turn(time.Minute)
		r := w.news2Of8()
		r["pulse"] = pulse
		for k, v := range more {
			r[k] = v
		}
		id, err := p.Create(care.Observations, r)
		must(t, err)
		w.sync(p)
		return id
	}
	for range 13 {
		add(80, nil)
	}
	wrong := add(112, nil)
	right := add(85, map[string]any{"replaces": wrong})
	partial := add(nil, nil)
	other := w.Patient(t, "Somebody Else", w.practice)
	w.Caseload(t, other, w.nurses)
	w.tick()
	w.sync(p)
	add(130, map[string]any{"patient": other.Id})
	w.tick()
	var id string
	for _, h := range w.listed(w.guy, "state=all").Items {
		if h.Patient.ID == w.ada.Id {
			id = h.ID
		}
	}
	trend := func(who *core.Record, id string) []pbpages.TrendPoint {
		t.Helper()
		return into[struct{ Trend []pbpages.TrendPoint }](t, w.get(who, "/handovers/"+id), http.StatusOK).Trend
	}
	got := trend(w.guy, id)
	if len(got) != 12 || got[11].ID != partial || got[11].Total != nil || got[11].Band != "high" && got[11].Band != "incomplete" || got[10].ID != right || got[10].Total == nil || got[10].At <= got[9].At {
		t.Errorf("the GP's trend: %s", toJSON(t, got))
	}
	if slices.ContainsFunc(got, func(p pbpages.TrendPoint) bool { return p.ID == wrong }) {
		t.Error("it holds a corrected set")
	}
	raw := w.get(w.guy, "/handovers/"+id).body
	var shown struct{ Trend []map[string]json.RawMessage }
	must(t, json.Unmarshal(raw, &shown))
	for name := range shown.Trend[0] {
		if !slices.Contains([]string{"id", "at", "total", "band", "floor_total", "scale"}, name) {
			t.Errorf("a point tells %s", name)
		}
	}
	equal(t, "in the audit", w.column(`SELECT detail FROM audit WHERE action = 'view' AND record = ? ORDER BY id DESC`, id), `{"count":1,"scores":12}`)
	equal(t, "reception has it too", len(trend(w.rita, id)), 12)
	equal(t, "and its sender, whose person it is", len(trend(w.ann, id)), 12)
	// Closed: what came afterwards is not part of it.
	w.act(w.guy, id, "answer", map[string]any{"outcome": "advice_given", "text": "Thank you"})
	later := add(70, map[string]any{"respiration_rate": 15, "spo2": 98, "temperature": 37.0})
	w.tick()
	if got := trend(w.guy, id); len(got) != 12 || got[11].ID != partial {
		t.Errorf("after %s the closed one shows %s", later, toJSON(t, got))
	}
	// A concern needs no scores; nor do those who get the safe note, or sent it and lost the person.
	concern := w.raise(care.Safeguarding, nil)
	equal(t, "for the safeguarding lead", len(trend(w.sara, concern)), 0)
	byHand := w.raise(care.SameDay, w.mental)
	equal(t, "for mental health", len(trend(w.mia, byHand)), 12)
	into[map[string]any](t, w.send(w.mia, "/handovers/"+byHand+"/hand-on", w.seen(w.mia, byHand, map[string]any{"reason": "Lonely", "to_team": w.visitors.Id, "safe_note": "Visit"})), http.StatusOK)
	w.tick()
	equal(t, "for volunteers", len(trend(w.vera, byHand)), 0)
	for _, row := range w.caseloadRows(w.ada) {
		must(t, w.App.Delete(row))
	}
	w.tick()
	equal(t, "for whom the person has left", len(trend(w.ann, byHand)), 0)
}

func (w *town) caseloadRows(patient *core.Record) []*core.Record {
	w.t.Helper()
	rows, err := w.App.FindRecordsByFilter(care.Caseload, "patient = '"+patient.Id+"'", "", 0, 0)
	must(w.t, err)
	return rows
}

// A row of a list says what can be done to it, as reading it does.
func TestInbox_ARowSaysWhatCanBeDone(t *testing.T) {
	w := newTown(t)
	ids := []string{w.raise(care.SameDay, nil), w.raise(care.Urgent, nil, map[string]any{"situation": "Another"})}
	w.act(w.rita, ids[0], "acknowledge", nil)
	w.pass(16 * time.Minute) // the urgent one is the coordinator's, and still shown
	for _, who := range []*core.Record{w.rita, w.guy, w.ann, w.lea} {
		side := "received"
		if who == w.ann || who == w.lea {
			side = "sent"
		}
		items := into[listOf[view]](t, w.get(who, "/handovers?side="+side), http.StatusOK).Items
		equal(t, "rows of "+who.GetString("name"), len(items), 2)
		for _, item := range items {
			if read := w.read(who, item.ID).May; !slices.Equal(item.May, read) {
				t.Errorf("%s, %s: the row says %v, reading it %v", who.GetString("name"), item.State, item.May, read)
			}
		}
	}
}
