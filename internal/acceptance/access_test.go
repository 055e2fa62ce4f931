package acceptance

import (
	"encoding/json"
	"errors"
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
	"doorstep/internal/testkit/pbtest"
	"doorstep/internal/wire"
)

// shows fails unless a phone shows a person, or does not.
func shows(t *testing.T, p *phone.Phone, person *core.Record, want bool, when string) {
	t.Helper()
	if _, have := p.View(care.Patients, person.Id); have != want {
		t.Errorf("%s: the phone shows the person: %v, want %v", when, have, want)
	}
}

// A caseload row is access: made in the dashboard it grants, ended or deleted it revokes, and a person
// whom two rows grant stays until the last of them ends.
func TestAccess_ByHand(t *testing.T) {
	w := newWorld(t)
	otto := w.phoneOf(w.otto)
	shows(t, otto, w.ada, false, "at first")
	visit := w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "note": "Before Otto's time"})
	grant := func(fields map[string]any) string {
		body := w.dashboard(http.MethodPost, "caseload/records", with(map[string]any{"id": w.id(), "patient": w.ada.Id, "reason": "shared round"}, pairsOf(fields)...)).JSON(t)
		id, _ := body["id"].(string)
		return id
	}
	team := grant(map[string]any{"team": w.others.Id})
	w.sync(otto)
	shows(t, otto, w.ada, true, "granted to his team")
	sees(t, otto, care.Visits, visit.Id, "note", "Before Otto's time")

	own := grant(map[string]any{"staff": w.otto.Id})
	w.dashboard(http.MethodPatch, "caseload/records/"+team, map[string]any{"to": w.now()})
	w.sync(otto)
	shows(t, otto, w.ada, true, "still granted to himself")
	sees(t, otto, care.Visits, visit.Id, "note", "Before Otto's time")

	w.dashboard(http.MethodDelete, "caseload/records/"+own, nil)
	w.sync(otto)
	shows(t, otto, w.ada, false, "no row left")
	if left := mentions(otto, w.ada.Id); len(left) != 0 {
		t.Errorf("he still holds %v", left)
	}

	w.sql(`INSERT INTO caseload (id, patient, team, reason) VALUES (?, ?, ?, 'by a script')`, w.id(), w.ada.Id, w.others.Id)
	w.sync(otto)
	shows(t, otto, w.ada, true, "granted by a script")
}

// A cover begins and ends by itself, to the minute, on a phone that asks; also when the server was not
// asked in between, and after a restart.
func TestAccess_ByTime(t *testing.T) {
	w := newWorld(t)
	otto := w.phoneOf(w.otto, w.findingIt)
	w.Caseload(t, w.ada, w.others, w.now().Add(time.Hour), w.now().Add(9*time.Hour))
	w.tick()
	w.sync(otto)
	shows(t, otto, w.ada, false, "an hour before")
	w.pass(59 * time.Minute)
	w.sync(otto)
	shows(t, otto, w.ada, false, "a minute before")
	w.pass(time.Minute)
	w.sync(otto)
	shows(t, otto, w.ada, true, "when it begins")
	note := w.record(otto, care.Visits, w.visit(w.ada, "Written on cover"))
	w.restart()
	w.pass(8*time.Hour - time.Minute)
	w.sync(otto)
	shows(t, otto, w.ada, true, "a minute before the end")
	written := w.record(otto, care.Visits, w.visit(w.ada, "Written in the last minute, sent after the end"))
	w.pass(time.Minute)
	w.sync(otto)
	shows(t, otto, w.ada, false, "at the end")
	if left := mentions(otto, w.ada.Id); len(left) != 0 {
		t.Errorf("he still holds %v", left)
	}
	ann := w.phoneOf(w.ann)
	sees(t, ann, care.Visits, note, "note", "Written on cover")
	sees(t, ann, care.Visits, written, "note", "Written in the last minute, sent after the end")
}

