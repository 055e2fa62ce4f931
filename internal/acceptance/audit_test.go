package acceptance

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// Who saw this person's records? The audit answers for phones as well: a line for the first delivery
// to each device on each day, none for what follows it and none for a pull with nothing new.
func TestAccess_TheAuditSaysWhosePhonesGotAPersonsRecords(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	saw := func() map[string]int {
		t.Helper()
		var rows []struct {
			Actor  string `db:"actor"`
			Device string `db:"device"`
			Role   string `db:"role"`
		}
		ok(t, w.DB().NewQuery(`SELECT actor, device, role FROM audit, json_each(detail, '$.patients') p WHERE action = 'pull' AND p.value = {:p}`).
			Bind(dbx.Params{"p": w.ada.Id}).All(&rows))
		found := map[string]int{}
		for _, r := range rows {
			if r.Device == "" || r.Role == "" {
				t.Errorf("a line says %+v", r)
			}
			found[r.Actor]++
		}
		return found
	}
	ann, otto := w.phoneOf(w.ann, w.findingIt), w.phoneOf(w.otto, w.findingIt)
	if got := saw(); got[w.ann.Id] != 1 || got[w.otto.Id] != 0 {
		t.Fatalf("after the first pull: %v", got)
	}
	for range 3 {
		w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
		w.sync(ann)
		w.sync(ann)
	}
	if got := saw(); got[w.ann.Id] != 1 {
		t.Errorf("after more on the same day: %v", got)
	}
	w.pass(24 * time.Hour)
	w.sync(ann)
	if got := saw(); got[w.ann.Id] != 1 {
		t.Errorf("nothing came on the next day, but: %v", got)
	}
	w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.sync(ann)
	w.move(w.ada, w.nurses, w.others)
	w.syncAll(ann, otto)
	if got := saw(); got[w.ann.Id] != 2 || got[w.otto.Id] != 1 {
		t.Errorf("the next day, with a new grant: %v", got)
	}
	w.restart()
	w.record(otto, care.Visits, w.visit(w.ada, "After a restart"))
	w.sync(otto)
	if got := saw(); got[w.otto.Id] != 2 {
		t.Errorf("after a restart: %v", got)
	}
}

// What cannot be written down is not sent.
func TestAccess_APullThatCannotBeAuditedIsRefused(t *testing.T) {
	w := newWorld(t)
	otto := w.phoneOf(w.otto)
	w.sql(`CREATE TRIGGER full BEFORE INSERT ON audit WHEN NEW.action = 'pull' BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	w.move(w.ada, w.nurses, w.others)
	if err := otto.Sync(t.Context()); err == nil {
		t.Error("the round went well")
	}
	shows(t, otto, w.ada, false, "not audited")
	w.sql(`DROP TRIGGER full`)
	w.sync(otto)
	shows(t, otto, w.ada, true, "audited")
}

// S3. An answer that tells of somebody who is not its reader's to look at stands in the audit, with whom it tells of:
// that a person is registered with an NHS number, by every way in, and what a caseload would hold of somebody whom
// nobody has.
func TestAccess_TheAuditSaysWhoLearntThatSomebodyIsRegistered(t *testing.T) {
	w := newWorld(t)
	lou := w.Staff(t, care.TeamLead, "Lou", w.others)
	w.set(w.ada, map[string]any{"nhs_number": "9990000018"})
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	nobodys := w.Patient(t, "Nobodys", w.practice)
	w.tick()
	told := func(action string) (actors []string) {
		t.Helper()
		var rows []struct {
			Actor string `db:"actor"`
		}
		ok(t, w.DB().NewQuery(`SELECT actor FROM audit WHERE action = {:a} AND patient IN ({:p}, {:n}) ORDER BY at`).Bind(dbx.Params{"a": action, "p": w.ada.Id, "n": nobodys.Id}).All(&rows))
		for _, r := range rows {
			actors = append(actors, r.Actor)
		}
		return actors
	}
	token := w.Token(t, lou)
	register := map[string]any{"team": w.others.Id, "set": map[string]any{"family_name": "New", "nhs_number": "9990000018"}}
	if answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/people", token, register); answer.Status != http.StatusConflict || strings.Contains(string(answer.Body), w.ada.Id) {
		t.Errorf("registering answers %d %s", answer.Status, answer.Body)
	}
	if got := told("same_number"); !slices.Equal(got, []string{lou.Id}) {
		t.Errorf("after a refusal the audit says %v", got)
	}
	register["anyway"] = true
	if answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/people", token, register); answer.Status != http.StatusCreated {
		t.Errorf("registering all the same answers %d %s", answer.Status, answer.Body)
	}
	otto := w.phoneOf(w.otto)
	edit(t, otto, care.Patients, hal.Id, "nhs_number", "9990000018")
	w.sync(otto)
	if got := told("same_number"); !slices.Equal(got, []string{lou.Id, lou.Id, w.otto.Id}) {
		t.Errorf("after all three the audit says %v", got)
	}
	preview := map[string]any{"patient": nobodys.Id, "team": w.others.Id, "reason": "New to us", "preview": true}
	if answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/caseload", token, preview); answer.Status != http.StatusOK {
		t.Fatalf("the preview answers %d %s", answer.Status, answer.Body)
	}
	if got := told("assign_preview"); !slices.Equal(got, []string{lou.Id}) {
		t.Errorf("after a preview the audit says %v", got)
	}
}
