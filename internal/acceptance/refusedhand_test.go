package acceptance

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
)

// What somebody hands over by hand reaches people also when the change itself is refused: on the clock of its
// class, with its sender's words, marked as unverified. Taken in at last it is still one matter.
func TestStory_ARefusedHandoverByHandReachesAPerson(t *testing.T) {
	for name, acknowledged := range map[string]bool{"nobody has it in hand": false, "the practice has it in hand": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			otto := w.phoneOf(w.otto, w.findingIt)
			made := w.record(otto, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "situation": "Found on the floor", "recommendation": "Please ring me."})
			w.sync(otto)
			if i := only(t, "issues", outcome(t, otto, care.Quarantined).Result.Issues); i.Code != "no_permission" {
				t.Fatalf("it was refused for %s", i.Code)
			}
			h := w.reachesUnverified(care.Urgent, w.surgery, w.others, w.coordination)
			for _, team := range []string{w.surgery.Id, w.others.Id, w.coordination.Id} {
				for _, h := range w.rows(care.Handovers, "to_team = {:t}", dbx.Params{"t": team}) {
					if !strings.Contains(h.GetString("situation"), "Found on the floor") || !strings.Contains(h.GetString("recommendation"), "Please ring me.") ||
						!strings.Contains(h.GetString("situation"), "did not have this person on their caseload") {
						t.Errorf("%s reads %q, %q", w.nameOf(team), h.GetString("situation"), h.GetString("recommendation"))
					}
					near(t, "the deadline at "+w.nameOf(team), at(h, "ack_due"), at(h, "clinical_time").Add(15*time.Minute))
				}
			}
			w.tick()
			w.sync(otto)
			seesHandover(t, otto, h.Id, care.Sent)
			if acknowledged {
				w.mustAct(w.reception, h.Id, handover.Action{Kind: handover.Acknowledge})
			}
			w.Caseload(t, w.ada, w.others)
			w.tick()
			w.tick()
			open := only(t, "handovers the practice must still answer", w.openTo(w.surgery))
			if want := map[bool]string{false: made, true: h.Id}[acknowledged]; open.Id != want {
				t.Errorf("open is %s in state %s", open.Id, open.GetString("state"))
			}
			if w.stored(care.Handovers, made) == nil {
				t.Fatal("it was not taken in when the caseload allowed it")
			}
		})
	}
}

// In no time it goes to the next in the chain, after a restart too.
func TestStory_ARefusedHandoverByHandEscalates(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	otto := w.phoneOf(w.otto, w.findingIt)
	w.record(otto, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "recommendation": "Please ring me."})
	w.sync(otto)
	h := w.reachesUnverified(care.Urgent, w.surgery, w.others, w.coordination)
	w.restart()
	w.pass(16 * time.Minute)
	w.stands(h.Id, care.Escalated, w.coordination)
}

// What was escalated while the change waited does not stay open beside the handover that the change makes
// once it is taken in: there is one matter, and the clock that ran out runs on.
func TestStory_ARefusedHandoverThatEscalatedGivesWayToTheRealOne(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	otto := w.phoneOf(w.otto, w.findingIt)
	made := w.record(otto, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "recommendation": "Please ring me."})
	w.sync(otto)
	early := w.reachesUnverified(care.Urgent, w.surgery, w.others, w.coordination)
	w.pass(16 * time.Minute)
	w.stands(early.Id, care.Escalated, w.coordination)
	w.Caseload(t, w.ada, w.others)
	w.tick()
	w.tick()
	if w.stored(care.Handovers, made) == nil {
		t.Fatal("it was not taken in when the caseload allowed it")
	}
	open := func() []*core.Record {
		return w.rows(care.Handovers, "patient = {:p} && state != 'done' && state != 'stood_down'", dbx.Params{"p": w.ada.Id})
	}
	if h := only(t, "open handovers about her", open()); h.Id != made {
		t.Errorf("open is %s in state %s", h.Id, h.GetString("state"))
	}
	w.stands(early.Id, care.StoodDown, w.coordination)
	w.stands(made, care.Escalated, w.coordination) // as overdue as the one before it
	w.mustAct(w.cora, made, handover.Action{Kind: handover.Acknowledge})
	w.pass(time.Minute)
	only(t, "open handovers about her, when the coordinator has it", open())
	w.sync(otto)
	seesHandover(t, otto, made, care.Acknowledged)
}

// A volunteer may not hand over: what they wrote goes to their own coordinator and to the care
// coordinator, not to whom they named; a safeguarding concern to the safeguarding lead alone.
func TestStory_AVolunteersRefusedHandoverGoesToTheirCoordinator(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	s := w.service(true)
	val := w.phoneOf(s.volunteer)
	w.record(val, care.Handovers, map[string]any{"patient": w.ada.Id, "to_team": w.surgery.Id, "class": "SD", "recommendation": "Please look at her leg."})
	w.sync(val)
	outcome(t, val, care.Quarantined)
	if n := len(w.handoversTo(w.surgery)); n != 0 {
		t.Errorf("the practice got %d handovers of a volunteer", n)
	}
	if h := only(t, "handovers to the service", w.handoversTo(s.team)); !strings.Contains(h.GetString("safe_note"), "Please look at her leg.") || flag(h, "unverified") != "true" {
		t.Errorf("their coordinator reads %q, unverified %s", h.GetString("safe_note"), flag(h, "unverified"))
	}
	only(t, "handovers to the care coordinator", w.handoversTo(w.coordination))

	w.record(val, care.Handovers, map[string]any{"patient": w.ada.Id, "to_team": w.surgery.Id, "class": "SG", "situation": "Bruises"})
	w.sync(val)
	only(t, "handovers to the safeguarding lead", w.handoversTo(w.safeguarding))
	if n := len(w.handoversTo(w.surgery)); n != 0 {
		t.Errorf("the practice got %d safeguarding concerns", n)
	}
}

// About a person who is not there yet nothing can be raised; the refused change itself goes to the
// coordinator as soon as the handover in it would have been overdue.
func TestStory_ARefusedHandoverAboutAnUnknownPersonHasItsOwnClock(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.handOf(w.ann)
	ann.took(ann.push(ann.mutation(1, create(care.Handovers, w.id(), map[string]any{"patient": w.id(), "class": "U2", "recommendation": "Please ring me."}))))
	q := only(t, "quarantined changes", w.rows(care.Quarantine, "state = 'open'", nil))
	w.pass(14 * time.Minute)
	if owner := w.stored(care.Quarantine, q.Id).GetString("owner_team"); owner != w.nurses.Id {
		t.Errorf("after 14 minutes it is with %s", w.nameOf(owner))
	}
	w.pass(2 * time.Minute)
	if owner := w.stored(care.Quarantine, q.Id).GetString("owner_team"); owner != w.coordination.Id {
		t.Errorf("after 16 minutes it is with %s", w.nameOf(owner))
	}
}
