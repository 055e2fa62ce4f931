package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit/pbtest"
)

type listAnswer struct {
	List     *httpapi.ContactList `json:"list"`
	Means    int                  `json:"means"`
	LookedAt int                  `json:"looked_at"`
	Broke    int                  `json:"broke"`
	BrokeWhy string               `json:"broke_why"`
}

type listedAnswer struct {
	Listed *httpapi.ListedPerson `json:"listed"`
}

// frail is a list of the nurses', for tests to change.
func (w *town) frail(change map[string]any) map[string]any {
	body := map[string]any{"team": w.nurses.Id, "name": "Frailty", "every_days": 14, "review_days": 365, "shown": "clinical"}
	for name, v := range change {
		body[name] = v
	}
	return body
}

func (w *town) makeList(who *core.Record, change map[string]any) httpapi.ContactList {
	w.t.Helper()
	return *into[listAnswer](w.t, w.send(who, "/contact-lists", w.frail(change)), http.StatusCreated).List
}

func (w *town) onList(who *core.Record, list, query string) []httpapi.ListedPerson {
	w.t.Helper()
	return into[struct{ Items []httpapi.ListedPerson }](w.t, w.get(who, "/contact-lists/"+list+"/people"+query), http.StatusOK).Items
}

// contacts lets what was recorded reach the lists, as the job does.
func (w *town) contacts() {
	w.t.Helper()
	w.tick()
	must(w.t, w.api.WorkContacts(w.t.Context()))
}

// listsOn are the lists that somebody's record names on a phone.
func listsOn(t *testing.T, held map[string]any, field string) (names []string) {
	t.Helper()
	var list []struct{ Name string }
	raw, err := json.Marshal(held[field])
	must(t, err)
	must(t, json.Unmarshal(raw, &list))
	for _, l := range list {
		names = append(names, l.Name)
	}
	return names
}

func TestCare_SomebodyOnAListIsDueUntilTheyAreSeen(t *testing.T) {
	w := newTown(t)
	list := w.makeList(w.lea, nil)
	today := w.dayAhead(0)
	on := into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": w.ada.Id, "reason": "Lives alone"}), http.StatusOK).Listed
	if on == nil || on.DueOn != w.dayAhead(14) || on.State != "later" || on.By.Name != "Lea" || on.Reason != "Lives alone" || on.Since != today || on.LastAt != "" {
		t.Fatalf("put on the list: %s", toJSON(t, on))
	}
	ann := w.phoneOf(w.ann)
	equal(t, "on Ann's phone", strings.Join(listsOn(t, heldBy(t, ann, care.Patients)[w.ada.Id], "contact_lists"), ", "), "Frailty")

	// Two weeks and a day later nobody has been there.
	w.pass(15 * 24 * time.Hour)
	w.contacts()
	if due := w.onList(w.lea, list.ID, "?state=overdue"); len(due) != 1 || due[0].State != "overdue" || due[0].Patient.FamilyName != "Testpatient" {
		t.Errorf("overdue: %s", toJSON(t, due))
	}
	offered := into[struct{ Items []httpapi.ListedPerson }](t, w.get(w.lea, "/contact-lists/due?team="+w.nurses.Id), http.StatusOK).Items
	if len(offered) != 1 || offered[0].List.Name != "Frailty" || offered[0].Planned != "" {
		t.Errorf("the planner is offered %s", toJSON(t, offered))
	}
	w.plan(w.lea, w.insulin(map[string]any{"rule": "FREQ=DAILY;COUNT=1", "staff": w.ann.Id}))
	if offered = into[struct{ Items []httpapi.ListedPerson }](t, w.get(w.lea, "/contact-lists/due?team="+w.nurses.Id), http.StatusOK).Items; len(offered) != 1 || offered[0].Planned == "" {
		t.Errorf("once a visit is planned: %s", toJSON(t, offered))
	}

	// Nobody opened the door; then Ann saw her.
	for _, status := range []string{"no_access", "completed"} {
		_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.ann.Id, "purpose": "wellbeing", "status": status, "started_at": care.Stamp(w.now())})
		must(t, err)
		w.sync(ann)
		w.contacts()
		seen := w.onList(w.lea, list.ID, "")[0]
		if want := map[string]string{"no_access": "overdue", "completed": "later"}[status]; seen.State != want || (seen.LastStaff != nil) != (status == "completed") {
			t.Errorf("%s: %s", status, toJSON(t, seen))
		}
	}
	seen := w.onList(w.lea, list.ID, "")[0]
	if seen.LastStaff.Name != "Ann" || seen.LastTeam.Name != "Riverside Nurses" || seen.DueOn != w.dayAhead(14) {
		t.Errorf("seen: %s", toJSON(t, seen))
	}
	lists := into[struct{ Items []httpapi.ContactList }](t, w.get(w.lea, "/contact-lists"), http.StatusOK).Items
	if len(lists) != 1 || lists[0].Counts.On != 1 || lists[0].Counts.People != 1 || lists[0].Counts.Seen != 1 || lists[0].Counts.Overdue != 0 {
		t.Errorf("counts: %s", toJSON(t, lists))
	}

	// The review of the plan is noted with who did it.
	reviewed := into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/reviewed", map[string]any{"patient": w.ada.Id}), http.StatusOK).Listed
	if reviewed.ReviewedOn != w.dayAhead(0) || reviewed.ReviewedBy.Name != "Lea" {
		t.Errorf("reviewed: %s", toJSON(t, reviewed))
	}
	refused(t, w.send(w.lea, "/contact-lists/"+list.ID+"/reviewed", map[string]any{"patient": w.ada.Id, "on": w.dayAhead(1)}), http.StatusBadRequest, "invalid")

	// She is taken off, and no phone says that she is on it.
	into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/off", map[string]any{"patient": w.ada.Id, "reason": "Moved in with her daughter"}), http.StatusOK)
	w.sync(ann)
	equal(t, "on Ann's phone", len(listsOn(t, heldBy(t, ann, care.Patients)[w.ada.Id], "contact_lists")), 0)
	equal(t, "noted", w.column(`SELECT count(*) FROM audit WHERE collection = 'contact_lists' AND action IN ('make_list', 'put_on_list', 'review_listed', 'take_off_list')`), "4")
}

