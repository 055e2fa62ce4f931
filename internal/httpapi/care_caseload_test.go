package httpapi_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	reference "doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

type assigned struct {
	Row     httpapi.CaseloadRow `json:"row"`
	Preview bool                `json:"preview"`
	desk.Impact
}

type moved struct {
	Preview bool `json:"preview"`
	desk.Moved
}

// has fails unless a phone shows Ada, or does not.
func (w *town) has(p *reference.Phone, want bool, when string) {
	w.t.Helper()
	w.sync(p)
	if _, have := p.View(care.Patients, w.ada.Id); have != want {
		w.t.Errorf("%s: the phone shows her: %v, want %v", when, have, want)
	}
}

// Otto covers until six: he has her within the minute, and loses her at six by himself.
func TestCaseload_CoverUntilATime(t *testing.T) {
	w := newTown(t)
	otto := w.phoneOf(w.otto)
	w.has(otto, false, "at first")
	body := map[string]any{"patient": w.ada.Id, "staff": w.otto.Id, "to": care.Stamp(w.now().Add(6 * time.Hour)), "reason": "Ann is ill", "preview": true}
	tried := into[assigned](t, w.send(w.lea, "/caseload", body), http.StatusOK)
	if !tried.Preview || tried.Backfills.People != 1 || tried.Backfills.Staff != 1 || tried.Backfills.Devices != 1 || tried.Backfills.Records != 1 || tried.Purges.People != 0 {
		t.Errorf("what it would do: %+v", tried)
	}
	equal(t, "rows after a preview", w.count(t, `SELECT count(*) FROM caseload`), 1)
	delete(body, "preview")
	got := into[assigned](t, w.send(w.lea, "/caseload", body), http.StatusCreated)
	if got.Row.Staff == nil || got.Row.Staff.Name != "Otto" || got.Row.State != "now" || got.Backfills.Staff != 1 {
		t.Errorf("the cover: %+v", got)
	}
	again := into[assigned](t, w.send(w.lea, "/caseload", body), http.StatusOK)
	equal(t, "sent again", again.Row.ID, got.Row.ID)
	w.has(otto, true, "covered")
	note, err := otto.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.hill.Id, "note": "On cover"})
	must(t, err)
	w.pass(6*time.Hour - time.Minute)
	w.has(otto, true, "a minute before")
	equal(t, "his note", w.column(`SELECT note FROM visits WHERE id = ?`, note), "On cover")
	w.pass(2 * time.Minute)
	w.has(otto, false, "after six")
	rows := into[listOf[httpapi.CaseloadRow]](t, w.get(w.lea, "/caseload?patient="+w.ada.Id+"&ended=true"), http.StatusOK).Items
	if len(rows) != 2 || rows[1].State != "ended" || rows[1].Reason != "Ann is ill" || rows[1].Patient.FamilyName != "Testpatient" {
		t.Errorf("the caseload: %s", toJSON(t, rows))
	}
	equal(t, "not ended", len(into[listOf[httpapi.CaseloadRow]](t, w.get(w.lea, "/caseload?patient="+w.ada.Id), http.StatusOK).Items), 1)
	equal(t, "of the team", len(into[listOf[httpapi.CaseloadRow]](t, w.get(w.lea, "/caseload?team="+w.nurses.Id), http.StatusOK).Items), 1)
}

