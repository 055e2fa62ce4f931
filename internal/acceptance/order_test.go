package acceptance

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/identifier"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// hand is a phone whose requests the test writes itself: it may send in any order.
type hand struct {
	w      *world
	p      *phone.Phone
	link   *link
	author *core.Record
	minter *identifier.Minter
}

// handOf enrols a phone and takes its requests over.
func (w *world) handOf(staff *core.Record) *hand {
	w.t.Helper()
	p, l := w.phoneOn(staff)
	return &hand{w: w, p: p, link: l, author: staff, minter: identifier.NewMinter(rand.Reader)}
}

// mutation is one numbered change as it travels.
func (h *hand) mutation(mid int, ops ...map[string]any) map[string]any {
	return map[string]any{"mid": mid, "key": h.id(), "author": h.author.Id, "authored_at": care.Stamp(h.w.now()), "ops": ops}
}

func (h *hand) id() string {
	id, err := h.minter.New(h.w.now())
	ok(h.w.t, err)
	return string(id)
}

// push sends mutations and returns the answer.
func (h *hand) push(mutations ...map[string]any) pbtest.Answer {
	h.w.t.Helper()
	return h.w.call(h.link.bearer, http.MethodPost, "/push", map[string]any{"client": h.p.Client(), "epoch": h.p.Epoch(), "schema": 1, "mutations": mutations})
}

// took fails unless a push was taken in, and returns how each mutation ended.
func (h *hand) took(a pbtest.Answer) []string {
	h.w.t.Helper()
	if a.Status != http.StatusOK {
		h.w.t.Fatalf("push = %d %s", a.Status, a.Body)
	}
	var answer struct {
		Results []struct{ Status string }
	}
	ok(h.w.t, json.Unmarshal(a.Body, &answer))
	var list []string
	for _, r := range answer.Results {
		list = append(list, r.Status)
	}
	return list
}

// gap fails unless a push was refused because one before it is missing.
func (h *hand) gap(a pbtest.Answer, expected int) {
	h.w.t.Helper()
	body := a.JSON(h.w.t)
	if a.Status != http.StatusConflict || body["code"] != "gap" || body["retry"] != "now" || fmt.Sprint(body["expected"]) != fmt.Sprint(expected) {
		h.w.t.Errorf("push = %d %s, want 409 gap, expected %d", a.Status, a.Body, expected)
	}
}

func create(collection, id string, set map[string]any) map[string]any {
	return map[string]any{"op": "create", "collection": collection, "id": id, "set": set}
}

func update(collection, id string, person *core.Record, base string, set map[string]any) map[string]any {
	return map[string]any{"op": "update", "collection": collection, "id": id, "patient": person.Id, "base": base, "set": set}
}

// stored returns a stored record as the fields of its collection, nil when there is none.
func (w *world) stored(collection, id string) *core.Record {
	r, err := w.FindRecordById(collection, id)
	if err != nil {
		return nil
	}
	return r
}

func TestScenario_D1_AnUpdateBeforeItsCreateWaitsForItsTurn(t *testing.T) {
	w := newWorld(t)
	h := w.handOf(w.ann)
	id := h.id()
	first := h.mutation(1, create(care.Visits, id, w.visit(w.ada, "Left heel red")))
	second := h.mutation(2, update(care.Visits, id, w.ada, "", map[string]any{"outcome": "care_given"}))

	h.gap(h.push(second), 1)
	if w.stored(care.Visits, id) != nil || len(w.rows(care.Quarantine, "id != ''", nil)) != 0 {
		t.Fatal("the update out of turn left something behind")
	}
	if got := h.took(h.push(first, second)); !slices.Equal(got, []string{"applied", "applied"}) {
		t.Errorf("the two ended %v", got)
	}
	v := w.stored(care.Visits, id)
	if v.GetString("note") != "Left heel red" || v.GetString("outcome") != "care_given" {
		t.Errorf("stored are note %q and outcome %q", v.GetString("note"), v.GetString("outcome"))
	}
}