// What decides is whether access was held when a note was written, by the corrected clock; when the
// clock is not known, only what is true now counts.
func TestAccess_AWrittenNoteIsTakenInWhenAccessWasHeldThen(t *testing.T) {
	for name, c := range map[string]struct {
		clock   time.Duration // how far the phone's clock is ahead
		changed bool          // it is set to that after the hello, so that the offset then is not known
		wrote   time.Duration // after the end of access
		want    care.Status
	}{
		"written before":                     {wrote: -time.Minute, want: care.Applied},
		"written after":                      {wrote: time.Minute, want: care.Quarantined},
		"written before, clock two days off": {clock: 48 * time.Hour, wrote: -time.Minute, want: care.Applied},
		"written after, clock two days slow": {clock: -48 * time.Hour, wrote: time.Minute, want: care.Quarantined},
		"clock set back before writing":      {clock: -48 * time.Hour, changed: true, wrote: time.Minute, want: care.Quarantined},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.pass(72 * time.Hour) // access has been held for a while
			clock := c.clock
			if c.changed {
				clock = 0
			}
			ann := w.phoneOf(w.ann, func(o *phone.Options) { o.Now = func() time.Time { return w.now().Add(clock) } })
			clock = c.clock
			write := func() {
				values := map[string]any{"patient": w.ada.Id, "status": "completed", "note": "Wound clean"}
				w.record(ann, care.Visits, values)
			}
			if c.wrote < 0 {
				write()
				w.pass(-c.wrote)
			}
			w.move(w.ada, w.nurses, w.others)
			if c.wrote > 0 {
				w.pass(c.wrote)
				write()
			}
			w.pass(time.Hour)
			w.sync(ann)
			item := outcome(t, ann, c.want)
			if c.want == care.Applied && item.State != phone.Sent {
				t.Errorf("its author sees %s", item.State)
			}
			lena := w.phoneOf(w.Staff(t, care.TeamLead, "Lena", w.others))
			found := 0
			for _, v := range lena.List(care.Visits) {
				found += strings.Count(v.Text("note"), "Wound clean")
			}
			for _, i := range issuesOn(lena) {
				found += strings.Count(fmt.Sprint(i.Values["content"]), "Wound clean")
			}
			if found != 1 {
				t.Errorf("the team that holds her now finds the note %d times, want once", found)
			}
		})
	}
}