// A cover that is not needed any more is ended; the unsent note still gets in.
func TestCaseload_EndedEarly(t *testing.T) {
	w := newTown(t)
	otto := w.phoneOf(w.otto)
	row := into[assigned](t, w.send(w.lea, "/caseload", map[string]any{"patient": w.ada.Id, "team": w.hill.Id, "to": care.Stamp(w.now().Add(time.Hour)), "reason": "Short of staff"}), http.StatusCreated).Row
	w.has(otto, true, "covered")
	note, err := otto.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.hill.Id, "note": "Before it ended"})
	must(t, err)
	refused(t, w.send(w.vera, "/caseload/"+row.ID+"/end", nil), http.StatusNotFound, "not_found")
	w.turn(time.Minute)
	ended := into[assigned](t, w.send(w.lea, "/caseload/"+row.ID+"/end", nil), http.StatusOK)
	if ended.Row.State != "ended" || ended.Purges.Staff != 2 || ended.Purges.Devices != 1 { // Otto and Hella; she has no phone
		t.Errorf("ended: %+v", ended)
	}
	into[assigned](t, w.send(w.lea, "/caseload/"+row.ID+"/end", nil), http.StatusOK)
	w.has(otto, false, "ended")
	equal(t, "his note", w.column(`SELECT note FROM visits WHERE id = ?`, note), "Before it ended")
}

// A person moves to another team: said before, done in one action, the same again changes nothing.
func TestCaseload_AMoveSaysWhatItTakesAndBrings(t *testing.T) {
	w := newTown(t)
	ann, bob, otto := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.otto)
	_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "note": "First"})
	must(t, err)
	w.sync(ann)
	stranger := w.Patient(t, "Stranger", nil)
	w.Caseload(t, stranger, w.mental)
	w.tick()
	body := map[string]any{"patients": []string{w.ada.Id, stranger.Id}, "from": map[string]any{"team": w.nurses.Id}, "to": map[string]any{"team": w.hill.Id}, "reason": "Moved house", "preview": true}
	for _, preview := range []bool{true, false} {
		body["preview"] = preview
		got := into[moved](t, w.send(w.lea, "/caseload/move", body), http.StatusOK)
		if got.Preview != preview || got.People != 1 || len(got.NotThere) != 1 || got.NotThere[0] != stranger.Id ||
			got.Purges.Staff != 3 || got.Purges.Devices != 2 || got.Purges.Records != 2 || got.Backfills.Staff != 2 || got.Backfills.Devices != 1 || got.Backfills.Records != 2 {
			t.Errorf("preview %v: %+v", preview, got)
		}
		w.has(ann, preview, "after the preview, or the move")
	}
	w.has(bob, false, "moved")
	w.has(otto, true, "moved")
	again := into[moved](t, w.send(w.cora, "/caseload/move", body), http.StatusOK)
	if again.People != 0 || again.Purges.People != 0 {
		t.Errorf("again: %+v", again)
	}
	equal(t, "rows of hers", w.count(t, `SELECT count(*) FROM caseload WHERE patient = '`+w.ada.Id+`' AND "to" = ''`), 1)
}

// codeOf is why the server refused, "" when it did not.
func codeOf(err error) string {
	var refused *wire.Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// Nobody helps themselves to people who are others'.
func TestCaseload_WhoMayTakeWhom(t *testing.T) {
	w := newTown(t)
	loose := w.Patient(t, "Loose", nil)
	w.tick()
	ada, reason := w.ada.Id, "x"
	for _, c := range []struct {
		name   string
		who    *core.Record
		body   map[string]any
		status int
	}{
		{"another team's person", w.hella, map[string]any{"patient": ada, "team": w.hill.Id}, 404},
		{"another team's person, for herself", w.hella, map[string]any{"patient": ada, "staff": w.hella.Id}, 404},
		{"a made-up person", w.hella, map[string]any{"patient": pbtest.ID(), "team": w.hill.Id}, 404},
		{"a made-up team", w.lea, map[string]any{"patient": ada, "team": pbtest.ID()}, 404},
		{"a made-up colleague", w.lea, map[string]any{"patient": ada, "staff": pbtest.ID()}, 404},
		{"somebody nobody holds, for another team", w.hella, map[string]any{"patient": loose.Id, "team": w.nurses.Id}, 404},
		{"reception holds nobody", w.lea, map[string]any{"patient": ada, "staff": w.rita.Id}, 409},
		{"a cover that is over", w.lea, map[string]any{"patient": ada, "staff": w.otto.Id, "to": care.Stamp(w.now().Add(-time.Hour))}, 400},
		{"a team and a person", w.lea, map[string]any{"patient": ada, "staff": w.otto.Id, "team": w.hill.Id}, 400},
		{"neither", w.lea, map[string]any{"patient": ada}, 400},
		{"somebody nobody holds", w.hella, map[string]any{"patient": loose.Id, "team": w.hill.Id}, 201},
		{"the coordinator, anybody of the neighbourhood", w.cora, map[string]any{"patient": ada, "team": w.mental.Id}, 201},
	} {
		c.body["reason"] = reason
		if a := w.send(c.who, "/caseload", c.body); a.status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, a.status, a.body, c.status)
		}
	}
	refused(t, w.get(w.hella, "/caseload?patient="+ada), http.StatusNotFound, "not_found")
	refused(t, w.get(w.hella, "/caseload?team="+w.nurses.Id), http.StatusNotFound, "not_found")
	// A handover that stands with a team is reason enough to take the person on.
	id := w.raise(care.SameDay, w.hill)
	into[assigned](t, w.send(w.hella, "/caseload", map[string]any{"patient": ada, "team": w.hill.Id, "reason": "Handover " + id}), http.StatusCreated)
}

