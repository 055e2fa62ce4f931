package acceptance

import (
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
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