func TestCare_ARuleKeepsAListAndAPersonDecidesAgainstIt(t *testing.T) {
	w := newTown(t)
	bea, cyd := w.Patient(t, "Otherpatient", w.practice), w.Patient(t, "Thirdpatient", w.practice)
	w.Put(t, care.Caseload, map[string]any{"patient": bea.Id, "team": w.nurses.Id, "cohort": "frailty", "contact_every_days": 7})
	w.Caseload(t, cyd, w.nurses)
	w.tick()
	rule := `"frailty" in groups || history.filter(h, h.collection == "visits" && h.record.purpose == "fall").size() >= 2`
	preview := into[listAnswer](t, w.send(w.lea, "/contact-lists", w.frail(map[string]any{"rule": rule, "preview": true})), http.StatusOK)
	if preview.Means != 1 || preview.LookedAt != 3 || preview.List != nil {
		t.Errorf("preview: %s", toJSON(t, preview))
	}
	equal(t, "lists", w.column("SELECT count(*) FROM contact_lists"), "0")
	list := w.makeList(w.lea, map[string]any{"rule": rule})
	names := func() string {
		var all []string
		for _, p := range w.onList(w.lea, list.ID, "") {
			all = append(all, p.Patient.FamilyName)
		}
		return strings.Join(all, ", ")
	}
	equal(t, "on the list", names(), "Otherpatient")
	if on := w.onList(w.lea, list.ID, "")[0]; on.EveryDays != 7 || on.By != nil {
		t.Errorf("as often as their caseload says: %s", toJSON(t, on))
	}

	// Ada falls twice: the next night she is on it.
	ann := w.phoneOf(w.ann)
	for range 2 {
		_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "purpose": "fall", "status": "completed", "started_at": care.Stamp(w.now())})
		must(t, err)
	}
	w.sync(ann)
	w.contacts()
	equal(t, "the same day", names(), "Otherpatient")
	w.pass(24 * time.Hour)
	w.contacts()
	equal(t, "the next night", names(), "Otherpatient, Testpatient")

	// Lea takes Bea off and puts Cyd on: the rule does neither undo.
	into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/off", map[string]any{"patient": bea.Id}), http.StatusOK)
	into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": cyd.Id}), http.StatusOK)
	w.pass(24 * time.Hour)
	w.contacts()
	equal(t, "by hand", names(), "Testpatient, Thirdpatient")

	// Who leaves the caseload, or died, leaves the list; a fall of three months ago counts no more.
	w.save(cyd, map[string]any{"died_on": w.dayAhead(0)})
	w.contacts()
	equal(t, "one died", names(), "Testpatient")
	w.pass(91 * 24 * time.Hour)
	w.contacts()
	equal(t, "after three months", names(), "")
	equal(t, "why they left", w.column(`SELECT group_concat(left_why, ' ') FROM (SELECT left_why FROM contact_people ORDER BY left_why)`), "by_hand died rule")

	// It ends, and is shown no more.
	into[listAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/end", map[string]any{}), http.StatusOK)
	equal(t, "lists", len(into[struct{ Items []httpapi.ContactList }](t, w.get(w.lea, "/contact-lists"), http.StatusOK).Items), 0)
}