// A nurse becomes a link worker: her role narrows. What the new role may not see leaves her phone at
// once, before the new view has arrived; her unsent work stays and is judged by what held when it was
// written.
func TestAccess_ByRole(t *testing.T) {
	w := newWorld(t)
	for i := range 80 {
		w.Put(t, care.Visits, map[string]any{"patient": w.ada.Id, "note": fmt.Sprintf("Old visit %d", i)})
	}
	w.tick()
	ann, net := w.phoneOn(w.ann, func(o *phone.Options) { o.PageRows = 60 })
	w.record(ann, care.Observations, w.readings(w.ada))
	w.sync(ann)
	shows(t, ann, w.ada, true, "as a nurse")
	bob := w.phoneOf(w.bob)
	shared := bob.List(care.Visits)[0].ID
	edit(t, ann, care.Visits, shared, "note", "What Ann saw")
	edit(t, bob, care.Visits, shared, "note", "What Bob saw")
	w.syncAll(bob, ann)
	if n := len(issuesOn(ann)); n != 1 {
		t.Fatalf("%d conflicts", n)
	}
	w.record(ann, care.Visits, w.visit(w.ada, "Unsent, as a nurse"))
	w.dashboard(http.MethodPatch, "staff/records/"+w.ann.Id, map[string]any{"role": string(care.LinkWorker)})

	pages := 0
	net.after = func(r *http.Request, body []byte) error {
		if strings.HasSuffix(r.URL.Path, "/pull") {
			pages++
		}
		return nil
	}
	ann.Begin()
	for pages == 0 {
		if _, err := ann.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ann.EachHeld(func(h phone.Held) {
		if h.Collection == care.Visits || h.Collection == care.Observations {
			t.Errorf("after the first page the phone still holds %s %s", h.Collection, h.ID)
		}
	})
	w.sync(ann)
	seen := sees(t, ann, care.Patients, w.ada.Id, "address", nil)
	for _, field := range []string{"family_name", "nhs_number", "date_of_birth", "access_notes"} {
		if _, there := seen.Values[field]; there {
			t.Errorf("a link worker gets %s", field)
		}
	}
	onlyLimited(t, ann)
	found := 0
	for _, v := range w.rows(care.Visits, "note = 'Unsent, as a nurse'", nil) {
		found += len(v.Id) / 26
	}
	for _, q := range w.rows(care.Quarantine, "content ~ 'Unsent, as a nurse'", nil) {
		found += len(q.Id) / 26
	}
	if found != 1 {
		t.Errorf("the unsent visit is found %d times, want once", found)
	}

	for _, i := range issuesOn(ann) {
		if i.Text("kind") == "conflict" && (i.Values["hidden"] != true || i.Values["kept"] != nil) {
			t.Errorf("a link worker reads a conflict about a visit: %v", i.Values)
		}
	}

	// And back: the whole view returns.
	w.dashboard(http.MethodPatch, "staff/records/"+w.ann.Id, map[string]any{"role": string(care.Matron)})
	w.sync(ann)
	sees(t, ann, care.Patients, w.ada.Id, "family_name", "Testpatient")
	if n := len(ann.List(care.Visits)); n < 80 {
		t.Errorf("%d visits came back, want 80", n)
	}
}

// village is a voluntary service with a volunteer and their coordinator.
type village struct {
	service, team *core.Record
	vera, colin   *core.Record
}

func (w *world) village() village {
	w.t.Helper()
	var v village
	v.service = w.Org(w.t, "voluntary", "Good Neighbours")
	v.team = w.Team(w.t, v.service, "voluntary", "Good Neighbours")
	v.vera = w.Staff(w.t, care.Volunteer, "Vera", v.team)
	v.colin = w.Staff(w.t, care.VolunteerCoordinator, "Colin", v.team)
	w.tick()
	return v
}

// consent is what a person said about a service, as patients.consent holds it.
func consent(service *core.Record, given bool, expires string) []map[string]any {
	c := map[string]any{"service": service.Id, "given": given, "how": "asked at home", "at": "2026-03-02T08:00:00.000Z", "expires": nil}
	if expires != "" {
		c["expires"] = expires
	}
	return []map[string]any{c}
}

// A voluntary service sees a person with their consent and not without: it can be withdrawn, it can
// run out, and an objection ends it.
func TestAccess_ConsentWithdrawnRevokes(t *testing.T) {
	w := newWorld(t)
	v := w.village()
	w.Caseload(t, w.ada, v.vera)
	w.Caseload(t, w.ada, v.team)
	w.tick()
	vera, colin := w.phoneOf(v.vera), w.phoneOf(v.colin)
	check := func(want bool, when string) {
		t.Helper()
		w.syncAll(vera, colin)
		shows(t, vera, w.ada, want, when+", volunteer")
		shows(t, colin, w.ada, want, when+", coordinator")
	}
	change := func(fields map[string]any) { w.dashboard(http.MethodPatch, "patients/records/"+w.ada.Id, fields) }
	check(false, "nobody has asked her")
	change(map[string]any{"consent": consent(v.service, true, "")})
	check(true, "she agreed")
	looked := w.record(vera, care.Checkins, map[string]any{"patient": w.ada.Id, "team": v.team.Id, "staff": v.vera.Id, "seen": true, "concern": "Thin"})
	w.syncAll(vera, colin)
	sees(t, vera, care.Checkins, looked, "concern", "Thin")
	sees(t, colin, care.Checkins, looked, "concern", "Thin")
	// What Vera has not sent when the consent ends is taken in, then it goes too: from both, for good.
	unsent := w.record(vera, care.Checkins, map[string]any{"patient": w.ada.Id, "team": v.team.Id, "staff": v.vera.Id, "seen": true, "concern": "Thinner"})
	w.pass(time.Minute) // she wrote it before the consent ended, by any clock
	change(map[string]any{"consent": consent(v.service, false, "")})
	check(false, "she withdrew it")
	if r := w.stored(care.Checkins, unsent); r == nil || r.GetString("concern") != "Thinner" {
		t.Errorf("what was not sent became %v", r)
	}
	if left := heldOf(w.ada.Id, vera, colin); len(left) != 0 {
		t.Errorf("after she withdrew it the service still holds %v", left)
	}
	for _, p := range []*phone.Phone{vera, colin} {
		p.RequestDigest()
		w.sync(p)
		holdsNot(t, p, care.Checkins, looked)
	}
	ann := w.phoneOf(w.ann)
	sees(t, ann, care.Checkins, looked, "concern", "Thin")
	change(map[string]any{"consent": consent(v.service, true, "")})
	check(true, "she agreed once more")
	sees(t, vera, care.Checkins, looked, "concern", "Thin")
	sees(t, colin, care.Checkins, unsent, "concern", "Thinner")
	change(map[string]any{"consent": append(consent(v.service, true, ""), consent(v.service, false, "")...)})
	check(false, "she changed her mind")
	change(map[string]any{"consent": consent(v.service, true, w.now().Add(48*time.Hour).UTC().Format(time.DateOnly))})
	check(true, "for two days")
	w.pass(73 * time.Hour)
	check(false, "the two days are over")
	change(map[string]any{"consent": consent(v.service, true, "")})
	check(true, "she agreed again")
	change(map[string]any{"objection": true})
	check(false, "she objects")
	if left := heldOf(w.ada.Id, vera, colin); len(left) != 0 {
		t.Errorf("after she objected the service still holds %v", left)
	}
	change(map[string]any{"objection": false, "consent": consent(w.practice, true, "")})
	check(false, "she agreed to another service")

	w.sync(ann)
	shows(t, ann, w.ada, true, "the nurses, who need no consent for direct care")
	withdraw := func() {
		t.Helper()
		raw, err := json.Marshal(consent(v.service, true, ""))
		ok(t, err)
		w.sql(`UPDATE patients SET consent = ? WHERE id = ?`, string(raw), w.ada.Id)
		check(true, "agreed, by a script")
		w.sql(`UPDATE patients SET consent = NULL WHERE id = ?`, w.ada.Id)
		check(false, "withdrawn, by a script")
	}
	withdraw()
}

// A volunteer takes the people who are theirs along to another service: the coordinator of the one
// they left does not see any more what was noted about them.
func TestAccess_AVolunteerWhoMovesTakesTheirPeopleFromTheDesk(t *testing.T) {
	w := newWorld(t)
	v := w.village()
	others := w.Team(t, w.Org(t, "voluntary", "Lunch Club"), "voluntary", "Lunch Club")
	olga := w.phoneOf(w.Staff(t, care.VolunteerCoordinator, "Olga", others))
	w.set(w.ada, map[string]any{"consent": consent(v.service, true, "")})
	w.Caseload(t, w.ada, v.vera)
	w.tick()
	vera, colin := w.phoneOf(v.vera), w.phoneOf(v.colin)
	id := w.record(vera, care.Checkins, map[string]any{"patient": w.ada.Id, "team": v.team.Id, "staff": v.vera.Id, "seen": true, "concern": "Thin"})
	w.syncAll(vera, colin, olga)
	sees(t, colin, care.Checkins, id, "concern", "Thin")
	holdsNot(t, olga, care.Checkins, id)

	w.set(v.vera, map[string]any{"teams": []string{others.Id}})
	w.syncAll(vera, colin, olga)
	holdsNot(t, colin, care.Checkins, id)
	w.set(v.vera, map[string]any{"teams": []string{v.team.Id}})
	w.syncAll(vera, colin, olga)
	sees(t, colin, care.Checkins, id, "concern", "Thin")
	w.set(v.vera, map[string]any{"role": string(care.DistrictNurse), "teams": []string{w.nurses.Id}})
	w.syncAll(colin)
	holdsNot(t, colin, care.Checkins, id)
}

// What a nurse wrote and quarantine keeps is clinical, also when the nurse has become a volunteer.
func TestAccess_ANurseWhoBecomesAVolunteerReadsNoClinicalQuarantine(t *testing.T) {
	w := newWorld(t)
	v := w.village()
	w.set(w.ada, map[string]any{"consent": consent(v.service, true, "")})
	w.Caseload(t, w.ada, v.team)
	w.Caseload(t, w.ada, w.ann)
	w.tick()
	ann := w.phoneOf(w.ann)
	taken := w.record(ann, care.Visits, w.visit(w.ada, "The first"))
	w.sync(ann)
	_, err := ann.InOne(func(c *phone.Change) { c.CreateAs(care.Visits, taken, w.visit(w.ada, "SECRET-clinical")) })
	ok(t, err)
	w.sync(ann)
	kept := func() *phone.Seen {
		t.Helper()
		list := ann.List(care.SyncIssues)
		if len(list) != 1 {
			t.Fatalf("%d issues, want 1", len(list))
		}
		return list[0]
	}
	if !strings.Contains(fmt.Sprint(kept().Values), "SECRET-clinical") {
		t.Errorf("the nurse does not see what is kept: %v", kept().Values)
	}
	w.set(w.ann, map[string]any{"role": string(care.Volunteer), "teams": []string{v.team.Id}, "organisation": v.service.Id})
	w.sync(ann)
	if text := fmt.Sprint(kept().Values); strings.Contains(text, "SECRET-clinical") || kept().Values["hidden"] != true {
		t.Errorf("the volunteer sees %s", text)
	}
}

// heldOf lists what phones hold of a person but the handovers a service sent, which it must still see
// answered; they tell a limited viewer the ask and the safe note only.
func heldOf(person string, phones ...*phone.Phone) []string {
	var all []string
	for _, p := range phones {
		all = append(all, mentions(p, person)...)
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.HasPrefix(s, "handover") })
}