func TestScenario_D2_ThreeChangesInReverseEndAsInOrder(t *testing.T) {
	w := newWorld(t)
	steps := func(h *hand, id string) []map[string]any {
		return []map[string]any{
			h.mutation(1, create(care.Visits, id, map[string]any{"patient": w.ada.Id, "status": "in_progress", "note": "Arrived"})),
			h.mutation(2, update(care.Visits, id, w.ada, "", map[string]any{"note": "Heel red", "soft_signs": []string{"more_tired"}})),
			h.mutation(3, update(care.Visits, id, w.ada, "", map[string]any{"note": "Heel red, blanching", "status": "completed"})),
		}
	}
	ordered := w.handOf(w.ann)
	straight := ordered.id()
	for _, m := range steps(ordered, straight) {
		ordered.took(ordered.push(m))
	}

	h := w.handOf(w.bob)
	id := h.id()
	list := steps(h, id)
	waiting := slices.Clone(list)
	for round := 0; len(waiting) > 0; round++ { // the network delivers the newest first, again and again
		if round > 3 {
			t.Fatal("it never gets through")
		}
		for i := len(waiting) - 1; i >= 0; i-- {
			a := h.push(waiting[i])
			if a.Status == http.StatusOK {
				waiting = slices.Delete(waiting, i, i+1)
				continue
			}
			h.gap(a, len(list)-len(waiting)+1)
		}
	}
	want, got := w.stored(care.Visits, straight), w.stored(care.Visits, id)
	for _, field := range []string{"patient", "status", "note", "soft_signs", "outcome", "started_at"} {
		if want.GetString(field) != got.GetString(field) {
			t.Errorf("%s = %q after reverse delivery, %q in order", field, got.GetString(field), want.GetString(field))
		}
	}
	if n := len(w.rows(care.Conflicts, "id != ''", nil)) + len(w.rows(care.Quarantine, "id != ''", nil)); n != 0 {
		t.Errorf("%d issues, want none", n)
	}
}

// Otto visits Ada, who is not on his caseload, and goes on to correct his note and to take her
// readings. The create is held for the lead; what belongs to it is held with it, and all of it
// takes effect, in order, when the lead lets it in.
func TestStory_WhatBelongsToAHeldVisitFollowsIt(t *testing.T) {
	w := newWorld(t)
	otto, lea := w.phoneOf(w.otto), w.phoneOf(w.lea)
	visit := w.record(otto, care.Visits, w.visit(w.ada, "Helped out, heel red"))
	edit(t, otto, care.Visits, visit, "note", "Helped out, heel red, blanching")
	set := w.record(otto, care.Observations, with(w.settled(w.ada, 0), "visit", visit))
	edit(t, otto, care.Visits, visit, "outcome", "care_given")
	w.sync(otto)

	var codes []string
	for _, item := range otto.Items() {
		if item.Result == nil || item.Result.Status != care.Quarantined {
			t.Fatalf("a change ended %+v, want all of them held", item.Result)
		}
		codes = append(codes, item.Result.Issues[0].Code)
	}
	if !slices.Equal(codes, []string{"no_permission", "depends_on", "depends_on", "depends_on"}) {
		t.Errorf("they are held for %v", codes)
	}
	if w.stored(care.Visits, visit) != nil || w.stored(care.Observations, set) != nil {
		t.Fatal("something of it was stored")
	}

	w.sync(lea)
	var held string
	for _, issue := range issuesOn(lea) {
		if issue.Text("code") == "no_permission" {
			held = issue.ID
		}
	}
	ok(t, lea.Resolve(held, nil))
	w.syncAll(lea, otto)

	v, o := w.stored(care.Visits, visit), w.stored(care.Observations, set)
	if v == nil || o == nil {
		for _, q := range w.rows(care.Quarantine, "id != ''", nil) {
			t.Logf("%s is %s: %s (waits for %q)", q.GetString("record"), q.GetString("state"), q.GetString("message"), q.GetString("waits_for"))
		}
		t.Fatal("the visit or its readings are not there")
	}
	if v.GetString("note") != "Helped out, heel red, blanching" || v.GetString("outcome") != "care_given" || v.GetString("author") != w.otto.Id {
		t.Errorf("the visit has note %q, outcome %q, author %s", v.GetString("note"), v.GetString("outcome"), v.GetString("author"))
	}
	if o.GetString("visit") != visit {
		t.Error("the readings have lost their visit")
	}
	for _, q := range w.rows(care.Quarantine, "id != ''", nil) {
		if q.GetString("state") != "resolved" {
			t.Errorf("%s (%s) is still %s", q.GetString("code"), q.GetString("record"), q.GetString("state"))
		}
	}
	for whose, p := range map[string]*phone.Phone{"Otto": otto, "Lea": lea} {
		if n := len(issuesOn(p)); n != 0 {
			t.Errorf("the phone of %s still shows %d issues", whose, n)
		}
	}
	sees(t, lea, care.Visits, visit, "note", "Helped out, heel red, blanching")
}