// Who may know: what a list is called may itself tell something.
func TestCare_AListIsKnownToWhomItsKeeperSays(t *testing.T) {
	w := newTown(t)
	w.Caseload(t, w.ada, w.visitors)
	w.Put(t, care.Caseload, map[string]any{"patient": w.ada.Id, "staff": w.vic.Id})
	w.tick()
	put := func(who *core.Record, change map[string]any) string {
		list := w.makeList(who, change)
		into[listedAnswer](t, w.send(who, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": w.ada.Id}), http.StatusOK)
		return list.ID
	}
	secret := put(w.lea, map[string]any{"name": "Domestic abuse", "shown": "desk"})
	put(w.lea, map[string]any{"name": "Palliative", "shown": "clinical"})
	put(w.lea, map[string]any{"name": "Dementia", "shown": "all", "safe_name": "Regular contact"})
	weekly := put(w.vera, map[string]any{"team": w.visitors.Id, "name": "Weekly call", "every_days": 7, "shown": "all"})
	ann, vic := w.phoneOf(w.ann), w.phoneOf(w.vic)
	clinical := heldBy(t, ann, care.Patients)[w.ada.Id]
	limited := heldBy(t, vic, care.Patients)[w.ada.Id]
	for _, name := range []string{"Palliative", "Dementia", "Weekly call"} {
		if !strings.Contains(toJSON(t, clinical), name) {
			t.Errorf("Ann's phone does not say %s: %s", name, toJSON(t, clinical["contact_lists"]))
		}
	}
	if all := toJSON(t, limited); strings.Contains(all, "Palliative") || strings.Contains(all, "Dementia") || !strings.Contains(all, "Regular contact") || !strings.Contains(all, "Weekly call") {
		t.Errorf("the volunteer's phone: %s", all)
	}
	if all := toJSON(t, clinical); strings.Contains(all, "Domestic abuse") {
		t.Errorf("Ann's phone: %s", all)
	}
	// The coordinator of the volunteers counts the check-ins of her own service, and learns of no nurse.
	_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "purpose": "wellbeing", "status": "completed", "started_at": care.Stamp(w.now())})
	must(t, err)
	w.sync(ann)
	w.contacts()
	if on := w.onList(w.vera, weekly, "")[0]; on.LastAt != "" || on.LastStaff != nil {
		t.Errorf("a nurse's visit counts for the volunteers: %s", toJSON(t, on))
	}
	_, err = vic.Create(care.Checkins, map[string]any{"patient": w.ada.Id, "team": w.visitors.Id, "happened_at": care.Stamp(w.now()), "seen": true, "wellbeing": "well"})
	must(t, err)
	w.sync(vic)
	w.contacts()
	if on := w.onList(w.vera, weekly, "")[0]; on.LastStaff == nil || on.LastStaff.Name != "Vic" {
		t.Errorf("a volunteer's check-in does not: %s", toJSON(t, on))
	}
	// Nobody else's desk sees the list.
	for _, who := range []*core.Record{w.hella, w.vera} {
		refused(t, w.get(who, "/contact-lists/"+secret+"/people"), http.StatusNotFound, "not_found")
		refused(t, w.send(who, "/contact-lists/"+secret+"/people", map[string]any{"patient": w.ada.Id}), http.StatusNotFound, "not_found")
	}
	if got := w.get(w.vera, "/people/"+w.ada.Id+"/contact-lists"); strings.Contains(string(got.body), "Domestic") || !strings.Contains(string(got.body), "Weekly call") {
		t.Errorf("of the person, Vera reads %s", got.body)
	}
}