// onlyLimited fails on anything a phone holds that is not marked for limited viewers.
func onlyLimited(t *testing.T, p *phone.Phone) {
	t.Helper()
	meta := []string{"id"}
	p.EachHeld(func(h phone.Held) {
		c, known := care.ByName(h.Collection)
		if !known && h.Collection != care.SyncIssues {
			t.Errorf("it holds a record of %s", h.Collection)
			return
		}
		if h.Collection == care.SyncIssues {
			return // looked at by content
		}
		var data map[string]any
		ok(t, json.Unmarshal(h.Data, &data))
		for name := range data {
			f, field := c.Field(name)
			directory := h.Collection == care.Teams || h.Collection == care.Organisations || h.Collection == care.Neighbourhoods
			if !slices.Contains(meta, name) && !directory && (!field || !f.Limited) {
				t.Errorf("it holds %s of %s", name, h.Collection)
			}
		}
	})
}

// A volunteer can call everybody by a name: the one the person prefers, else the given name, and
// never learns the family name. Their phone is told when that changes, and only then.
func TestAccess_AVolunteerGetsANameToCallThePersonBy(t *testing.T) {
	w := newWorld(t)
	v := w.village()
	w.set(w.ada, map[string]any{"consent": consent(v.service, true, "")})
	w.Caseload(t, w.ada, v.vera)
	w.Caseload(t, w.ada, v.team)
	w.tick()
	var received strings.Builder
	vera, net := w.phoneOn(v.vera)
	net.after = func(_ *http.Request, body []byte) error { received.Write(body); return nil }
	version := func() string {
		t.Helper()
		w.sync(vera)
		s, found := vera.View(care.Patients, w.ada.Id)
		if !found {
			t.Fatal("she is not on the phone")
		}
		return s.Base
	}
	first := version()
	sees(t, vera, care.Patients, w.ada.Id, "preferred_name", "Test") // her given name
	w.set(w.ada, map[string]any{"given_name": "Adelaide"})
	if version() == first {
		t.Error("the phone was not told of the new given name")
	}
	sees(t, vera, care.Patients, w.ada.Id, "preferred_name", "Adelaide")
	w.set(w.ada, map[string]any{"preferred_name": "Addie"})
	before := version()
	sees(t, vera, care.Patients, w.ada.Id, "preferred_name", "Addie")
	w.set(w.ada, map[string]any{"given_name": "Ada", "family_name": "Othername"})
	if version() != before {
		t.Error("the phone was told of a change it cannot see")
	}
	w.set(w.ada, map[string]any{"preferred_name": ""})
	version()
	sees(t, vera, care.Patients, w.ada.Id, "preferred_name", "Ada")
	vera.RequestDigest()
	w.sync(vera)
	for _, name := range []string{"Testpatient", "Othername", "family_name", "given_name"} {
		if strings.Contains(received.String(), name) {
			t.Errorf("%s was sent to the volunteer", name)
		}
	}
	ann := w.phoneOf(w.ann)
	if s, _ := ann.View(care.Patients, w.ada.Id); s.Values["preferred_name"] != nil || s.Text("given_name") != "Ada" {
		t.Errorf("a nurse sees %v", s.Values)
	}
}

