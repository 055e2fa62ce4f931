package httpapi_test

import (
	"net/http"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
)

// personRecord is what the desk reads of a person.
type personRecord struct {
	Version   int64             `json:"version"`
	Fields    map[string]any    `json:"fields"`
	Names     map[string]string `json:"names"`
	Services  []care.Named      `json:"services"`
	SetsScale bool              `json:"sets_scale"`
}

// U14, U15. A lead corrects a record at the desk, and phones get it as they get a colleague's change.
func TestDesk_CorrectsAPersonsRecord(t *testing.T) {
	w := newTown(t)
	ida := w.Patient(t, "Another", w.practice)
	w.Caseload(t, ida, w.nurses)
	w.save(ida, map[string]any{"nhs_number": "9990000026"})
	w.tick()
	phone := w.phoneOf(w.ann)
	path := "/people/" + w.ada.Id
	before := into[personRecord](t, w.get(w.lea, path), http.StatusOK)
	if before.Fields["family_name"] != "Testpatient" || !before.SetsScale || len(before.Services) != 1 || before.Names[w.service.Id] != "Friendly Visits" || before.Names[w.lea.Id] != "Lea" {
		t.Errorf("the form begins with %s", toJSON(t, before))
	}
	equal(t, "a coordinator decides no scale", into[personRecord](t, w.get(w.cora, path), http.StatusOK).SetsScale, false)

	said := append(before.Fields["consent"].([]any), map[string]any{"service": w.service.Id, "given": false, "how": "by telephone"})
	set := map[string]any{"family_name": "O’Madeup", "given_name": "Siân", "communication_needs": []string{"interpreter", "braille"}, "pregnant": false, "objection": true, "lead": w.bob.Id,
		"spo2_scale": map[string]any{"scale": 2, "reason": "COPD"}, "consent": said, "died_on": "2020-01-01"}
	was := map[string]any{}
	for field := range set {
		was[field] = before.Fields[field]
	}
	after := into[personRecord](t, w.send(w.lea, path+"/correct", map[string]any{"set": set, "was": was}), http.StatusOK)
	if after.Version <= before.Version || after.Fields["family_name"] != "O’Madeup" || after.Names[w.bob.Id] != "Bob" {
		t.Errorf("after: %s", toJSON(t, after))
	}
	w.sync(phone)
	seen, _ := phone.View(care.Patients, w.ada.Id)
	held := seen.Values
	scale, _ := held["spo2_scale"].(map[string]any)
	if held["family_name"] != "O’Madeup" || held["died_on"] != "2020-01-01" || scale["author"] != w.lea.Id || scale["role"] != "team_lead" {
		t.Errorf("the phone has %s", toJSON(t, held))
	}
	equal(t, "issues", w.count(t, `SELECT count(*) FROM conflicts`)+w.count(t, `SELECT count(*) FROM quarantine`), 0)
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'correct' AND patient = '`+w.ada.Id+`'`), 1)

	for _, c := range []struct {
		name, field string
		value, was  any
		status      int
		code        string
	}{
		{"a number that belongs to somebody else", "nhs_number", "999 000 0026", "9990000018", http.StatusConflict, "same_number"},
		{"a birthday that is to come", "date_of_birth", "2999-01-01", "1941-05-06", http.StatusBadRequest, "out_of_range"},
		{"a death that is to come", "died_on", "2999-01-01", "2020-01-01", http.StatusBadRequest, "out_of_range"},
		{"a death before the birth", "died_on", "1930-01-01", "2020-01-01", http.StatusBadRequest, "out_of_range"},
		{"no name", "family_name", nil, "O’Madeup", http.StatusBadRequest, "invalid"},
		{"what somebody changed since", "family_name", "Third", "Testpatient", http.StatusConflict, "changed"},
		{"what the server writes", "nhs_number_status", "verified", nil, http.StatusBadRequest, "invalid"},
	} {
		no := refused(t, w.send(w.lea, path+"/correct", map[string]any{"set": map[string]any{c.field: c.value, "phone": "0161"}, "was": map[string]any{c.field: c.was, "phone": nil}}), c.status, c.code)
		if len(no.Fields) != 1 || no.Fields[0].Field != c.field {
			t.Errorf("%s: said of %+v", c.name, no)
		}
		equal(t, c.name+": all or nothing", into[personRecord](t, w.get(w.lea, path), http.StatusOK).Version, after.Version)
	}
	refused(t, w.get(w.hella, path), http.StatusNotFound, "not_found")
	refused(t, w.send(w.hella, path+"/correct", map[string]any{"set": map[string]any{}, "was": map[string]any{}}), http.StatusNotFound, "not_found")
}

// A sensitive address is told to those who have the person, and to nobody else: not to the practice, and not by searching.
func TestDesk_ASensitiveAddressIsForThoseWhoVisit(t *testing.T) {
	w := newTown(t)
	w.save(w.ada, map[string]any{"address": "14 Oak Street", "postcode": "M41 5BU", "phone": "0161 496 0123", "address_hidden": true})
	w.tick()
	handover := w.raise(care.Urgent, nil)
	for _, c := range []struct {
		name string
		seen bool
		told httpapi.FoundPerson
	}{
		{"the lead who has her", true, w.found(w.lea, map[string]any{"text": "ada"}).Items[0]},
		{"the coordinator who oversees", false, w.found(w.cora, map[string]any{"text": "ada"}).Items[0]},
	} {
		if p := c.told.Person; (p.Address != "") != c.seen || (p.Postcode != "") != c.seen || (p.Phone != "") != c.seen || !p.AddressHidden {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
	if p := w.read(w.guy, handover).Patient; p.FamilyName == "" || p.Address+p.Postcode+p.Phone != "" || !p.AddressHidden {
		t.Errorf("the practice is told %+v", p)
	}
	for _, typed := range []string{"oak street", "m415bu", "0161 496 0123"} {
		equal(t, "found by "+typed, len(w.found(w.lea, map[string]any{"text": typed}).Items), 0)
	}
	record := into[personRecord](t, w.get(w.cora, "/people/"+w.ada.Id), http.StatusOK)
	for _, field := range []string{"address", "postcode", "phone"} {
		if _, shown := record.Fields[field]; shown {
			t.Errorf("the coordinator reads %s", field)
		}
	}
	seen, _ := w.phoneOf(w.ann).View(care.Patients, w.ada.Id)
	held := seen.Values
	if held["address"] != "14 Oak Street" || held["address_hidden"] != true {
		t.Errorf("whoever visits has %s", toJSON(t, held))
	}
}

// Whoever oversees a neighbourhood corrects the records of its people, and makes two registrations one, though their own team
// has neither of them.
func TestDesk_ACoordinatorCorrectsWhomTheyOversee(t *testing.T) {
	w := newTown(t)
	second := w.again(w.hill)
	after := into[personRecord](t, w.send(w.cora, "/people/"+w.ada.Id+"/correct", map[string]any{"set": map[string]any{"given_name": "Corrected"}, "was": map[string]any{"given_name": w.ada.GetString("given_name")}}), http.StatusOK)
	equal(t, "her name", after.Fields["given_name"], any("Corrected"))
	w.merge(w.cora, second, map[string]any{"family_name": "dead"})
	equal(t, "her family's name", w.column(`SELECT family_name FROM patients WHERE id = ?`, w.ada.Id), "Testpatent")
	w.unmerge(w.cora, second)
	equal(t, "her family's name, of two again", w.column(`SELECT family_name FROM patients WHERE id = ?`, w.ada.Id), "Testpatient")
}

// Whoever looks after volunteers records that a person wants them no more: the service has the person no more at once. That
// somebody goes on agreeing takes nobody away, and of whom they have not got they are told nothing.
func TestDesk_ACoordinatorOfVolunteersRecordsWhatAPersonSays(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.visitors)
	w.Put(t, care.Caseload, map[string]any{"patient": w.ada.Id, "staff": w.vic.Id, "reason": "her visitor"})
	other := w.Patient(t, "Other", w.practice)
	w.Caseload(t, other, w.visitors) // without consent
	w.tick()
	vic := w.phoneOf(w.vic)
	path := "/people/" + w.ada.Id + "/consent"
	refused(t, w.send(w.vera, "/people/"+other.Id+"/consent", map[string]any{"given": true}), http.StatusNotFound, "not_found")
	refused(t, w.send(w.vera, path, map[string]any{}), http.StatusBadRequest, "invalid")
	refused(t, w.send(w.lea, path, map[string]any{"given": false}), http.StatusForbidden, "forbidden")
	into[map[string]any](t, w.send(w.vera, path, map[string]any{"given": true, "expires": "2100-12-31"}), http.StatusOK)
	w.tick()
	w.sync(vic)
	if _, there := heldBy(t, vic, care.Patients)[w.ada.Id]; !there {
		t.Error("she agreed, and the volunteer lost her")
	}
	into[map[string]any](t, w.send(w.vera, path, map[string]any{"given": false, "how": "on the telephone"}), http.StatusOK)
	w.tick()
	w.sync(vic)
	if len(heldBy(t, vic, care.Patients)) != 0 {
		t.Error("the volunteer has her still")
	}
	refused(t, w.send(w.vera, path, map[string]any{"given": true}), http.StatusNotFound, "not_found")
	record := into[personRecord](t, w.get(w.lea, "/people/"+w.ada.Id), http.StatusOK)
	said := record.Fields["consent"].([]any)
	if last, _ := said[len(said)-1].(map[string]any); len(said) != 3 || last["given"] != false || record.Names[w.vera.Id] != "Vera" {
		t.Errorf("direct care reads %s", toJSON(t, record))
	}
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'consent'`), 2)
}
