package acceptance

import (
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// byHand raises a handover to Ada's practice and gives its id.
func (w *world) byHand(class care.Class) string {
	w.t.Helper()
	ann := w.phoneOf(w.ann)
	id := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "class": string(class), "situation": "Wound slow to heal", "recommendation": "Please look at it"})
	w.sync(ann)
	w.tick()
	return id
}

// due is when a handover must be acknowledged and acted on, in days and times of London.
func (w *world) due(id string) (ack, act string) {
	w.t.Helper()
	rec, err := w.FindRecordById(care.Handovers, id)
	ok(w.t, err)
	when := func(field string) string { return rec.GetDateTime(field).Time().In(london(w.t)).Format("Mon 15:04") }
	return when("ack_due"), when("act_due")
}

func london(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/London")
	ok(t, err)
	return loc
}

func (w *world) moves(id string) []*core.Record {
	w.t.Helper()
	return w.rows(care.HandoverEvents, "handover = {:h} && kind = 'due_moved'", map[string]any{"h": id})
}

// Case 51. A day that is closed later moves what is due in working time, and is told; one that is opened again, or
// closed too late, moves nothing back.
func TestADayThatIsClosedLaterMovesWhatRunsAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	sameDay := w.byHand(care.SameDay)
	ack, act := w.due(sameDay)
	if act != "Wed 18:30" {
		t.Fatalf("due %s and %s", ack, act)
	}
	today := w.now().In(london(t)).Format(time.DateOnly)
	w.sql(`INSERT INTO calendar_days (day, open, note) VALUES (?, 0, 'Snow')`, today)
	if ack, act := w.due(sameDay); ack != "Thu 10:00" || act != "Thu 18:30" {
		t.Errorf("with today closed it is due %s and %s", ack, act)
	}
	if told := w.moves(sameDay); len(told) != 1 {
		t.Errorf("its history says so %d times", len(told))
	}
	w.pass(9 * time.Hour) // past the old deadlines
	if rec, err := w.FindRecordById(care.Handovers, sameDay); err != nil || rec.GetString("state") == string(care.Escalated) {
		t.Errorf("on a closed day it went on to somebody else: %v", err)
	}
	w.sql(`DELETE FROM calendar_days`)
	w.sql(`INSERT INTO calendar_days (day, open, note) VALUES ('no day at all', 0, '')`)
	if ack, act := w.due(sameDay); ack != "Thu 10:00" || act != "Thu 18:30" || len(w.moves(sameDay)) != 1 {
		t.Errorf("with today open again it is due %s and %s", ack, act)
	}
}

// Case 51. A day that was closed while the server was down is found when it starts.
func TestADayThatWasClosedWhileTheServerWasDownMovesWhatRunsAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	routine := w.byHand(care.Routine)
	if ack, act := w.due(routine); ack != "Thu 10:00" || act != "Thu 10:00" { // the Monday between is a bank holiday
		t.Fatalf("due %s and %s", ack, act)
	}
	tomorrow := w.now().Add(24 * time.Hour).In(london(t)).Format(time.DateOnly)
	if _, err := w.SecondConnection(t).Exec(`INSERT INTO calendar_days (day, open, note) VALUES (?, 0, 'Snow')`, tomorrow); err != nil {
		t.Fatal(err)
	}
	w.restart()
	if ack, act := w.due(routine); ack != "Fri 10:00" || act != "Fri 10:00" {
		t.Errorf("with tomorrow closed it is due %s and %s", ack, act)
	}
}

// Case 51. So do hours that an organisation states anew, of what stands with it.
func TestHoursThatAreStatedAnewMoveWhatStandsWithTheOrganisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	id := w.byHand(care.SameDay)
	w.mustAct(w.gp, id, handover.Action{Kind: handover.HandOn, Reason: "A nurse can do this", To: handover.Team{ID: w.others.Id}})
	ack, act := w.due(id)
	if act != "Wed 18:30" {
		t.Fatalf("due %s and %s", ack, act)
	}
	w.set(w.trust, map[string]any{"opening_hours": map[string]string{"thursday": "09:00-12:00", "friday": "09:00-12:00"}})
	if ack, act := w.due(id); ack != "Thu 11:00" || act != "Thu 12:00" {
		t.Errorf("with Wednesdays closed it is due %s and %s", ack, act)
	}
	w.set(w.trust, map[string]any{"opening_hours": nil})
	if ack, act := w.due(id); ack != "Thu 11:00" || act != "Thu 12:00" {
		t.Errorf("with Wednesdays open again it is due %s and %s", ack, act)
	}
}

// So do a day that it closes by itself, and the nation whose bank holidays it keeps.
func TestADayThatAnOrganisationClosesAndTheNationItIsInMoveWhatStandsWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onWednesday(10, 0)
	id := w.byHand(care.SameDay)
	w.mustAct(w.gp, id, handover.Action{Kind: handover.HandOn, Reason: "A nurse can do this", To: handover.Team{ID: w.others.Id}})
	today := w.now().In(london(t)).Format(time.DateOnly)
	w.set(w.trust, map[string]any{"special_days": []map[string]string{{"day": today, "name": "Training"}}})
	if ack, act := w.due(id); ack != "Thu 10:00" || act != "Thu 18:30" || len(w.moves(id)) != 1 {
		t.Errorf("with today closed it is due %s and %s, and its history says so %d times", ack, act, len(w.moves(id)))
	}
	routine := w.byHand(care.Routine)
	w.mustAct(w.gp, routine, handover.Action{Kind: handover.HandOn, Reason: "A nurse can do this", To: handover.Team{ID: w.others.Id}})
	before, _ := w.due(routine)
	w.set(w.trust, map[string]any{"nation": "scotland", "special_days": nil})
	if ack, _ := w.due(routine); ack != before {
		t.Errorf("a nation without a holiday in these days moves it from %s to %s", before, ack)
	}
}
