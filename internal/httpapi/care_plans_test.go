package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/desk"
	"doorstep/internal/httpapi"
	reference "doorstep/internal/phone"
	"doorstep/internal/plan"
	"doorstep/internal/worktime"
)

// insulin is a plan for Ada from tomorrow on, for tests to change.
func (w *town) insulin(change map[string]any) map[string]any {
	content := map[string]any{"purpose": "insulin", "rule": "FREQ=DAILY", "start": w.dayAhead(1), "from": "08:00", "to": "10:00", "minutes": 30, "closed_days": "visit"}
	for name, v := range change {
		content[name] = v
	}
	return map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "plan": content}
}

// dayAhead is the day so many days from now.
func (w *town) dayAhead(days int) string { return plan.Later(plan.DayOf(w.now()), days).String() }

// heldBy are the records of a collection on a phone, by id.
func heldBy(t *testing.T, p *reference.Phone, collection string) map[string]map[string]any {
	held := map[string]map[string]any{}
	p.EachHeld(func(h reference.Held) {
		if h.Collection == collection {
			var values map[string]any
			must(t, json.Unmarshal(h.Data, &values))
			held[h.ID] = values
		}
	})
	return held
}

type plannedAnswer struct {
	Plan *httpapi.VisitPlan `json:"plan"`
	desk.PlanEffect
}

func (w *town) plan(who *core.Record, body map[string]any) plannedAnswer {
	w.t.Helper()
	return into[plannedAnswer](w.t, w.send(who, "/plans", body), http.StatusCreated)
}

func (w *town) board(who, team *core.Record, day string) httpapi.Board {
	w.t.Helper()
	return into[httpapi.Board](w.t, w.get(who, "/board?team="+team.Id+"&day="+day), http.StatusOK)
}

// rounds tells a board in a line: who, when, whom.
func rounds(b httpapi.Board) string {
	line := func(who string, visits []httpapi.BoardVisit) string {
		var parts []string
		for _, v := range visits {
			at, _ := care.ParseStamp(v.Start)
			parts = append(parts, worktime.InLondon(at).Format("15:04")+" "+v.Patient.PreferredName+" "+v.Purpose)
		}
		return who + ": " + strings.Join(parts, ", ")
	}
	lines := []string{line("nobody", b.Unallocated)}
	for _, r := range b.Rounds {
		if len(r.Visits) > 0 {
			lines = append(lines, line(r.Staff.Name, r.Visits))
		}
	}
	return strings.Join(lines, "; ")
}

// U14: a lead plans a visit, sees it on the board, gives it to a nurse, and the nurse's phone has it.
func TestCare_ALeadPlansARoundAndThePhoneHasIt(t *testing.T) {
	w := newTown(t)
	made := w.plan(w.lea, w.insulin(nil))
	if made.Made != 13 || made.Plan == nil || made.Plan.Patient.FamilyName != "Testpatient" || made.Plan.PlannedTo != w.dayAhead(13) {
		t.Fatalf("planned %s", toJSON(t, made))
	}
	tomorrow := w.dayAhead(1)
	b := w.board(w.lea, w.nurses, tomorrow)
	equal(t, "the board", rounds(b), "nobody: 08:00 Ada insulin")
	move := map[string]any{"team": w.nurses.Id, "contacts": []string{b.Unallocated[0].ID}, "staff": w.ann.Id, "at": "09:00"}
	equal(t, "moved", into[desk.MovedVisits](t, w.send(w.lea, "/board/move", move), http.StatusOK).Moved, 1)
	b = w.board(w.lea, w.nurses, tomorrow)
	equal(t, "the board", rounds(b), "nobody: ; Ann: 09:00 Ada insulin")
	if r := b.Rounds[slices.IndexFunc(b.Rounds, func(r httpapi.BoardRound) bool { return r.Staff.ID == w.ann.Id })]; r.Minutes != 30 || r.Clash != "" || r.Visits[0].Minutes != 30 {
		t.Errorf("Ann's round %s", toJSON(t, r))
	}
	ann := w.phoneOf(w.ann)
	w.sync(ann)
	equal(t, "visits on Ann's phone", len(heldBy(t, ann, care.Visits)), 13)

	// The plan is changed: what Lea moved stays, the rest follows.
	changed := into[plannedAnswer](t, w.send(w.lea, "/plans/"+made.Plan.ID, map[string]any{"plan": w.insulin(map[string]any{"from": "07:00", "to": "08:00", "staff": w.bob.Id})["plan"]}), http.StatusOK)
	if changed.Moved != 12 || changed.Kept != 1 || changed.Plan.Staff.Name != "Bob" {
		t.Errorf("changed %s", toJSON(t, changed))
	}
	equal(t, "the day after", rounds(w.board(w.lea, w.nurses, w.dayAhead(2))), "nobody: ; Bob: 07:00 Ada insulin")
	equal(t, "tomorrow", rounds(w.board(w.lea, w.nurses, tomorrow)), "nobody: ; Ann: 09:00 Ada insulin")

	// Bob is ill for two days: his whole round goes to Ann, in one action.
	round := map[string]any{"team": w.nurses.Id, "round": map[string]any{"staff": w.bob.Id, "first": w.dayAhead(2), "last": w.dayAhead(3)}, "staff": w.ann.Id}
	equal(t, "moved", into[desk.MovedVisits](t, w.send(w.lea, "/board/move", round), http.StatusOK).Moved, 2)
	equal(t, "the day after", rounds(w.board(w.lea, w.nurses, w.dayAhead(2))), "nobody: ; Ann: 07:00 Ada insulin")

	// It ends: what nobody touched is taken away, from the phone too.
	ended := into[plannedAnswer](t, w.send(w.lea, "/plans/"+made.Plan.ID+"/end", map[string]any{}), http.StatusOK)
	if ended.Withdrawn != 10 || ended.Kept != 3 || ended.Plan.EndedAt == "" {
		t.Errorf("ended %s", toJSON(t, ended))
	}
	w.sync(ann)
	equal(t, "visits on the phone", len(heldBy(t, ann, care.Visits)), 3)
	refused(t, w.send(w.lea, "/plans/"+made.Plan.ID, map[string]any{"plan": w.insulin(nil)["plan"]}), http.StatusConflict, "plan_ended")
	equal(t, "issues", len(w.issues(w.lea).Items), 0)
}

