package acceptance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
)

// O12. Bob plans a visit anew that has not arrived yet; when it does, his change is his, at his time.
func TestStory_WhatWaitedForItsRecordKeepsItsAuthorAndTime(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.handOf(w.ann), w.handOf(w.bob)
	visit := w.id()
	written := w.now()
	first := bob.mutation(1, map[string]any{"op": "update", "collection": care.Visits, "id": visit, "patient": w.ada.Id, "base": "",
		"set": map[string]any{"planned_start": care.Stamp(w.now().Add(2 * time.Hour))}})
	if got := bob.took(bob.push(first)); got[0] != "quarantined" {
		t.Fatalf("it ended %v", got)
	}
	w.pass(5 * time.Minute)
	if got := ann.took(ann.push(ann.mutation(1, create(care.Visits, visit, map[string]any{"patient": w.ada.Id, "status": "planned"})))); got[0] != "applied" {
		t.Fatalf("the visit ended %v", got)
	}
	w.tick()
	var changed map[string]care.Change
	ok(t, json.Unmarshal([]byte(w.stored(care.Visits, visit).GetString("changed")), &changed))
	if last := changed["planned_start"]; last.Author != w.bob.Id || last.At.Sub(written).Abs() > time.Second { // his clock differs by some ticks
		t.Errorf("it was changed by %q at %s, want Bob at %s", last.Author, last.At, written)
	}
}

// O15, D10. The same number and key with other words: both are kept, the second whole and once.
func TestStory_OtherWordsUnderAUsedKeyAreKept(t *testing.T) {
	w := newWorld(t)
	ann := w.handOf(w.ann)
	m := ann.mutation(1, create(care.Visits, w.id(), w.visit(w.ada, "Wound clean")))
	ann.took(ann.push(m))
	m["ops"] = []map[string]any{create(care.Visits, w.id(), w.visit(w.ada, "Wound open"))}
	for range 2 {
		if got := ann.took(ann.push(m)); got[0] != "quarantined" {
			t.Errorf("other words ended %v", got)
		}
	}
	rows := w.rows(care.Quarantine, "code = {:c}", dbx.Params{"c": care.CodeKeyTaken})
	if len(rows) != 1 {
		t.Fatalf("they are kept %d times", len(rows))
	}
	if got := ann.took(ann.push(ann.mutation(2, create(care.Visits, w.id(), w.visit(w.ada, "Next"))))); got[0] != "applied" {
		t.Errorf("the next change ended %v", got)
	}
}

// C5. Offline registration and the first visit are one change; the pull that confirms it brings the person.
func TestStory_WhoRegistersAPersonHasThemInTheSamePull(t *testing.T) {
	w := newWorld(t)
	lea, ann := w.handOf(w.lea), w.handOf(w.ann)
	person, visit := w.id(), w.id()
	values := map[string]any{"patient": person, "status": "completed", "note": "First visit"}
	got := lea.took(lea.push(lea.mutation(1, create(care.Patients, person, map[string]any{"family_name": "Newcomer"}), create(care.Visits, visit, values)),
		lea.mutation(2, map[string]any{"op": "update", "collection": care.Patients, "id": person, "patient": person, "base": "", "set": map[string]any{"phone": "01632 960001"}})))
	if got[0] != "applied" || got[1] != "applied" {
		t.Fatalf("they ended %v", got)
	}
	page := w.call(lea.link.bearer, "GET", "/pull?client="+lea.p.Client(), nil).JSON(t)
	brought := map[string]bool{}
	for _, c := range page["changes"].([]any) {
		brought[c.(map[string]any)["id"].(string)] = true
	}
	if page["last_mid"] != float64(2) || !brought[person] || !brought[visit] {
		t.Errorf("the pull that confirms %v brings the person %v, the visit %v", page["last_mid"], brought[person], brought[visit])
	}
	w.sync(ann.p)
	sees(t, ann.p, care.Visits, visit, "note", "First visit")
}
