package httpapi_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	"doorstep/internal/pbstore"
)

// undone is what the desk is told of one that was made two again.
type undone struct {
	Stays   []string `json:"stays"`
	Without []string `json:"without"`
}

func (w *town) merge(who, dead *core.Record, choose map[string]any) merged {
	w.t.Helper()
	m := into[merged](w.t, w.send(who, "/people/"+dead.Id+"/merge", map[string]any{"into": w.ada.Id, "choose": choose}), http.StatusOK)
	w.tick()
	return m
}

func (w *town) unmerge(who, dead *core.Record) undone {
	w.t.Helper()
	u := into[undone](w.t, w.send(who, "/people/"+dead.Id+"/unmerge", nil), http.StatusOK)
	w.tick()
	return u
}

// 1: what came to be in question about the dead registration while the two were one goes back with it, and so does what the
// rules read in it.
func TestUnmerge_WhatCameToBeInQuestionGoesBack(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	ann, bob, otto := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.otto)
	visit := w.recordVisit(ann, second.Id, "As made")
	w.sync(ann, bob)
	w.merge(w.lea, second, nil)

	w.pass(time.Minute)
	w.sync(ann, bob)
	must(t, ann.Edit(care.Visits, visit, map[string]any{"note": "Heel broken"}))
	must(t, bob.Edit(care.Visits, visit, map[string]any{"note": "Heel better"}))
	aside, err := ann.Create(care.Observations, map[string]any{"patient": w.ada.Id, "visit": visit, "taken_at": care.Stamp(w.now()), "pulse": 900})
	must(t, err)
	w.sync(ann, bob)
	readings := w.news2Of8() // of somebody who is on no caseload of his, and whom he knows by the dead registration
	readings["patient"] = second.Id
	held, err := otto.Create(care.Observations, readings)
	must(t, err)
	w.sync(otto)
	w.tick()
	equal(t, "in question about the one", w.count(t, `SELECT (SELECT count(*) FROM conflicts WHERE patient = '`+w.ada.Id+`') + (SELECT count(*) FROM quarantine WHERE patient = '`+w.ada.Id+`')`), 3)
	equal(t, "who has the alarm", w.column(`SELECT patient FROM alarms WHERE record = ?`, held), w.ada.Id)
	handovers := w.count(t, `SELECT count(*) FROM handovers`)

	w.unmerge(w.lea, second)
	equal(t, "conflicts", w.column(`SELECT patient FROM conflicts WHERE record = ?`, visit), second.Id)
	equal(t, "a value that was set aside", w.column(`SELECT patient FROM quarantine WHERE record = ?`, aside), second.Id)
	equal(t, "a change that was held back", w.column(`SELECT patient FROM quarantine WHERE kind = 'mutation'`), second.Id)
	equal(t, "alarms", w.column(`SELECT group_concat(patient) FROM alarms WHERE record = ?`, held), second.Id)
	equal(t, "whom the handover is about", w.column(`SELECT h.patient FROM alarms a JOIN handovers h ON h.id = a.handover WHERE a.record = ?`, held), second.Id)
	equal(t, "handovers, none raised anew", w.count(t, `SELECT count(*) FROM handovers`), handovers)
	equal(t, "left with the survivor", w.count(t, `SELECT (SELECT count(*) FROM conflicts WHERE patient = '`+w.ada.Id+`') + (SELECT count(*) FROM quarantine WHERE patient = '`+w.ada.Id+`')`), 0)
}

// 2: an alarm at what is held back goes where its person goes, with its handover: nobody is called twice.
func TestMerge_AnAlarmAtWhatIsHeldBackIsHandedOverOnce(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	otto := w.phoneOf(w.otto)
	readings := w.news2Of8()
	readings["patient"] = second.Id
	held, err := otto.Create(care.Observations, readings)
	must(t, err)
	w.sync(otto)
	w.tick()
	alarm := `SELECT count(*) || ' of ' || group_concat(DISTINCT patient) || ' by ' || group_concat(DISTINCT handover) FROM alarms WHERE record = ?`
	handover, raised := w.column(`SELECT handover FROM alarms WHERE record = ?`, held), w.count(t, `SELECT count(*) FROM handovers`)
	alarms := w.column(`SELECT count(*) FROM alarms WHERE record = ?`, held)
	equal(t, "before", w.column(alarm, held), alarms+" of "+second.Id+" by "+handover)
	w.merge(w.lea, second, nil)
	equal(t, "the one person's", w.column(alarm, held), alarms+" of "+w.ada.Id+" by "+handover)
	w.unmerge(w.lea, second)
	equal(t, "two again", w.column(alarm, held), alarms+" of "+second.Id+" by "+handover)
	equal(t, "handovers", w.count(t, `SELECT count(*) FROM handovers`), raised)
}