// Everything a nurse can know of Ada is on the server. Whatever happens to her, nothing of it reaches a
// volunteer's phone but the limited view: everything it was ever sent is searched.
func TestAccess_AVolunteersPhoneNeverReceivesAClinicalField(t *testing.T) {
	w := newWorld(t)
	v := w.village()
	w.set(w.ada, map[string]any{"consent": consent(v.service, true, ""), "nhs_number": "9990000018", "access_notes": "SECRET-access",
		"risk_note": "Dog in the garden", "preferred_name": "Addie", "lsoa": "SECRET-lsoa", "pregnant": false,
		"communication_needs": []string{"large_print"}})
	w.Caseload(t, w.ada, v.vera)
	w.Caseload(t, w.ada, v.team)
	w.tick()
	var received strings.Builder
	vera, net := w.phoneOn(v.vera)
	net.after = func(_ *http.Request, body []byte) error { received.Write(body); return nil }
	colin, coordinators := w.phoneOn(v.colin)
	coordinators.after = net.after
	ann, bob, otto := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.otto)

	visit := w.record(ann, care.Visits, with(w.visit(w.ada, "SECRET-note"), "soft_signs", []string{"unsteady"}, "critical_medicine", "missed"))
	w.record(ann, care.Observations, with(w.readings(w.ada), "visit", visit))
	_, err := ann.Create(care.Handovers, map[string]any{"patient": w.ada.Id, "to_team": v.team.Id, "class": "R", "situation": "SECRET-situation",
		"background": "SECRET-background", "assessment": "SECRET-assessment", "recommendation": "Please bring her shopping", "safe_note": "Mind the dog"})
	ok(t, err)
	w.sync(ann)
	w.sync(bob)
	edit(t, ann, care.Visits, visit, "note", "SECRET-note by Ann")
	edit(t, bob, care.Visits, visit, "note", "SECRET-note by Bob")
	w.syncAll(ann, bob)
	// Somebody who holds nobody writes about her: it is quarantined with all it says.
	w.record(otto, care.Visits, w.visit(w.ada, "SECRET-otto"))
	w.sync(otto)
	// So does somebody about a person whom the service held first and the nurses after.
	bea := w.Put(t, care.Patients, map[string]any{"family_name": "Testpatient", "practice": w.practice.Id, "consent": consent(v.service, true, "")})
	w.Caseload(t, bea, v.team)
	w.tick()
	w.Caseload(t, bea, w.nurses)
	w.tick()
	w.record(otto, care.Visits, w.visit(bea, "SECRET-bea"))
	w.sync(otto)
	lea := w.phoneOf(w.lea)
	if n := len(issuesOn(lea)); n != 3 {
		t.Errorf("the nurses' lead has %d issues, want the conflict and what Otto wrote about two people", n)
	}
	// Vera's own work, some of it in fields that are not hers.
	mine := w.record(vera, care.Checkins, map[string]any{"patient": w.ada.Id, "team": v.team.Id, "seen": true, "concern": "She looked tired", "safeguarding": "SECRET-safeguarding"})
	_, err = vera.Create(care.Visits, w.visit(w.ada, "A volunteer's visit"))
	ok(t, err)
	edit(t, vera, care.Patients, w.ada.Id, "phone", "01632 960111")
	w.syncAll(vera, colin, ann, bob)
	w.tick()
	w.syncAll(vera, colin)
	w.set(w.ada, map[string]any{"access_notes": "SECRET-access again"})
	w.syncAll(vera, colin)
	for _, p := range []*phone.Phone{vera, colin} {
		p.RequestDigest()
		w.sync(p)
	}

	// A safeguarding concern about somebody who is not hers is quarantined, and still sealed.
	hal := w.Patient(t, "Hillsider", w.practice)
	w.Caseload(t, hal, w.others)
	lena := w.Staff(t, care.TeamLead, "Lena", w.others)
	w.tick()
	w.record(vera, care.Checkins, map[string]any{"patient": hal.Id, "safeguarding": "Bruises, SECRET-sealed"})
	w.sync(vera)
	held := only(t, "issues of Hillside's lead", issuesOn(w.phoneOf(lena)))
	if strings.Contains(fmt.Sprint(held.Values), "SECRET-sealed") || !strings.Contains(fmt.Sprint(held.Values), care.SealedReceipt) {
		t.Errorf("Hillside's lead reads a sealed text: %v", held.Values)
	}

	everything := received.String()
	for _, secret := range []string{"SECRET", "9990000018", "Testpatient", "1941-05-06", "unsteady", "news2", "respiration_rate", "access_notes"} {
		if at := strings.Index(everything, secret); at >= 0 {
			t.Errorf("%q was sent to the voluntary service: …%s…", secret, everything[max(0, at-200):min(len(everything), at+100)])
		}
	}
	onlyLimited(t, vera)
	onlyLimited(t, colin)
	s := sees(t, vera, care.Patients, w.ada.Id, "preferred_name", "Addie")
	if s.Text("risk_note") != "Dog in the garden" {
		t.Errorf("the risk note is %q", s.Text("risk_note"))
	}
	sees(t, vera, care.Checkins, mine, "safeguarding", care.SealedReceipt)
	asked := false
	for _, h := range colin.List(care.Handovers) {
		asked = asked || strings.Contains(h.Text("safe_note"), "Please bring her shopping") && strings.Contains(h.Text("safe_note"), "Mind the dog")
	}
	if !asked {
		t.Error("the service did not get what it was asked for")
	}
}