// X8: a phone holds people of both employers, so that whoever hears first that it is lost wipes it. A lead of neither may not.
func TestDevices_EitherEmployerReportsASharedPhoneLostAndTheAuditSaysWho(t *testing.T) {
	for name, lead := range map[string]func(*town) *core.Record{"the one": func(w *town) *core.Record { return w.lea }, "the other": func(w *town) *core.Record { return w.hella }} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.save(w.ann, map[string]any{"teams": []string{w.nurses.Id, w.hill.Id}})
			stranger := w.Staff(t, care.TeamLead, "Lars", w.elm)
			w.tick()
			ann := w.phoneOf(w.ann)
			device := ann.Device()
			path := "/devices/" + device + "/state"
			refused(t, w.send(stranger, path, map[string]any{"state": "lost"}), http.StatusNotFound, "not_found")
			into[desk.Device](t, w.send(lead(w), path, map[string]any{"state": "lost"}), http.StatusOK)
			equal(t, "its next contact", codeOf(ann.Sync(t.Context())), "lost")
			equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'state_lost' AND device = '`+device+`' AND actor = '`+lead(w).Id+`'`), 1)
			again := w.phoneOf(w.ann) // they work on, on another one
			equal(t, "the phone after it", codeOf(again.Sync(t.Context())), "")
		})
	}
}

// A phone is lost: its next contact, with a token it got before, wipes it.
func TestDevices_ALostPhoneIsWipedAtItsNextContact(t *testing.T) {
	w := newTown(t)
	ann := w.phoneOf(w.ann)
	_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "note": "Never sent"})
	must(t, err)
	list := into[listOf[desk.Device]](t, w.get(w.lea, "/devices"), http.StatusOK).Items
	if len(list) != 1 || list[0].ID != ann.Device() || list[0].Staff.Name != "Ann" || list[0].State != "active" || list[0].LastSeen == "" || list[0].Silent {
		t.Fatalf("the desk shows %s", toJSON(t, list))
	}
	equal(t, "another desk shows", len(into[listOf[desk.Device]](t, w.get(w.hella, "/devices"), http.StatusOK).Items), 0)
	path := "/devices/" + ann.Device() + "/state"
	refused(t, w.send(w.hella, path, map[string]any{"state": "lost"}), http.StatusNotFound, "not_found")
	refused(t, w.send(w.lea, path, map[string]any{"state": "stolen"}), http.StatusBadRequest, "invalid")
	lost := into[desk.Device](t, w.send(w.lea, path, map[string]any{"state": "lost"}), http.StatusOK)
	again := into[desk.Device](t, w.send(w.lea, path, map[string]any{"state": "lost"}), http.StatusOK)
	if lost.State != "lost" || lost.StateSince == "" || again.StateSince != lost.StateSince {
		t.Errorf("lost: %+v, again %+v", lost, again)
	}
	device := ann.Device()
	equal(t, "its next contact", codeOf(ann.Sync(t.Context())), "lost")
	if _, have := ann.View(care.Patients, w.ada.Id); have || ann.Directive() != "wipe" {
		t.Errorf("it still shows her: %v, directive %s", have, ann.Directive())
	}
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'state_lost' AND device = '`+device+`'`), 1)
}

