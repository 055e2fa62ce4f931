package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// What the server itself keeps beside the records can be spoiled too, by a bad disk or a script. Nobody's work is lost by
// it, and nobody gets to see more.

// C1. Of a member of staff nobody can read any more what they were: the server starts, what they wrote before they moved
// is kept whole and raises its alarm, and from their next move on it is known again what they were.
func TestSomebodyOfWhomNobodyCanReadWhatTheyWereLosesNoWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ben := w.Patient(t, "Ben", w.practice)
	w.Caseload(t, ben, w.others)
	type moved struct {
		staff         *core.Record
		phone         *phone.Phone
		before, after string
	}
	spoiled := []string{`'[]'`, `'{"torn'`, `'7'`, `'[1]'`, `'"nurse"'`, `'[{"role":"district_nurse","until":"yesterday"}]'`, `x'00ff'`, `9e999`}
	var all []*moved
	for i := range spoiled {
		m := &moved{staff: w.Staff(t, care.DistrictNurse, fmt.Sprint("Mover ", i), w.nurses)}
		w.tick()
		m.phone = w.phoneOf(m.staff, w.findingIt)
		var err error
		m.before, err = m.phone.InOne(func(c *phone.Change) {
			visit := c.Create(care.Visits, w.visit(w.ada, fmt.Sprint("written before the first move of ", i)))
			c.Create(care.Observations, with(w.readings(w.ada), "visit", visit))
		})
		ok(t, err)
		all = append(all, m)
	}
	w.pass(time.Minute)
	for i, m := range all {
		w.set(m.staff, map[string]any{"teams": []string{w.others.Id}})
		w.sql(`UPDATE sync_staff SET past = `+spoiled[i]+` WHERE staff = ?`, m.staff.Id)
	}
	w.restart() // what memory knows is gone
	w.pass(time.Minute)
	for i, m := range all {
		w.sync(m.phone)
		if status := w.ledgerStatus(m.before); status == "" || m.phone.Pending() != 0 {
			t.Errorf("a past of %s: what was written before the move ended %q, %d changes are still on the phone", spoiled[i], status, m.phone.Pending())
		}
		w.findable(fmt.Sprint("written before the first move of ", i))
		shows(t, m.phone, ben, true, "whom the new team has")
		shows(t, m.phone, w.ada, false, "whom the new team has not")
	}
	if n := len(w.rows(care.Handovers, "patient = {:p}", dbx.Params{"p": w.ada.Id})); n == 0 {
		t.Error("the readings raised no alarm")
	}
	for i, m := range all {
		var err error
		m.after, err = m.phone.InOne(func(c *phone.Change) {
			c.Create(care.Visits, w.visit(ben, fmt.Sprint("written before the second move of ", i)))
		})
		ok(t, err)
	}
	w.pass(time.Minute)
	for _, m := range all {
		w.set(m.staff, map[string]any{"teams": []string{w.nurses.Id}})
	}
	w.restart()
	for i, m := range all {
		w.sync(m.phone)
		if status := w.ledgerStatus(m.after); status != care.Applied {
			t.Errorf("a past of %s: what was written before the second move ended %q", spoiled[i], status)
		}
	}
}