// 3, 10: a plan of the dead registration goes back with the visits that it made meanwhile; and where the one person has died,
// nobody goes there by a plan of the other.
func TestMerge_PlansGoWhereTheirPersonGoes(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	body := w.insulin(nil)
	body["patient"] = second.Id
	w.plan(w.lea, body)
	planned := `SELECT count(*) FROM visits WHERE retracted = '' AND status = 'planned' AND patient = '`
	w.merge(w.lea, second, nil)
	w.pass(48 * time.Hour)
	must(t, w.engine.Do(t.Context(), func(tx *pbstore.Tx) error {
		_, err := httpapi.PlannerIn(w.engine, w.store, tx, desk.Lead{}).ExtendPlans("", func(_ string, work func() error) error { return work() })
		return err
	}))
	equal(t, "visits to the one", w.count(t, planned+w.ada.Id+`'`), 15)
	w.unmerge(w.lea, second)
	equal(t, "visits to the survivor", w.count(t, planned+w.ada.Id+`'`), 0)
	equal(t, "visits to the other one", w.count(t, planned+second.Id+`'`), 15)

	w.save(w.ada, map[string]any{"died_on": care.Today(w.now())})
	w.tick()
	w.merge(w.lea, second, nil)
	equal(t, "visits to somebody who died", w.count(t, planned+w.ada.Id+`' AND planned_start > '`+care.Stamp(w.now())+`'`), 0)
}

// 5: who may not know an address makes nothing of it, whichever way.
func TestUnmerge_OverAnAddressThatIsForThoseWhoVisit(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	w.merge(w.lea, second, nil)
	w.save(w.ada, map[string]any{"address_hidden": true})
	w.tick()
	refused(t, w.send(w.cora, "/people/"+second.Id+"/unmerge", nil), http.StatusBadRequest, "invalid")
	w.unmerge(w.lea, second)
}

// 11: an NHS number is never that of two people, and what cannot go back does not keep the two together.
func TestUnmerge_ANumberThatSomebodyElseHasByNow(t *testing.T) {
	const first, other = "9990000018", "9990000026"
	w := newTown(t)
	second := w.again(w.nurses)
	w.save(second, map[string]any{"nhs_number": other})
	w.tick()
	somebody := w.Patient(t, "Else", w.practice)
	w.Caseload(t, somebody, w.nurses)
	w.tick()
	give := func(number string) {
		w.save(somebody, map[string]any{"nhs_number": number})
		w.tick()
	}
	numberOf := func(p *core.Record) string { return w.column(`SELECT nhs_number FROM patients WHERE id = ?`, p.Id) }

	w.merge(w.lea, second, nil) // Ada keeps hers
	give(other)
	if u := w.unmerge(w.lea, second); !slices.Equal(u.Without, []string{"nhs_number"}) || len(u.Stays) != 0 {
		t.Errorf("the lead is told %+v", u)
	}
	equal(t, "the other registration's", numberOf(second), "")
	equal(t, "Ada's", numberOf(w.ada), first)

	give("")
	w.save(second, map[string]any{"nhs_number": other})
	w.tick()
	w.merge(w.lea, second, map[string]any{"nhs_number": "dead", "family_name": "dead"}) // she has the other one's
	equal(t, "Ada's", numberOf(w.ada), other)
	give(first)
	if u := w.unmerge(w.lea, second); !slices.Equal(u.Stays, []string{"nhs_number"}) {
		t.Errorf("the lead is told %+v", u)
	}
	equal(t, "her name, which fits", w.column(`SELECT family_name FROM patients WHERE id = ?`, w.ada.Id), "Testpatient")
	equal(t, "people with one number", w.count(t, `SELECT count(*) FROM (SELECT 1 FROM patients WHERE nhs_number <> '' AND retracted = '' GROUP BY nhs_number HAVING count(*) > 1)`), 0)
}

// A team that had both registrations has the one person once, in its list and in theirs, and ends that once; of two again it
// has both.
func TestMerge_ATeamThatHadBothHasThePersonOnce(t *testing.T) {
	w := newTown(t)
	second := w.again(w.nurses)
	ann := w.phoneOf(w.ann)
	rows := func(query string) []map[string]any {
		return into[listOf[map[string]any]](t, w.get(w.lea, "/caseload?"+query), http.StatusOK).Items
	}
	equal(t, "people of the team", len(rows("team="+w.nurses.Id)), 2)
	w.merge(w.lea, second, nil)
	equal(t, "people of the team, one of them", len(rows("team="+w.nurses.Id)), 1)
	equal(t, "who has her", len(rows("patient="+w.ada.Id)), 1)
	w.unmerge(w.lea, second)
	equal(t, "people of the team, two again", len(rows("team="+w.nurses.Id)), 2)
	w.merge(w.lea, second, nil)
	row, _ := rows("patient=" + w.ada.Id)[0]["id"].(string)
	into[map[string]any](t, w.send(w.lea, "/caseload/"+row+"/end", map[string]any{}), http.StatusOK)
	w.tick()
	equal(t, "people of the team, after all", w.count(t, `SELECT count(*) FROM caseload WHERE patient = '`+w.ada.Id+`' AND "to" = ''`), 0)
	w.sync(ann)
	equal(t, "people on the phone", len(heldBy(t, ann, care.Patients)), 0)
}