func TestCare_AListThatCannotBeIsRefusedWithASentence(t *testing.T) {
	w := newTown(t)
	list := w.makeList(w.lea, nil)
	for _, c := range []struct {
		name, code, field, says string
		who                     *core.Record
		body                    map[string]any
	}{
		{"without a name", "invalid", "name", "Give the list a name", w.lea, w.frail(map[string]any{"name": "  "})},
		{"a rule that cannot run", "invalid", "rule", `patient has no field "colour"`, w.lea, w.frail(map[string]any{"rule": `patient.colour == "blue"`})},
		{"a rule that asks for what is sealed", "invalid", "rule", "safeguarding lead alone", w.lea, w.frail(map[string]any{"rule": `history.exists(h, h.record.safeguarding != null)`})},
		{"shown to volunteers without a safe name", "invalid", "safe_name", "says nothing of an illness", w.lea, w.frail(map[string]any{"shown": "all"})},
		{"shown to nobody we know", "invalid", "shown", "Say who may know of it", w.lea, w.frail(map[string]any{"shown": "press"})},
		{"a rule of volunteers", "invalid", "rule", "keeps its list by hand", w.vera, w.frail(map[string]any{"team": w.visitors.Id, "rule": "true"})},
		{"another team", "not_found", "", "", w.hella, w.frail(nil)},
		{"an id of somebody else's", "id_taken", "", "list of this id", w.cora, w.frail(map[string]any{"id": strings.ToLower(list.ID), "team": w.hill.Id})},
		{"seldom", "invalid", "", "", w.lea, w.frail(map[string]any{"every_days": 367})},
	} {
		status := map[string]int{"not_found": http.StatusNotFound, "id_taken": http.StatusConflict}[c.code]
		if status == 0 {
			status = http.StatusBadRequest
		}
		no := refused(t, w.send(c.who, "/contact-lists", c.body), status, c.code)
		if !strings.Contains(no.Message, c.says) || c.field != "" && (len(no.Fields) != 1 || no.Fields[0].Field != c.field) {
			t.Errorf("%s: %+v", c.name, no)
		}
	}
	refused(t, w.send(w.lea, "/contact-lists/"+list.ID, w.frail(map[string]any{"rule": "true"})), http.StatusBadRequest, "invalid")
	away := w.Patient(t, "Otherpatient", w.practice)
	w.tick()
	refused(t, w.send(w.cora, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": away.Id}), http.StatusNotFound, "not_found")
	refused(t, w.send(w.lea, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": pbtest.ID()}), http.StatusNotFound, "not_found")
	w.save(w.ada, map[string]any{"died_on": w.dayAhead(0)})
	w.tick()
	refused(t, w.send(w.lea, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": w.ada.Id}), http.StatusConflict, "died")
	changed := into[listAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID, w.frail(map[string]any{"name": "Frail", "every_days": 28})), http.StatusOK).List
	if changed.Name != "Frail" || changed.EveryDays != 28 {
		t.Errorf("changed: %s", toJSON(t, changed))
	}
}

// Who was put on a list by hand is on it under the registration that stays, and again under their own when the two are two.
func TestCare_AListFollowsTwoRegistrationsThatBecomeOne(t *testing.T) {
	w := newTown(t)
	twin := w.Patient(t, "Testpatent", w.practice)
	w.Caseload(t, twin, w.nurses)
	w.tick()
	list := w.makeList(w.lea, nil)
	into[listedAnswer](t, w.send(w.lea, "/contact-lists/"+list.ID+"/people", map[string]any{"patient": twin.Id, "reason": "Lives alone"}), http.StatusOK)
	on := func() string {
		var all []string
		for _, p := range w.onList(w.lea, list.ID, "") {
			all = append(all, p.Patient.FamilyName+" "+p.Reason)
		}
		return strings.Join(all, ", ")
	}
	equal(t, "before", on(), "Testpatent Lives alone")
	into[map[string]any](t, w.send(w.lea, "/people/"+twin.Id+"/merge", map[string]any{"into": w.ada.Id}), http.StatusOK)
	w.contacts()
	equal(t, "once they are one", on(), "Testpatient Lives alone")
	into[map[string]any](t, w.send(w.lea, "/people/"+twin.Id+"/unmerge", map[string]any{}), http.StatusOK)
	w.contacts()
	if got := on(); !strings.Contains(got, "Testpatent Lives alone") || !strings.Contains(got, "Testpatient Lives alone") {
		t.Errorf("once they are two again: %s", got)
	}
	// Erasing somebody erases that they were on a list.
	must(t, w.App.Delete(twin))
	equal(t, "left of them", w.column("SELECT count(*) FROM contact_people WHERE patient = '"+twin.Id+"'"), "0")
}
