package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
)

type coverAnswer struct {
	Preview bool `json:"preview"`
	desk.Covered
}

func (w *town) found(who *core.Record, body map[string]any) listOf[httpapi.FoundPerson] {
	w.t.Helper()
	return into[listOf[httpapi.FoundPerson]](w.t, w.send(who, "/people/search", body), http.StatusOK)
}

// Somebody covers until a time: the preview says what then happens, and it ends by itself.
func TestDesk_ACoverUntilATime(t *testing.T) {
	w := newTown(t)
	ida := w.Patient(t, "Another", w.practice)
	far := w.Patient(t, "Faraway", w.practice)
	w.Caseload(t, ida, w.nurses)
	w.Caseload(t, far, w.hill)
	sam := w.Staff(t, care.SupportWorker, "Sam", w.nurses)
	w.tick()
	phone := w.phoneOf(sam)
	if _, has := phone.View(care.Patients, w.ada.Id); has {
		t.Fatal("a support worker has nobody before")
	}
	until := w.now().Add(8 * time.Hour)
	body := map[string]any{"patients": []string{w.ada.Id, ida.Id, far.Id}, "staff": sam.Id, "to": care.Stamp(until), "reason": "Ann is ill", "preview": true}
	preview := into[coverAnswer](t, w.send(w.lea, "/caseload/cover", body), http.StatusOK)
	if preview.People != 2 || len(preview.NotThere) != 1 || preview.NotThere[0] != far.Id || preview.Backfills.Devices != 1 || preview.Backfills.People != 2 || preview.Purges.Devices != 0 {
		t.Errorf("the preview: %s", toJSON(t, preview))
	}
	equal(t, "rows after a preview", w.count(t, `SELECT count(*) FROM caseload WHERE staff = '`+sam.Id+`'`), 0)
	body["preview"] = false
	done := into[coverAnswer](t, w.send(w.lea, "/caseload/cover", body), http.StatusOK)
	preview.Preview = false
	equal(t, "what happens", toJSON(t, done), toJSON(t, preview))
	again := into[coverAnswer](t, w.send(w.lea, "/caseload/cover", body), http.StatusOK)
	if again.People != 2 || again.Backfills.People != 0 {
		t.Errorf("sent again: %s", toJSON(t, again))
	}
	equal(t, "rows", w.count(t, `SELECT count(*) FROM caseload WHERE staff = '`+sam.Id+`'`), 2)
	w.sync(phone)
	if _, has := phone.View(care.Patients, ida.Id); !has {
		t.Error("the cover did not reach the phone")
	}
	w.pass(8*time.Hour + time.Minute)
	w.sync(phone)
	if _, has := phone.View(care.Patients, ida.Id); has {
		t.Error("the cover did not end")
	}
	delete(body, "preview")
	refused(t, w.send(w.lea, "/caseload/cover", body), http.StatusBadRequest, "invalid") // that time is over
	body["to"] = "soon"
	refused(t, w.send(w.lea, "/caseload/cover", body), http.StatusBadRequest, "invalid")
	body["to"], body["team"] = care.Stamp(w.now().Add(time.Hour)), w.nurses.Id
	refused(t, w.send(w.lea, "/caseload/cover", body), http.StatusBadRequest, "invalid")
	delete(body, "team")
	body["staff"], body["patients"] = w.rita.Id, []string{w.ada.Id}
	refused(t, w.send(w.lea, "/caseload/cover", body), http.StatusConflict, "no_caseload")
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'cover'`), 2)
}

// A desk finds people on its own caseloads, by what it may know of them.
func TestDesk_SearchesPeople(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.visitors)
	w.save(w.ada, map[string]any{"date_of_birth": "1950-04-12"})
	bea := w.Patient(t, "Ångström%", w.practice)
	w.Caseload(t, bea, w.bob)
	w.Caseload(t, w.Patient(t, "Faraway", w.practice), w.hill)
	w.Put(t, care.Caseload, map[string]any{"patient": w.Patient(t, "Gone", w.practice).Id, "team": w.nurses.Id, "to": w.now().Add(-time.Hour)})
	w.tick()
	for text, want := range map[string]int{"": 2, "testp": 1, "TESTPATIENT ada": 1, "ada nobody": 0, "faraway": 0, "gone": 0, "999 000 0018": 1, "9990000018": 1, "%": 2, "_": 2, "TESTPATIENT, Ada": 1, "1950-04-12": 1, "12/4/1950": 1, "12.04.1950": 1, "12 April 1950": 1, "13/4/1950": 0} { // U17
		equal(t, "found by "+text, len(w.found(w.lea, map[string]any{"text": text}).Items), want)
	}
	got := w.found(w.lea, map[string]any{"text": "testp"}).Items[0]
	if len(got.Teams) != 2 || len(got.Staff) != 0 || got.Person.FamilyName != "Testpatient" {
		t.Errorf("who has her: %s", toJSON(t, got))
	}
	equal(t, "the coordinator finds the neighbourhood's", len(w.found(w.cora, nil).Items), 3)
	first := w.found(w.lea, map[string]any{"limit": 1})
	second := w.found(w.lea, map[string]any{"limit": 1, "cursor": first.Cursor})
	if !first.More || second.More || len(second.Items) != 1 || second.Items[0].Person.ID == first.Items[0].Person.ID {
		t.Errorf("page by page: %s then %s", toJSON(t, first), toJSON(t, second))
	}
	refused(t, w.send(w.lea, "/people/search", map[string]any{"cursor": "!"}), http.StatusBadRequest, "cursor")
	refused(t, w.send(w.lea, "/people/search", map[string]any{"text": strings.Repeat("x", 101)}), http.StatusBadRequest, "invalid")
	equal(t, "the audit names whose", w.column(`SELECT detail FROM audit WHERE action = 'search' AND actor = ? ORDER BY id LIMIT 1`, w.cora.Id) != "", true)
}

// B7. However a person is written and typed, a desk finds whom it means, is told by what, and finds nobody else's people.
func TestDesk_FindsPeopleHoweverTheyAreTyped(t *testing.T) {
	w := newTown(t)
	sian, far := w.Patient(t, "O’Madeup", w.practice), w.Patient(t, "Faraway", w.practice)
	about := map[string]any{"given_name": "Siân", "date_of_birth": "1944-02-03", "phone": "+44 161 496 0123", "postcode": "M41 5BU", "address": "14 Oak Street", "nhs_number": "9990020000"}
	w.save(sian, about)
	w.save(far, about)
	w.Caseload(t, sian, w.nurses)
	w.Caseload(t, far, w.hill)
	w.tick()
	for typed, by := range map[string]string{"o'madeup": "[name]", "omadeup sian": "[name]", "SIAN": "[name]", "O’MADEUP, Siân": "[name]", "999-002-0000": "[nhs_number]", "9990020000": "[nhs_number]",
		"3/2/44": "[date_of_birth]", "1944-02-03": "[date_of_birth]", "03021944": "[date_of_birth]", "0161 496 0123": "[phone]", "+441614960123": "[phone]", "m415bu": "[address]", "oak street": "[address]",
		"o madeup": "[name]", "sian 0161 496 0123 3 Feb 1944": "[name date_of_birth phone]"} {
		found := w.found(w.lea, map[string]any{"text": typed}).Items
		if len(found) != 1 || found[0].Person.ID != sian.Id || fmt.Sprint(found[0].FoundBy) != by {
			t.Errorf("%q, to be found by %s: %s", typed, by, toJSON(t, found))
		}
	}
	w.save(sian, map[string]any{"family_name": "Renamed"})
	equal(t, "found by a name of before", len(w.found(w.lea, map[string]any{"text": "omadeup"}).Items), 0)
	equal(t, "found by the name of now", len(w.found(w.lea, map[string]any{"text": "renamed"}).Items), 1)

	// Whose name begins with what was typed comes first, and pages go on from there.
	w.Caseload(t, w.Patient(t, "Aarenson", w.practice), w.nurses)
	first := w.found(w.lea, map[string]any{"text": "ren", "limit": 1})
	second := w.found(w.lea, map[string]any{"text": "ren", "limit": 1, "cursor": first.Cursor})
	if len(first.Items) != 1 || first.Items[0].Person.FamilyName != "Renamed" || !first.More || len(second.Items) != 1 || second.Items[0].Person.FamilyName != "Aarenson" || second.More {
		t.Errorf("%s then %s", toJSON(t, first), toJSON(t, second))
	}
}

// A voluntary service finds its own people by what volunteers know, and does not learn who else visits.
func TestDesk_AVoluntaryServiceLearnsNothingClinical(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.visitors)
	w.Caseload(t, w.ada, w.vic)
	w.Put(t, care.Caseload, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "reason": "Psychosis", "cohort": "smi"})
	w.tick()
	for text, want := range map[string]int{"ada": 1, "testpatient": 0, "9990000018": 0, "1941": 0} {
		equal(t, "found by "+text, len(w.found(w.vera, map[string]any{"text": text}).Items), want)
	}
	a := w.send(w.vera, "/people/search", nil)
	b := w.get(w.vera, "/caseload?patient="+w.ada.Id)
	c := w.get(w.vera, "/staff/"+w.vic.Id+"/work")
	for _, answer := range []string{string(a.body), string(b.body), string(c.body)} {
		for _, secret := range []string{"Testpatient", "999000", "1941-0", "Nurses", "Minds", "Psychosis", "smi"} {
			if strings.Contains(answer, secret) {
				t.Errorf("the coordinator reads %q in %s", secret, answer)
			}
		}
		if !strings.Contains(answer, `"Ada"`) {
			t.Errorf("she reads nothing of her own: %s", answer)
		}
	}
	w.save(w.ada, map[string]any{"consent": nil})
	w.tick()
	equal(t, "without consent", len(w.found(w.vera, nil).Items), 0)
}

// What hangs on somebody, by name for those who may know, as a number for who keeps the accounts.
func TestDesk_WhatHangsOnSomebody(t *testing.T) {
	w := newTown(t)
	w.save(w.mia, map[string]any{"organisation": w.service.Id})
	admin := w.Staff(t, care.Administrator, "Ivan")
	w.save(admin, map[string]any{"organisation": w.service.Id})
	lead := w.Staff(t, care.TeamLead, "Max", w.mental)
	w.Caseload(t, w.ada, w.mia)
	w.tick()
	w.phoneOf(w.mia)
	w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "staff": w.mia.Id, "status": "planned"})
	w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.mia.Id, "status": "planned"})
	w.tick()
	id := w.raise(care.SameDay, w.mental)
	w.act(w.mia, id, "accept", nil)
	got := into[httpapi.Work](t, w.get(lead, "/staff/"+w.mia.Id+"/work"), http.StatusOK)
	if got.Staff.Name != "Mia" || len(got.Visits) != 2 || got.Visits[0].Yours == got.Visits[1].Yours || len(got.People) != 1 || got.People[0].FamilyName != "Testpatient" ||
		len(got.Handovers) != 1 || got.Handovers[0].Patient == nil || got.Handovers[0].Class != "SD" || len(got.Devices) != 1 || got.Unsent != 0 {
		t.Errorf("her lead reads %s", toJSON(t, got))
	}
	a := w.get(admin, "/staff/"+w.mia.Id+"/work")
	if strings.Contains(string(a.body), "Testpatient") || strings.Contains(string(a.body), "SD") {
		t.Errorf("the administrator reads %s", a.body)
	}
	equal(t, "handovers counted", len(into[httpapi.Work](t, a, http.StatusOK).Handovers), 1)
	refused(t, w.get(w.lea, "/staff/"+w.mia.Id+"/work"), http.StatusNotFound, "not_found")
}

// Somebody leaves who covers for a person another team has now: they leave all the same.
func TestStaff_ALeaverWithSomebodyElsesPerson(t *testing.T) {
	w := newTown(t)
	sam := w.Staff(t, care.SupportWorker, "Sam", w.nurses)
	far := w.Patient(t, "Faraway", w.practice)
	w.Caseload(t, far, w.hill)
	w.Caseload(t, far, sam)
	w.tick()
	left := into[desk.Left](t, w.send(w.lea, "/staff/"+sam.Id+"/leave", map[string]any{"to": w.bob.Id}), http.StatusOK)
	if left.Moved.People != 0 || len(left.Left.People) != 1 {
		t.Errorf("what is left: %s", toJSON(t, left))
	}
}

// What a form must know about a field is what the server checks.
func TestDesk_Fields(t *testing.T) {
	w := newTown(t)
	type field struct {
		Collection, Name, Kind string
		Values                 []string
		Min, Max               *float64
		Once                   bool
	}
	by := map[string]field{}
	for _, f := range into[listOf[field]](t, w.get(w.lea, "/fields"), http.StatusOK).Items {
		by[f.Collection+"."+f.Name] = f
	}
	pulse, outcome, note := by["observations.pulse"], by["visits.outcome"], by["visits.note"]
	if pulse.Kind != "int" || *pulse.Min != 0 || *pulse.Max != 350 || !pulse.Once || outcome.Kind != "enum" || len(outcome.Values) != len(care.VisitOutcomes) || *note.Max != 20000 || note.Once {
		t.Errorf("pulse %+v, outcome %+v, note %+v", pulse, outcome, note)
	}
	for _, absent := range []string{"observations.news2", "conflicts.kept", "staff.role"} {
		if _, there := by[absent]; there {
			t.Errorf("%s is not for a form", absent)
		}
	}
}

// The end of the chain may hand out a phone in every team of the neighbourhood; a lead in theirs.
func TestDesk_SignInCodesOfTheCoordinator(t *testing.T) {
	w := newTown(t)
	code := func(who, staff *core.Record) answer {
		return w.post(t, "/api/sync/v1/sign-in-codes", w.Token(t, who), map[string]any{"staff": staff.Id})
	}
	equal(t, "the coordinator's", code(w.cora, w.ann).status, http.StatusCreated)
	refused(t, code(w.hella, w.ann), http.StatusNotFound, "not_found")
	refused(t, code(w.vera, w.ann), http.StatusNotFound, "not_found")
	w.save(w.visitors, map[string]any{"neighbourhood": w.Put(t, care.Neighbourhoods, map[string]any{"name": "Elsewhere"}).Id})
	w.tick()
	refused(t, code(w.cora, w.vic), http.StatusNotFound, "not_found")
}