// The record a change is about appears by another path: through another phone, in the dashboard,
// by raw SQL. The change is held until then, its author and lead are told, and then it runs.
func TestStory_AChangeWaitsForARecordThatComesByAnotherPath(t *testing.T) {
	arrivals := map[string]func(w *world, id string){
		"from another phone": func(w *world, id string) {
			h := w.handOf(w.bob)
			h.took(h.push(h.mutation(1, create(care.Visits, id, w.visit(w.ada, "Arrived")))))
		},
		"from the import": func(w *world, id string) {
			w.Put(w.t, care.Visits, with(w.visit(w.ada, "Arrived"), "id", id))
			w.tick()
		},
		"by raw SQL": func(w *world, id string) {
			w.sql(`INSERT INTO visits (id, patient, status, note) VALUES (?, ?, 'completed', 'Arrived')`, id, w.ada.Id)
		},
	}
	for path, arrives := range arrivals {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t)
			h := w.handOf(w.ann)
			id := h.id()
			m1 := h.mutation(1, update(care.Visits, id, w.ada, "", map[string]any{"outcome": "care_given"}))
			m2 := h.mutation(2, map[string]any{"op": "add", "collection": care.Visits, "id": id, "patient": w.ada.Id, "base": "", "field": "soft_signs", "values": []string{"unsteady"}})
			if got := h.took(h.push(m1, m2)); !slices.Equal(got, []string{"quarantined", "quarantined"}) {
				t.Fatalf("they ended %v", got)
			}
			ann := w.phoneOf(w.ann, w.findingIt) // another phone of the author's: the first is in our hands
			if n := len(issuesOn(ann)); n != 2 {
				t.Fatalf("the author's phone shows %d issues, want 2", n)
			}

			w.restart() // it is a row: nothing of this lives in memory
			arrives(w, id)

			v := w.stored(care.Visits, id)
			var signs []string
			ok(t, v.UnmarshalJSONField("soft_signs", &signs))
			if v.GetString("note") != "Arrived" || v.GetString("outcome") != "care_given" || !slices.Equal(signs, []string{"unsteady"}) {
				t.Errorf("stored are note %q, outcome %q, soft signs %v", v.GetString("note"), v.GetString("outcome"), signs)
			}
			for _, q := range w.rows(care.Quarantine, "id != ''", nil) {
				if q.GetString("state") != "resolved" {
					t.Errorf("%s is still %s", q.GetString("code"), q.GetString("state"))
				}
			}
			w.sync(ann)
			if n := len(issuesOn(ann)); n != 0 {
				t.Errorf("the author's phone still shows %d issues", n)
			}
			sees(t, ann, care.Visits, id, "outcome", "care_given")
			// What ran is judged like anything else.
			if got := len(w.handoversTo(w.surgery)); got != 1 {
				t.Errorf("%d handovers to the practice for the soft sign, want 1", got)
			}
		})
	}
}

// A visit to somebody whom the server does not know yet waits for the person.
func TestStory_AVisitWaitsForItsPerson(t *testing.T) {
	w := newWorld(t)
	h := w.handOf(w.ann)
	person := h.id()
	id := h.id()
	m := h.mutation(1, create(care.Visits, id, map[string]any{"patient": person, "status": "completed", "note": "New referral, seen"}))
	if got := h.took(h.push(m)); !slices.Equal(got, []string{"quarantined"}) {
		t.Fatalf("it ended %v", got)
	}
	p := w.Put(t, care.Patients, map[string]any{"id": person, "family_name": "Newcomer", "practice": w.practice.Id})
	w.Caseload(t, p, w.nurses)
	w.tick()
	v := w.stored(care.Visits, id)
	if v == nil || v.GetString("note") != "New referral, seen" {
		for _, q := range w.rows(care.Quarantine, "id != ''", nil) {
			t.Logf("held: %s %s waits for %q, %s", q.GetString("code"), q.GetString("message"), q.GetString("waits_for"), q.GetString("state"))
		}
		t.Fatal("the visit is not there although its person is")
	}
}

// Ann is Ada's nurse; a single visit of hers is given to Sue, a support worker, who does not have
// Ada otherwise. Sue's phone gets the visit and with it the person it is about and what was read.
func TestScenario_D4_TheChildComesWithItsParent(t *testing.T) {
	w := newWorld(t)
	sue := w.Staff(t, care.SupportWorker, "Sue", w.nurses)
	w.tick()
	ann, sues := w.phoneOf(w.ann), w.phoneOf(sue)
	set := w.record(ann, care.Observations, w.settled(w.ada, time.Hour))
	w.syncAll(ann, sues)
	holdsNot(t, sues, care.Patients, w.ada.Id)

	visit := w.record(ann, care.Visits, map[string]any{"patient": w.ada.Id, "status": "planned", "staff": sue.Id, "delegated_by": w.ann.Id,
		"planned_start": care.Stamp(w.now().Add(time.Hour))})
	w.sync(ann)
	w.Caseload(t, w.ada, sue, w.now(), w.now().Add(8*time.Hour))
	w.tick()
	w.sync(sues)
	sees(t, sues, care.Visits, visit, "delegated_by", w.ann.Id)
	sees(t, sues, care.Patients, w.ada.Id, "family_name", "Testpatient")
	sees(t, sues, care.Observations, set, "pulse", 72)

	edit(t, sues, care.Visits, visit, "status", "completed")
	w.syncAll(sues, ann)
	sees(t, ann, care.Visits, visit, "status", "completed")

	// The cover ends by itself: the child leaves with its parent.
	w.pass(9 * time.Hour)
	w.sync(sues)
	for collection, id := range map[string]string{care.Visits: visit, care.Patients: w.ada.Id, care.Observations: set} {
		holdsNot(t, sues, collection, id)
	}
}