// A phone that is being drained may hand in for thirty days and then no more; meanwhile it gets
// nothing. One that was withdrawn can be enrolled again by its owner, and keeps its outbox.
func TestAccess_DevicesDrainEndAndReturn(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	set := func(state string) {
		w.dashboard(http.MethodPatch, "devices/records/"+ann.Device(), map[string]any{"state": state, "state_since": w.now()})
	}
	w.record(ann, care.Visits, w.visit(w.ada, "Still on the phone"))
	set("draining")
	w.pass(29 * 24 * time.Hour)
	net.before = failing("/push", errCut)
	if err := ann.Sync(t.Context()); err == nil {
		t.Error("nothing can have been sent")
	}
	if n, _ := ann.Unsent(); n != 1 {
		t.Fatalf("%d unsent, want 1", n)
	}
	net.before = nil
	came := deliveries(t, net)
	w.sync(ann)
	if len(*came) != 0 || ann.Directive() != "wipe" {
		t.Errorf("it got %d records; directive %q", len(*came), ann.Directive())
	}
	if n := len(w.rows(care.Visits, "note = 'Still on the phone'", nil)); n != 1 {
		t.Errorf("the note of the 29th day is stored %d times", n)
	}

	late, lateNet := w.phoneOn(w.bob)
	w.record(late, care.Visits, w.visit(w.ada, "Found again after a month"))
	w.dashboard(http.MethodPatch, "devices/records/"+late.Device(), map[string]any{"state": "draining", "state_since": w.now()})
	w.pass(30*24*time.Hour + time.Minute)
	var refused *wire.Error
	if err := late.Sync(t.Context()); !errors.As(err, &refused) || refused.Code != "relogin" {
		t.Errorf("after thirty days the round ended with %v", err)
	}
	if n, _ := late.Unsent(); n != 1 || !late.NeedsSignIn() {
		t.Errorf("%d unsent, needs sign-in %v", n, late.NeedsSignIn())
	}

	// A withdrawn phone whose owner signs in again goes on under the same client, with a new key.
	w.dashboard(http.MethodPatch, "devices/records/"+late.Device(), map[string]any{"state": "revoked"})
	old, client := late.Device(), late.Client()
	ok(t, late.SignIn(t.Context(), w.bob.Email(), pbtest.Password))
	if err := late.Sync(t.Context()); err != nil { // refused with its old key; it makes a new one
		ok(t, late.SignIn(t.Context(), w.bob.Email(), pbtest.Password))
		w.sync(late)
	}
	if late.Device() == old || late.Client() != client {
		t.Errorf("device %s, was %s; client %s, was %s", late.Device(), old, late.Client(), client)
	}
	if n := len(w.rows(care.Visits, "note = 'Found again after a month'", nil)); n != 1 || late.Pending() != 0 {
		t.Errorf("the note is stored %d times, %d pending", n, late.Pending())
	}
	if answer := w.call(lateNet.bearer, http.MethodGet, "/pull?client="+client, nil); answer.Status != http.StatusOK {
		t.Errorf("pull = %d %s", answer.Status, answer.Body)
	}
	shows(t, late, w.ada, true, "enrolled again")
}