func TestCare_APlanThatCannotBeIsRefusedBeforeItIsStored(t *testing.T) {
	w := newTown(t)
	trust, err := w.FindRecordById(care.Organisations, w.nurses.GetString("organisation"))
	must(t, err)
	w.save(trust, map[string]any{"opening_hours": map[string]string{"monday": "08:00-18:00", "tuesday": "08:00-18:00", "wednesday": "08:00-18:00", "thursday": "08:00-18:00", "friday": "08:00-18:00", "saturday": "08:00-18:00"}})
	gwen := w.Patient(t, "Otherpatient", w.practice)
	w.Caseload(t, gwen, w.nurses)
	w.tick()
	w.plan(w.lea, w.insulin(map[string]any{"staff": w.ann.Id, "from": "09:00", "to": "09:30"}))
	with := func(body map[string]any, name string, v any) map[string]any { body[name] = v; return body }
	for _, c := range []struct {
		name string
		who  *core.Record
		body map[string]any
		code string
		says string
	}{
		{"two doors at nine", w.lea, with(w.insulin(map[string]any{"staff": w.ann.Id, "from": "09:00", "to": "09:30"}), "patient", gwen.Id), "two_at_once", "Ann would have 60 minutes of visits between 09:00 and 09:30"},
		{"a nurse of another team", w.cora, w.insulin(map[string]any{"staff": w.otto.Id}), "outside_caseload", "Otto does not have this person"},
		{"somebody else's nurse", w.lea, w.insulin(map[string]any{"staff": w.otto.Id}), "not_found", ""},
		{"a team that does not have them", w.cora, with(w.insulin(nil), "team", w.hill.Id), "outside_caseload", "not on the caseload of that team"},
		{"another lead's team", w.hella, w.insulin(nil), "not_found", ""},
		{"only on Sundays, when they are closed", w.lea, w.insulin(map[string]any{"rule": "FREQ=WEEKLY;BYDAY=SU", "closed_days": "skip"}), "closed_day", "Sunday"},
		{"every hour", w.lea, w.insulin(map[string]any{"rule": "FREQ=HOURLY"}), "invalid", "HOURLY"},
		{"no such purpose", w.lea, w.insulin(map[string]any{"purpose": "tea"}), "invalid", "what the visit is for"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status := map[string]int{"not_found": http.StatusNotFound, "invalid": http.StatusBadRequest}[c.code]
			if status == 0 {
				status = http.StatusConflict
			}
			no := refused(t, w.send(c.who, "/plans", c.body), status, c.code)
			if !strings.Contains(no.Message, c.says) {
				t.Errorf("it says %q", no.Message)
			}
			if c.code != "not_found" && (len(no.Fields) != 1 || no.Fields[0].Field == "" || no.Fields[0].Message != no.Message) {
				t.Errorf("no form could say it beside its field: %+v", no)
			}
		})
	}
	equal(t, "plans", w.column("SELECT count(*) FROM visit_plans"), "1")
	sunday := 0
	for plan.DayOf(w.now().AddDate(0, 0, sunday)).Begins().Weekday() != time.Sunday || sunday == 0 {
		sunday++
	}
	friday := w.board(w.lea, w.nurses, w.dayAhead(sunday-2))
	ann := friday.Rounds[slices.IndexFunc(friday.Rounds, func(r httpapi.BoardRound) bool { return r.Staff.ID == w.ann.Id })]
	no := refused(t, w.send(w.lea, "/board/move", map[string]any{"team": w.nurses.Id, "contacts": []string{ann.Visits[0].ID}, "days": 2}), http.StatusConflict, "closed_day")
	if !strings.Contains(no.Message, "Sunday") {
		t.Errorf("it says %q", no.Message)
	}
	if b := w.board(w.lea, w.nurses, w.dayAhead(sunday)); b.ClosedWhy != "Sunday" {
		t.Errorf("closed on Sunday: %q", b.ClosedWhy)
	}
}

