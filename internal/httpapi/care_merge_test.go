package httpapi_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	reference "doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// merged is what the desk is told of two registrations that are made one.
type merged struct {
	Preview bool `json:"preview"`
	Fields  []struct {
		Field string `json:"field"`
		Takes any    `json:"takes"`
		Open  bool   `json:"open"`
	} `json:"fields"`
	Records map[string]int `json:"records"`
	Teams   []care.Named   `json:"teams"`
}

// again registers Ada a second time, as somebody of another team with a slip in her name would.
func (w *town) again(team *core.Record) *core.Record {
	w.t.Helper()
	second := w.Patient(w.t, "Testpatent", w.practice)
	w.save(second, map[string]any{"phone": "0161 496 0123", "risk_note": "Dog", "date_of_birth": "1941-05-06"})
	w.Caseload(w.t, second, team)
	w.tick()
	return second
}

// filed says under whom a record is filed.
func (w *town) filed(collection, id string) string {
	w.t.Helper()
	return w.column(`SELECT patient FROM ` + collection + ` WHERE id = '` + id + `'`)
}

func (w *town) recordVisit(p *reference.Phone, person, note string) string {
	w.t.Helper()
	id, err := p.Create(care.Visits, map[string]any{"patient": person, "note": note, "status": "completed", "outcome": "care_given"})
	must(w.t, err)
	return id
}