// Somebody leaves: their phone hands in what it holds and shows nothing any more; visits,
// handovers and people go to a colleague, and what cannot is listed.
func TestStaff_TheLeaver(t *testing.T) {
	w := newTown(t)
	mo := w.Staff(t, care.MentalHealth, "Mo", w.mental)
	lead := w.Staff(t, care.TeamLead, "Max", w.mental)
	w.Caseload(t, w.ada, w.mental)
	w.Caseload(t, w.ada, w.mia)
	w.tick()
	mia := w.phoneOf(w.mia)
	planned := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "staff": w.mia.Id, "status": "planned", "planned_start": w.now().Add(time.Hour)})
	elsewhere := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.mia.Id, "status": "planned"})
	made := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "staff": w.mia.Id, "status": "completed"})
	w.tick()
	id := w.raise(care.SameDay, w.mental)
	w.act(w.mia, id, "accept", nil)
	unsent, err := mia.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.mental.Id, "note": "My last visit"})
	must(t, err)

	w.turn(time.Minute) // what a phone's clock is off is known to a fraction of a second only

	path := "/staff/" + w.mia.Id + "/leave"
	refused(t, w.send(w.lea, path, nil), http.StatusNotFound, "not_found")
	refused(t, w.send(lead, "/staff/"+lead.Id+"/leave", nil), http.StatusConflict, "yourself")
	refused(t, w.send(lead, path, map[string]any{"to": w.ann.Id}), http.StatusNotFound, "not_found")

	first := into[desk.Left](t, w.send(lead, path, nil), http.StatusOK)
	if len(first.Devices) != 1 || first.Devices[0].State != "draining" || len(first.Left.Visits) != 2 || len(first.Left.Handovers) != 1 || len(first.Left.People) != 1 || first.InactiveSince == "" {
		t.Errorf("what hangs on her: %s", toJSON(t, first))
	}
	refused(t, w.get(w.mia, "/handovers"), http.StatusForbidden, "inactive")
	second := into[desk.Left](t, w.send(lead, path, map[string]any{"to": mo.Id}), http.StatusOK)
	if second.InactiveSince != first.InactiveSince || second.Moved != (desk.TakenOver{Visits: 1, Handovers: 1, People: 1}) ||
		len(second.Left.Visits) != 1 || second.Left.Visits[0].ID != elsewhere.Id || len(second.Left.Handovers) != 0 || len(second.Left.People) != 0 {
		t.Errorf("after Mo took over: %s", toJSON(t, second))
	}
	equal(t, "the planned visit is", w.column(`SELECT staff FROM visits WHERE id = ?`, planned.Id), mo.Id)
	equal(t, "the one she made is", w.column(`SELECT staff FROM visits WHERE id = ?`, made.Id), w.mia.Id)
	got := w.read(mo, id)
	if got.Owner == nil || got.Owner.Name != "Mo" || got.Events[len(got.Events)-1].Kind != "reassigned" {
		t.Errorf("the handover: %s", toJSON(t, got))
	}
	w.sync(w.phoneOf(mo))
	equal(t, "her phone's last round", codeOf(mia.Sync(t.Context())), "push_only")
	equal(t, "her last visit", w.column(`SELECT note FROM visits WHERE id = ?`, unsent), "My last visit")
	if _, have := mia.View(care.Patients, w.ada.Id); have {
		t.Error("her phone still shows somebody")
	}
	staff := into[listOf[access.StaffRow]](t, w.get(lead, "/staff"), http.StatusOK).Items
	if len(staff) != 3 || staff[1].Name != "Mia" || staff[1].InactiveSince == "" || staff[2].InactiveSince != "" {
		t.Errorf("the staff: %s", toJSON(t, staff))
	}
}