// C1. The answer to a push was lost, and what was kept of it cannot be read any more: whoever asks again is told how each
// change ended, nothing is taken in twice, and nobody is alarmed twice.
func TestALostAnswerThatNobodyCanReadAnyMoreIsGivenByHowEachChangeEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	stranger := w.Patient(t, "Stranger", w.practice)
	w.tick()
	for _, spoil := range []string{
		`body = '[{"mid'`, `body = x'00ff'`, `body = ''`, `body = '{}'`, `body = '7'`, `body = 9e999`, `body = '[null]'`, `body = '[{"mid":"one"}]'`,
		`body = (SELECT json_group_array(json_object('key', key)) FROM sync_ledger)`, // which says nothing of how they ended
	} {
		visit := w.record(ann, care.Visits, w.visit(w.ada, "Short of breath"))
		w.record(ann, care.Observations, with(w.readings(w.ada), "visit", visit))
		w.record(ann, care.Observations, with(w.readings(w.ada), "visit", visit, "systolic", 1290))
		w.record(ann, care.Visits, w.visit(stranger, "Wrong door"))
		var answers []wire.PushResponse
		net.after = func(r *http.Request, body []byte) error {
			if !isPush(r) {
				return nil
			}
			var a wire.PushResponse
			ok(t, json.Unmarshal(body, &a))
			if answers = append(answers, a); len(answers) == 1 {
				return errCut
			}
			return nil
		}
		counts := func() (list []int) {
			for _, collection := range []string{care.Visits, care.Observations, care.Quarantine, care.Conflicts, care.Handovers} {
				list = append(list, len(w.rows(collection, "id != ''", nil)))
			}
			return list
		}
		if ann.Sync(t.Context()) == nil {
			t.Fatal("the answer was not lost")
		}
		w.tick()
		before := counts()
		w.sql(`UPDATE sync_results SET ` + spoil)
		w.pass(time.Minute)
		w.sync(ann)
		if len(answers) != 2 || len(answers[0].Results) != 4 || len(answers[1].Results) != 4 {
			t.Fatalf("%s: the phone got %d answers: %+v", spoil, len(answers), answers)
		}
		for i, again := range answers[1].Results {
			first := answers[0].Results[i]
			if !again.Replayed || again.Mid != first.Mid || again.Key != first.Key || again.Status != first.Status {
				t.Errorf("%s: change %d ended %+v, and is answered %+v", spoil, i, first, again)
			}
		}
		if ann.Pending() != 0 {
			t.Errorf("%s: %d changes are still on the phone", spoil, ann.Pending())
		}
		if after := counts(); !slices.Equal(before, after) {
			t.Errorf("%s: there were %v visits, readings, issues and handovers, there are %v", spoil, before, after)
		}
	}
}

// C1. Nobody can read whether a person objects to a voluntary service: they do, until somebody asks them.
func TestAnObjectionNobodyCanReadIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.village()
	w.Caseload(t, w.ada, v.vera)
	w.set(w.ada, map[string]any{"consent": consent(v.service, true, "")})
	vera, ann := w.phoneOf(v.vera), w.phoneOf(w.ann)
	for i, spoiled := range []string{`'{"torn'`, `'perhaps'`, `'[]'`, `'{}'`, `7`, `9e999`, `x'00ff'`} {
		w.syncAll(vera, ann)
		shows(t, vera, w.ada, true, "the volunteer, whom she agreed to")
		w.sql(`UPDATE patients SET objection = `+spoiled+`, version = version + 1 WHERE id = ?`, w.ada.Id) // as a bad disk does, which nobody notices
		w.sql(`UPDATE patients SET consent = ? WHERE id = ?`, string(care.JSON(consent(v.service, true, fmt.Sprintf("2036-01-%02d", i+1)))), w.ada.Id)
		w.syncAll(vera, ann)
		shows(t, vera, w.ada, false, "the volunteer, with an objection of "+spoiled)
		shows(t, ann, w.ada, true, "the nurse, with an objection of "+spoiled)
		w.dashboard(http.MethodPatch, "patients/records/"+w.ada.Id, map[string]any{"objection": false})
	}
	w.syncAll(vera)
	shows(t, vera, w.ada, true, "the volunteer, when she was asked again")
}

// C1. Nobody can read any more when which field of a record was changed: none counts as unchanged, also after somebody
// else's edit, by which the record reads well again. Whoever wrote before they saw the others' values overwrites none of
// them unseen.
func TestWhatNobodyCanTellWhenItWasChangedIsNotTakenForUnchanged(t *testing.T) {
	t.Parallel()
	for _, spoiled := range []string{`'{"torn'`, `'[]'`, `'7'`, `'{"phone":7}'`, `x'00ff'`} {
		w := newWorld(t)
		ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
		edit(t, ann, care.Patients, w.ada.Id, "phone", "01632 960333")
		edit(t, bob, care.Patients, w.ada.Id, "phone", "01632 960222")
		w.sync(bob)
		w.sql(`UPDATE patients SET changed = `+spoiled+`, version = version + 1 WHERE id = ?`, w.ada.Id)
		edit(t, lea, care.Patients, w.ada.Id, "access_notes", "Key safe")
		w.sync(lea)
		if raw := w.stored(care.Patients, w.ada.Id).GetString("changed"); !strings.Contains(raw, "access_notes") || !json.Valid([]byte(raw)) {
			t.Errorf("%s: after an edit it is kept as %s", spoiled, raw)
		}
		w.pass(time.Minute)
		w.sync(ann)
		w.findable("01632 960222")
		w.findable("01632 960333")
		w.findable("Key safe")
		if n := len(w.rows(care.Conflicts, "patient = {:p}", dbx.Params{"p": w.ada.Id})); n != 1 {
			t.Errorf("%s: %d conflicts, want the one about the telephone", spoiled, n)
		}
	}
}