// Two registrations become one by a decision with a preview: records, alarms, handovers, plans and caseloads go along,
// phones hear of it as of any change, and what an old phone goes on writing about the dead one lands on the survivor. Undone,
// everything of the dead registration is there again.
func TestDesk_TwoRegistrationsBecomeOneAndTwoAgain(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit := w.recordVisit(ann, second.Id, "Found at the second address")
	readings := w.news2Of8()
	readings["patient"] = second.Id
	set, err := ann.Create(care.Observations, readings)
	must(t, err)
	goal, err := ann.Create(care.Goals, map[string]any{"patient": second.Id, "words": "To get to the shop"})
	must(t, err)
	step, err := ann.Create(care.GoalSteps, map[string]any{"patient": second.Id, "goal": goal, "task": "A walk to the corner"})
	must(t, err)
	stay, err := ann.Create(care.LoneStays, map[string]any{"team": w.nurses.Id, "home_of": second.Id, "went_in_at": care.Stamp(w.now())})
	must(t, err)
	isAt := func(want string) {
		t.Helper()
		list := into[struct{ Items []httpapi.LoneStay }](t, w.get(w.lea, "/lone"), http.StatusOK).Items
		if len(list) != 1 || list[0].ID != stay || list[0].Person == nil || list[0].Person.ID != want {
			t.Errorf("who is alone, and at whose home: %s, want %s", toJSON(t, list), want)
		}
	}
	w.sync(ann)
	w.tick()
	isAt(second.Id)
	handover := w.column(`SELECT id FROM handovers WHERE patient = '` + second.Id + `' AND to_team = '` + w.surgery.Id + `'`)
	raised := w.count(t, `SELECT count(*) FROM handovers`)
	body := w.insulin(nil)
	body["patient"] = second.Id
	planned := w.plan(w.lea, body).Plan.ID
	w.sync(bob)

	path := "/people/" + second.Id + "/merge"
	before := into[merged](t, w.send(w.lea, path, map[string]any{"into": w.ada.Id, "preview": true}), http.StatusOK)
	equal(t, "a preview changes nothing", w.filed("visits", visit), second.Id)
	takes := map[string]any{}
	for _, f := range before.Fields {
		takes[f.Field] = f.Takes
	}
	if !before.Preview || before.Records["visits"] < 2 || before.Records["observations"] != 1 || before.Records["handovers"] != 1 || before.Records["visit_plans"] != 1 ||
		takes["phone"] != "0161 496 0123" || takes["risk_note"] != "Dog" || takes["family_name"] != "Testpatient" || len(before.Teams) != 1 {
		t.Errorf("the preview says %s", toJSON(t, before))
	}

	into[merged](t, w.send(w.lea, path, map[string]any{"into": w.ada.Id, "choose": map[string]any{"family_name": "dead"}}), http.StatusOK)
	w.tick()
	for collection, id := range map[string]string{"visits": visit, "observations": set, "goals": goal, "goal_steps": step, "handovers": handover, "visit_plans": planned} {
		equal(t, "who has "+collection, w.filed(collection, id), w.ada.Id)
	}
	isAt(w.ada.Id)
	equal(t, "handovers, none of them raised anew", w.count(t, `SELECT count(*) FROM handovers`), raised)
	equal(t, "the handover is open still", w.column(`SELECT state FROM handovers WHERE id = '`+handover+`'`) != "stood_down", true)
	equal(t, "alarms of the dead registration", w.count(t, `SELECT count(*) FROM alarms WHERE patient = '`+second.Id+`'`), 0)
	w.sync(ann, bob)
	for name, p := range map[string]*reference.Phone{"Ann": ann, "Bob": bob} {
		people, visits := heldBy(t, p, care.Patients), heldBy(t, p, care.Visits)
		if people[second.Id] != nil || people[w.ada.Id]["phone"] != "0161 496 0123" || people[w.ada.Id]["family_name"] != "Testpatent" || visits[visit]["patient"] != w.ada.Id {
			t.Errorf("%s's phone has %s and %s", name, toJSON(t, people), toJSON(t, visits[visit]))
		}
	}
	record := into[struct {
		Merged []map[string]any `json:"merged"`
	}](t, w.get(w.lea, "/people/"+w.ada.Id+"/timeline"), http.StatusOK)
	if len(record.Merged) != 1 || record.Merged[0]["id"] != second.Id {
		t.Errorf("the record tells of %s", toJSON(t, record.Merged))
	}
	refused(t, w.get(w.lea, "/people/"+second.Id), http.StatusNotFound, "not_found")
	refused(t, w.send(w.lea, path, map[string]any{"into": w.ada.Id}), http.StatusNotFound, "not_found")

	w.pass(time.Minute)
	onto := w.recordVisit(ann, w.ada.Id, "Written about the one person")
	w.sync(ann)

	into[map[string]any](t, w.send(w.lea, "/people/"+second.Id+"/unmerge", nil), http.StatusOK)
	w.tick()
	for collection, id := range map[string]string{"visits": visit, "observations": set, "goals": goal, "goal_steps": step, "handovers": handover, "visit_plans": planned} {
		equal(t, "who has "+collection+" again", w.filed(collection, id), second.Id)
	}
	isAt(second.Id)
	equal(t, "what was written about the survivor", w.filed("visits", onto), w.ada.Id)
	equal(t, "handovers, after all", w.count(t, `SELECT count(*) FROM handovers`), raised)
	w.sync(ann)
	people := heldBy(t, ann, care.Patients)
	if people[second.Id]["family_name"] != "Testpatent" || people[w.ada.Id]["family_name"] != "Testpatient" || people[w.ada.Id]["phone"] != nil {
		t.Errorf("two again, on the phone: %s", toJSON(t, people))
	}
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action IN ('merge', 'unmerge')`), 4)
	refused(t, w.send(w.lea, "/people/"+second.Id+"/unmerge", nil), http.StatusNotFound, "not_found")
}

// A phone that has not heard of the merge writes about the dead registration: a visit, the person's telephone, and a change
// of a visit. All of it is the survivor's; a name that differs waits for the lead; undone, what was made so goes back.
func TestDesk_WhatAnOldPhoneWritesAboutADeadRegistrationLandsOnTheSurvivor(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	ann := w.phoneOf(w.ann)
	first := w.recordVisit(ann, second.Id, "Before the merge")
	w.sync(ann)

	w.pass(time.Minute)
	late := w.recordVisit(ann, second.Id, "Without a network")
	must(t, ann.Edit(care.Visits, first, map[string]any{"note": "Corrected without a network"}))
	must(t, ann.Edit(care.Patients, second.Id, map[string]any{"family_name": "Testpatint", "access_notes": "Side door"}))
	into[merged](t, w.send(w.lea, "/people/"+second.Id+"/merge", map[string]any{"into": w.ada.Id}), http.StatusOK)
	w.tick()
	w.sync(ann)
	w.tick()
	equal(t, "the late visit", w.filed("visits", late), w.ada.Id)
	equal(t, "the corrected note", w.column(`SELECT note FROM visits WHERE id = '`+first+`'`), "Corrected without a network")
	equal(t, "what only the phone says", w.column(`SELECT access_notes FROM patients WHERE id = '`+w.ada.Id+`'`), "Side door")
	equal(t, "the name stands", w.column(`SELECT family_name FROM patients WHERE id = '`+w.ada.Id+`'`), "Testpatient")
	equal(t, "and the other waits for the lead", w.count(t, `SELECT count(*) FROM conflicts WHERE state = 'open' AND patient = '`+w.ada.Id+`' AND field = 'family_name'`), 1)
	equal(t, "held back", w.count(t, `SELECT count(*) FROM quarantine`), 0)
	equal(t, "left on the phone", ann.Pending(), 0)

	if told := w.unmerge(w.lea, second); !slices.Equal(told.Stays, []string{"access_notes", "family_name"}) {
		t.Errorf("the lead is told that %q stay", told.Stays)
	}
	equal(t, "the late visit, undone", w.filed("visits", late), second.Id)
	equal(t, "the first visit, undone", w.filed("visits", first), second.Id)
}

// What cannot be is refused before anything is stored, and somebody else's people are nobody's to merge.
func TestDesk_RegistrationsThatCannotBeMerged(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	elsewhere := w.again(w.hill)
	hidden := w.again(w.hill)
	w.save(hidden, map[string]any{"address_hidden": true})
	w.tick()
	merge := func(who, dead *core.Record, into string) answer {
		return w.send(who, "/people/"+dead.Id+"/merge", map[string]any{"into": into})
	}
	refused(t, merge(w.lea, second, second.Id), http.StatusBadRequest, "invalid")
	refused(t, merge(w.lea, elsewhere, w.ada.Id), http.StatusNotFound, "not_found")
	refused(t, merge(w.hella, second, w.ada.Id), http.StatusNotFound, "not_found")
	refused(t, merge(w.lea, second, pbtest.ID()), http.StatusNotFound, "not_found")
	refused(t, merge(w.cora, hidden, w.ada.Id), http.StatusBadRequest, "invalid")
	into[merged](t, merge(w.cora, elsewhere, second.Id), http.StatusOK)
	w.tick()
	refused(t, merge(w.lea, second, w.ada.Id), http.StatusBadRequest, "invalid") // somebody was merged into it
	refused(t, w.send(w.otto, "/people/"+elsewhere.Id+"/unmerge", nil), http.StatusForbidden, "forbidden")
	equal(t, "teams that have the one person", w.count(t, `SELECT count(*) FROM sync_grants WHERE to_seq IS NULL AND patient = '`+second.Id+`'`), 2)
}