func TestCare_OfARoundWhatCannotBeMovedStaysAndSaysWhy(t *testing.T) {
	w := newTown(t)
	gwen := w.Patient(t, "Otherpatient", w.practice)
	w.Caseload(t, gwen, w.nurses)
	w.tick()
	day := w.dayAhead(1)
	one := map[string]any{"rule": "FREQ=DAILY;COUNT=1", "from": "09:00", "to": "09:30"}
	w.plan(w.lea, w.insulin(map[string]any{"rule": one["rule"], "from": "09:00", "to": "09:30", "staff": w.ann.Id}))
	w.plan(w.lea, w.insulin(map[string]any{"rule": one["rule"], "from": "14:00", "to": "16:00", "staff": w.ann.Id}))
	other := w.insulin(map[string]any{"rule": one["rule"], "from": "09:00", "to": "09:30", "staff": w.bob.Id})
	other["patient"] = gwen.Id
	w.plan(w.lea, other)
	got := into[desk.MovedVisits](t, w.send(w.lea, "/board/move", map[string]any{"team": w.nurses.Id, "round": map[string]any{"staff": w.ann.Id, "first": day, "last": day}, "staff": w.bob.Id}), http.StatusOK)
	if got.Moved != 1 || len(got.Refused) != 1 || got.Refused[0].Code != "two_at_once" || !strings.Contains(got.Refused[0].Message, "Bob would have 60 minutes") {
		t.Errorf("moved %s", toJSON(t, got))
	}
	if b := rounds(w.board(w.lea, w.nurses, day)); !strings.Contains(b, "Ann: 09:00 Ada insulin") || !strings.Contains(b, "14:00 Ada insulin") {
		t.Errorf("the board: %s", b)
	}
}

func TestCare_AVolunteerCoordinatorPlansTheirServiceAndSeesNothingClinical(t *testing.T) {
	w := newTown(t)
	w.plan(w.lea, w.insulin(nil))
	w.Caseload(t, w.ada, w.visitors)
	w.Caseload(t, w.ada, w.vic)
	w.tick()
	body := map[string]any{"patient": w.ada.Id, "team": w.visitors.Id, "plan": map[string]any{"rule": "FREQ=WEEKLY;BYDAY=TU", "start": w.dayAhead(1), "from": "14:00", "to": "15:00", "minutes": 45, "staff": w.vic.Id}}
	made := w.plan(w.vera, body)
	if made.Made == 0 || made.Plan.Kind != care.Checkins || made.Plan.Patient.FamilyName != "" || made.Plan.Patient.PreferredName != "Ada" {
		t.Fatalf("planned %s", toJSON(t, made))
	}
	tuesday := 1
	for plan.DayOf(w.now()).Begins().AddDate(0, 0, tuesday).Weekday() != time.Tuesday {
		tuesday++
	}
	got := w.get(w.vera, "/board?team="+w.visitors.Id+"&day="+w.dayAhead(tuesday))
	if b := into[httpapi.Board](t, got, http.StatusOK); b.Kind != care.Checkins || rounds(b) != "nobody: ; Vic: 14:00 Ada " {
		t.Errorf("Vera's board: %s", rounds(b))
	}
	for _, secret := range []string{"insulin", "Testpatient", "999 000", "1941"} {
		if strings.Contains(string(got.body), secret) {
			t.Errorf("Vera reads %q in %s", secret, got.body)
		}
	}
	if list := into[listOf[httpapi.VisitPlan]](t, w.get(w.vera, "/plans?patient="+w.ada.Id), http.StatusOK); len(list.Items) != 1 || list.Items[0].Kind != care.Checkins {
		t.Errorf("Vera's plans: %s", toJSON(t, list))
	}
	refused(t, w.get(w.vera, "/board?team="+w.nurses.Id), http.StatusNotFound, "not_found")
	refused(t, w.get(w.ann, "/board?team="+w.nurses.Id), http.StatusForbidden, "forbidden")
	vic := w.phoneOf(w.vic)
	w.sync(vic)
	if len(heldBy(t, vic, care.Checkins)) == 0 || len(heldBy(t, vic, care.Visits)) != 0 {
		t.Errorf("Vic's phone has %d check-ins and %d visits", len(heldBy(t, vic, care.Checkins)), len(heldBy(t, vic, care.Visits)))
	}
}