// Whoever is stopped by SQL on the machine is stopped as by the desk: a token that was good a moment ago,
// and is kept in memory, is judged anew.
func TestAccess_StoppedByRawSQL(t *testing.T) {
	w := newWorld(t)
	type phoneOf struct {
		client, device, bearer string
	}
	enrolled := func(staff *core.Record) phoneOf {
		p, net := w.phoneOn(staff)
		return phoneOf{p.Client(), p.Device(), net.bearer}
	}
	pull := func(p phoneOf) (int, string) {
		answer := w.call(p.bearer, http.MethodGet, "/pull?client="+p.client, nil)
		var e wire.Error
		if answer.Status != http.StatusOK {
			ok(t, json.Unmarshal(answer.Body, &e))
		}
		return answer.Status, e.Code
	}
	expect := func(what string, p phoneOf, status int, code string) {
		t.Helper()
		if s, c := pull(p); s != status || c != code {
			t.Errorf("%s: %d %s, want %d %s", what, s, c, status, code)
		}
	}
	lost, drained, taken, gone := enrolled(w.ann), enrolled(w.ann), enrolled(w.bob), enrolled(w.bob)
	leaver, deleted, other := enrolled(w.lea), enrolled(w.cora), enrolled(w.otto)
	all := []phoneOf{lost, drained, taken, gone, leaver, deleted, other}
	for _, p := range all {
		expect("before", p, http.StatusOK, "") // and the token is in memory
	}
	_, head := w.srv.Store.Head()
	w.sql("UPDATE devices SET state = 'lost' WHERE id = ?", lost.device)
	w.sql("UPDATE devices SET state = 'draining' WHERE id = ?", drained.device)
	w.sql("UPDATE devices SET staff = ? WHERE id = ?", w.otto.Id, taken.device)
	w.sql("DELETE FROM devices WHERE id = ?", gone.device)
	if _, now := w.srv.Store.Head(); now != head+4 { // each is journalled under a number of its own
		t.Errorf("four decisions about phones took the numbers %d to %d", head+1, now)
	}
	w.sql("UPDATE staff SET inactive_since = ? WHERE id = ?", w.now().UTC().Add(-time.Minute).Format("2006-01-02 15:04:05.000Z"), w.lea.Id)
	w.sql("DELETE FROM staff WHERE id = ?", w.cora.Id)
	expect("lost", lost, http.StatusForbidden, "lost")
	expect("draining", drained, http.StatusForbidden, "push_only")
	expect("given to somebody else", taken, http.StatusUnauthorized, "token_invalid")
	expect("deleted", gone, http.StatusUnauthorized, "token_invalid")
	expect("of a leaver", leaver, http.StatusForbidden, "push_only")
	expect("of nobody", deleted, http.StatusUnauthorized, "revoked")
	expect("of a bystander", other, http.StatusOK, "")
	// And back again.
	w.sql("UPDATE devices SET state = 'active' WHERE id = ?", lost.device)
	expect("found", lost, http.StatusOK, "")
}