// A leaver who was noted by mistake: the account and the phone work again, once, for who noted it; what
// an administrator closed stays closed; a phone that hands in for another reason goes on doing so.
func TestStaff_LeavingIsTakenBack(t *testing.T) {
	w := newTown(t)
	bob := w.phoneOf(w.bob)
	other := w.phoneOf(w.bob)
	devices := into[listOf[desk.Device]](t, w.get(w.lea, "/devices"), http.StatusOK).Items
	into[desk.Device](t, w.send(w.lea, "/devices/"+devices[1].ID+"/state", map[string]any{"state": "draining"}), http.StatusOK)
	w.turn(time.Minute)
	leave, stay := "/staff/"+w.bob.Id+"/leave", "/staff/"+w.bob.Id+"/stay"
	if got := into[desk.Stayed](t, w.send(w.lea, stay, nil), http.StatusOK); got.Changed {
		t.Errorf("nothing was noted yet: %s", toJSON(t, got))
	}
	into[desk.Left](t, w.send(w.lea, leave, nil), http.StatusOK)
	into[desk.Left](t, w.send(w.lea, leave, map[string]any{"to": w.ann.Id}), http.StatusOK) // said again, which moves no date
	refused(t, w.get(w.bob, "/handovers"), http.StatusForbidden, "inactive")
	refused(t, w.send(w.hella, stay, nil), http.StatusNotFound, "not_found")

	back := into[desk.Stayed](t, w.send(w.lea, stay, nil), http.StatusOK)
	if !back.Changed || len(back.Devices) != 1 || back.Devices[0].ID == devices[1].ID {
		t.Errorf("taken back: %s", toJSON(t, back))
	}
	must(t, bob.Sync(t.Context()))
	if _, have := bob.View(care.Patients, w.ada.Id); !have {
		t.Error("his phone shows nobody")
	}
	equal(t, "the one that was to hand in", codeOf(other.Sync(t.Context())), "push_only")
	equal(t, "in the audit", w.count(t, `SELECT count(*) FROM audit WHERE action = 'stay' AND record = '`+w.bob.Id+`'`), 1)

	ahead := care.Stamp(w.now().Add(48 * time.Hour))
	into[desk.Left](t, w.send(w.lea, leave, map[string]any{"at": ahead}), http.StatusOK)
	if got := into[desk.Stayed](t, w.send(w.lea, stay, nil), http.StatusOK); !got.Changed {
		t.Errorf("what lies ahead is not taken back: %s", toJSON(t, got))
	}

	w.turn(time.Minute)
	w.set(t, care.StaffName, w.bob.Id, map[string]any{"inactive_since": w.now()})
	w.tick()
	refused(t, w.send(w.lea, stay, nil), http.StatusConflict, "closed_elsewhere")
	ada := w.Staff(t, care.Administrator, "Adam", w.nurses)
	w.tick()
	if got := into[desk.Stayed](t, w.send(ada, stay, nil), http.StatusOK); !got.Changed {
		t.Errorf("the administrator: %s", toJSON(t, got))
	}
}

// Every answer of the pages' routes, refusals too, says what time it is by the clock that decides what is late.
func TestCare_AnswersTellTheServersClock(t *testing.T) {
	w := newTown(t)
	w.turn(72 * time.Hour)
	for name, a := range map[string]answer{"an answer": w.get(w.lea, "/queues"), "a refusal": w.get(w.guy, "/queues")} {
		if at, err := http.ParseTime(a.header.Get("Date")); err != nil || at.Sub(w.now()).Abs() > 2*time.Second {
			t.Errorf("%s is dated %q, the server's clock says %s", name, a.header.Get("Date"), w.now())
		}
	}
}