// The face that somebody knows is suggested: whoever was with them most in the last weeks.
func TestCare_TheUsualFaceIsSuggested(t *testing.T) {
	w := newTown(t)
	w.plan(w.lea, w.insulin(map[string]any{"staff": w.ann.Id}))
	ann := w.phoneOf(w.ann)
	for range 2 {
		w.pass(24 * time.Hour)
		w.sync(ann)
		for id, v := range heldBy(t, ann, care.Visits) {
			if start, _ := v["planned_start"].(string); strings.HasPrefix(start, w.dayAhead(0)) {
				must(t, ann.Edit(care.Visits, id, map[string]any{"status": "completed", "started_at": care.Stamp(w.now()), "ended_at": care.Stamp(w.now())}))
			}
		}
		w.sync(ann)
	}
	b := w.board(w.lea, w.nurses, w.dayAhead(1))
	round := b.Rounds[slices.IndexFunc(b.Rounds, func(r httpapi.BoardRound) bool { return r.Staff.ID == w.ann.Id })]
	if usual := round.Visits[0].Usual; len(usual) != 1 || usual[0].Name != "Ann" || usual[0].Times != 2 {
		t.Errorf("usual faces %s", toJSON(t, usual))
	}
	equal(t, "today, done", rounds(w.board(w.lea, w.nurses, w.dayAhead(0))), "nobody: ; Ann: 08:00 Ada insulin")
}

// Late follows from what is planned: the desk is told which visits nobody has made, and of whose board they are.
func TestCare_AVisitThatNobodyMadeIsLateOnTheDesksList(t *testing.T) {
	w := newTown(t)
	w.plan(w.lea, w.insulin(map[string]any{"rule": "FREQ=DAILY;COUNT=1", "staff": w.ann.Id}))
	w.plan(w.lea, w.insulin(map[string]any{"rule": "FREQ=DAILY;COUNT=1", "from": "11:00", "to": "12:00"}))
	late := func(who *core.Record) (list []httpapi.LateVisit) {
		t.Helper()
		return into[listOf[httpapi.LateVisit]](t, w.get(who, "/board/late"), http.StatusOK).Items
	}
	equal(t, "late before it is due", len(late(w.lea)), 0)
	w.pass(48 * time.Hour)
	list := late(w.lea)
	if len(list) != 2 || list[0].Staff == nil || list[0].Staff.Name != "Ann" || list[0].Team.ID != w.nurses.Id || list[0].Patient.PreferredName != "Ada" || list[1].Staff != nil || !strings.HasPrefix(list[0].Start, w.dayAhead(-1)) {
		t.Fatalf("late: %s", toJSON(t, list))
	}
	equal(t, "for the coordinator", len(late(w.cora)), 2)
	equal(t, "for another lead", len(late(w.hella)), 0)
	equal(t, "for a voluntary service", len(late(w.vera)), 0)
	ann := w.phoneOf(w.ann)
	must(t, ann.Edit(care.Visits, list[0].ID, map[string]any{"status": "completed", "started_at": care.Stamp(w.now()), "ended_at": care.Stamp(w.now())}))
	w.sync(ann)
	equal(t, "once it is recorded", len(late(w.lea)), 1)
	equal(t, "lines in the audit", w.column("SELECT count(*) FROM audit WHERE action = 'late' AND actor = ?", w.lea.Id), "3")
}