// Everything about somebody who is not mine is answered as if it did not exist.
func TestAccess_NotYoursAndNotThereAnswerAlike(t *testing.T) {
	w := newWorld(t)
	otto, net := w.phoneOn(w.otto)
	ann := w.phoneOf(w.ann)
	visit := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
	w.record(ann, care.Observations, with(w.settled(w.ada, 0), "pulse", 999))
	w.sync(ann)
	issue := only(t, "issues", w.rows(care.Quarantine, "patient = {:p}", dbx.Params{"p": w.ada.Id}))
	try := func(mid int64, op map[string]any) string {
		res := w.push(otto, net.bearer, w.mutation(otto, mid, w.id(), op)).Results[0]
		raw, err := json.Marshal(struct {
			Status care.Status
			Codes  []string
			Text   string
			More   int
		}{res.Status, []string{res.Issues[0].Code}, res.Issues[0].Message, len(res.Records) + len(res.Conflicts)})
		ok(t, err)
		return string(raw)
	}
	pairs := []func(patient, record, issue string) map[string]any{
		func(p, r, _ string) map[string]any {
			return map[string]any{"op": "update", "collection": care.Visits, "id": r, "patient": p, "set": map[string]any{"note": "mine"}}
		},
		func(p, r, _ string) map[string]any {
			return map[string]any{"op": "retract", "collection": care.Visits, "id": r, "patient": p, "base": "e1.1"}
		},
		func(p, _, _ string) map[string]any {
			return map[string]any{"op": "update", "collection": care.Patients, "id": p, "patient": p, "set": map[string]any{"phone": "0"}}
		},
		func(p, _, i string) map[string]any {
			return map[string]any{"op": "resolve", "issue": i, "patient": p, "set": map[string]any{"pulse": 72}}
		},
		func(p, _, _ string) map[string]any {
			return map[string]any{"op": "create", "collection": care.Visits, "id": w.id(), "set": map[string]any{"patient": p, "note": "mine"}}
		},
	}
	mid := int64(0)
	for i, make := range pairs {
		mid += 2
		theirs := try(mid-1, make(w.ada.Id, visit, issue.Id))
		nobodys := try(mid, make(w.id(), w.id(), w.id()))
		if theirs != nobodys {
			t.Errorf("attempt %d tells them apart:\nsomebody else's: %s\nnobody's:        %s", i, theirs, nobodys)
		}
	}
	w.sync(ann)
	sees(t, ann, care.Visits, visit, "note", "Wound clean")
}
