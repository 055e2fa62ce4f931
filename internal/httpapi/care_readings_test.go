package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/pbpages"
)

// everyReading is a set that holds every reading of the table and scores 8.
func (w *town) everyReading() map[string]any {
	set := w.news2Of8()
	for _, r := range care.Readings() {
		if _, has := set[r.Name]; !has {
			set[r.Name] = r.Ordinary()
		}
	}
	return set
}

// A reading is a row: whatever is in the table is stored, comes back to a phone, and is in the inbox, in
// the text and, where it is followed over time, beside the trend.
func TestCare_EveryReadingOfTheTableReachesPhoneInboxTextAndTrend(t *testing.T) {
	w := newTown(t)
	p := w.phoneOf(w.ann)
	set := w.everyReading()
	id, err := p.Create(care.Observations, set)
	must(t, err)
	w.sync(p)
	w.tick()
	w.sync(p)
	seen, ok := p.View(care.Observations, id)
	if !ok {
		t.Fatal("the phone does not hold its own set")
	}
	h := w.listed(w.guy, "state=all").Items[0]
	got := w.read(w.guy, h.ID)
	if len(got.Evidence) != 1 {
		t.Fatalf("evidence: %s", toJSON(t, got.Evidence))
	}
	measured := w.measured(w.guy, h.ID)
	if len(measured) != 1 || measured[0].ID != id {
		t.Fatalf("measured: %s", toJSON(t, measured))
	}
	for _, r := range care.Readings() {
		want := toJSON(t, set[r.Name])
		if have := toJSON(t, seen.Values[r.Name]); have != want {
			t.Errorf("the phone reads %s as %s, want %s", r.Name, have, want)
		}
		if have := toJSON(t, got.Evidence[0].Values[r.Name]); have != want {
			t.Errorf("the inbox reads %s as %s, want %s", r.Name, have, want)
		}
		switch have, shown := measured[0].Readings[r.Name]; {
		case shown != r.Trend:
			t.Errorf("%s beside the trend: %v, want %v", r.Name, shown, r.Trend)
		case r.Trend && toJSON(t, have) != want:
			t.Errorf("beside the trend %s is %v, want %s", r.Name, have, want)
		}
	}
	var values map[string]any
	must(t, json.Unmarshal([]byte(toJSON(t, set)), &values))
	var score map[string]any
	must(t, json.Unmarshal(got.Evidence[0].NEWS2, &score))
	text := care.ReadingsText(values, func(parameter string) *int {
		n, ok := score[parameter].(float64)
		if !ok {
			return nil
		}
		points := int(n)
		return &points
	}, true)
	if !strings.Contains(got.Assessment, text) {
		t.Errorf("the assessment lacks %q:\n%s", text, got.Assessment)
	}
}

func (w *town) measured(who *core.Record, handover string) []pbpages.Measured {
	w.t.Helper()
	return into[struct{ Measured []pbpages.Measured }](w.t, w.get(who, "/handovers/"+handover), http.StatusOK).Measured
}

// What is followed over time is for who reads the trend, and a set of it alone is no score.
func TestInbox_WhatIsMeasuredOverTime(t *testing.T) {
	w := newTown(t)
	p := w.phoneOf(w.ann)
	add := func(values map[string]any) string {
		w.turn(time.Minute)
		values["patient"], values["taken_at"] = w.ada.Id, care.Stamp(w.now())
		id, err := p.Create(care.Observations, values)
		must(t, err)
		w.sync(p)
		return id
	}
	first := add(map[string]any{"weight": 72.5})
	slip := add(map[string]any{"weight": 7.2, "blood_glucose": 6.1})
	right := add(map[string]any{"weight": 72.0, "blood_glucose": 6.1, "replaces": slip})
	add(map[string]any{"pulse": 70, "diastolic": 80}) // nothing that is followed
	zero := add(map[string]any{"pain_score": 0})
	handed := w.raise(care.SameDay, nil)
	got := w.measured(w.guy, handed)
	if len(got) != 3 || got[0].ID != first || got[1].ID != right || got[2].ID != zero || toJSON(t, got[1].Readings) != `{"blood_glucose":6.1,"weight":72}` || toJSON(t, got[2].Readings) != `{"pain_score":0}` {
		t.Errorf("the GP reads %s", toJSON(t, got))
	}
	if n := len(into[struct{ Trend []pbpages.TrendPoint }](t, w.get(w.guy, "/handovers/"+handed), http.StatusOK).Trend); n != 1 {
		t.Errorf("%d sets are scored, want the one with a pulse", n)
	}
	equal(t, "in the audit", w.column(`SELECT detail FROM audit WHERE action = 'view' AND record = ? ORDER BY id DESC`, handed), `{"count":1,"scores":1,"measured":3}`)
	equal(t, "its sender, whose person it is", len(w.measured(w.ann, handed)), 3)
	equal(t, "the safeguarding lead, of a concern", len(w.measured(w.sara, w.raise(care.Safeguarding, nil))), 0)
	toVolunteers := w.raise(care.SameDay, w.visitors, map[string]any{"safe_note": "Visit"})
	equal(t, "volunteers", len(w.measured(w.vera, toVolunteers)), 0)
	for _, row := range w.caseloadRows(w.ada) {
		must(t, w.App.Delete(row))
	}
	w.tick()
	equal(t, "for whom the person has left", len(w.measured(w.ann, handed)), 0)
}
