package acceptance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/phone"
)

// reaches fails unless one handover stands with each of these teams, as urgent as this and marked
// as unverified, and says so in its text; it returns that of the first.
func (w *world) reachesUnverified(class care.Class, teams ...*core.Record) *core.Record {
	w.t.Helper()
	var first *core.Record
	for _, team := range teams {
		h := only(w.t, "handovers to "+team.GetString("name"), w.handoversTo(team))
		if h.GetString("class") != string(class) || flag(h, "unverified") != "true" {
			w.t.Errorf("to %s: class %s, unverified %s; want %s, true", team.GetString("name"), h.GetString("class"), flag(h, "unverified"), class)
		}
		if !strings.Contains(h.GetString("situation"), "UNVERIFIED") {
			w.t.Errorf("to %s: the text does not say that it is unverified: %q", team.GetString("name"), h.GetString("situation"))
		}
		if first == nil {
			first = h
		}
	}
	return first
}

// A whole visit is refused, because a newer app sent something this server does not know. It holds
// a NEWS2 of 8: that reaches people, marked as unverified, in the same moment.
func TestStory_ARefusedVisitWithANEWS2Of8ReachesAPerson(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, lea, cora := w.phoneOf(w.ann), w.phoneOf(w.lea), w.phoneOf(w.cora)
	var visit, set string
	_, err := ann.InOne(func(c *phone.Change) {
		visit = c.Create(care.Visits, w.visit(w.ada, "Grey and breathless"))
		set = c.Create(care.Observations, with(w.readings(w.ada), "visit", visit))
		c.Create("wound_photos", map[string]any{"patient": w.ada.Id, "visit": visit})
	})
	ok(t, err)
	w.sync(ann)
	receipt := outcome(t, ann, care.Quarantined)
	if code := receipt.Result.Issues[0].Code; code != "unknown_collection" {
		t.Fatalf("it was refused for %s", code)
	}
	if w.stored(care.Visits, visit) != nil || w.stored(care.Observations, set) != nil {
		t.Fatal("something of it was stored")
	}
	h := w.reachesUnverified(care.Emergency, w.surgery, w.nurses, w.coordination)
	if !strings.Contains(h.GetString("assessment"), "NEWS2 8") {
		t.Errorf("the practice does not read the score: %q", h.GetString("assessment"))
	}
	w.tick()
	w.syncAll(ann, lea, cora)
	seesHandover(t, ann, h.Id, care.Sent)
	for whose, p := range map[string]struct {
		phone *phone.Phone
		team  *core.Record
	}{"Lea, the lead": {lea, w.nurses}, "Cora, the coordinator": {cora, w.coordination}} {
		found := false
		for _, s := range p.phone.List(care.Handovers) {
			found = found || s.Text("to_team") == p.team.Id && s.Values["unverified"] == true
		}
		if !found {
			t.Errorf("the phone of %s does not show it", whose)
		}
	}
	// The lead settles the refused change; the same matter is not raised a second time.
	n := len(w.rows(care.Handovers, "id != ''", nil))
	for _, q := range issuesOn(lea) {
		ok(t, lea.Resolve(q.ID, nil))
	}
	w.sync(lea)
	if got := len(w.rows(care.Handovers, "id != ''", nil)); got != n {
		t.Errorf("%d handovers after the lead looked at it, %d before", got, n)
	}

	// A clinician who has checked confirms it; that takes the mark away.
	w.mustAct(w.gp, h.Id, handover.Action{Kind: handover.Confirm})
	if h = w.handover(h.Id); flag(h, "unverified") != "false" || h.GetString("confirmed_by") != w.gp.Id {
		t.Errorf("after a clinician confirmed: unverified %s, confirmed by %s", flag(h, "unverified"), h.GetString("confirmed_by"))
	}
}

// Somebody who is not Ada's nurse helps out; the record is held for want of permission, the alarm
// is not.
func TestStory_AnAlarmIsNotMutedByALapsedGrant(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	otto := w.phoneOf(w.otto)
	set := w.record(otto, care.Observations, w.readings(w.ada))
	w.sync(otto)
	outcome(t, otto, care.Quarantined)
	h := w.reachesUnverified(care.Emergency, w.surgery, w.others, w.coordination)

	// Ada is put on the caseload after all: the set is stored, and the alarm stays the one it was.
	w.Caseload(t, w.ada, w.others)
	w.pass(time.Minute)
	if w.stored(care.Observations, set) == nil {
		t.Fatal("the set was not taken in when the caseload allowed it")
	}
	only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if flag(w.handover(h.Id), "unverified") != "true" {
		t.Error("the mark went without a clinician having confirmed")
	}
}

// One reading of a set is refused: without it the score is 5, with it 8.
func TestStory_AHalfRefusedSetOf8ReachesAPerson(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	set := w.record(ann, care.Observations, with(w.readings(w.ada), "spo2", "91")) // text where a number belongs
	w.sync(ann)
	receipt := outcome(t, ann, care.Merged)
	if i := only(t, "issues", receipt.Result.Issues); i.Field != "spo2" || i.Code != "wrong_type" || i.Fix != "edit" {
		t.Errorf("the issue is %+v", i)
	}
	stored := w.stored(care.Observations, set)
	if v := stored.GetString("spo2"); v != "null" && v != "" {
		t.Errorf("stored is spo2 %q: a missing reading is null", v)
	}
	h := w.reachesUnverified(care.Emergency, w.surgery, w.nurses, w.coordination)
	if codes := ruleCodes(h); !slices.Equal(codes, []string{"news2_5_6", "news2_7"}) {
		t.Errorf("its rules are %v: what is stored and what was refused are judged both", codes)
	}

	// Ann writes the reading as a number: the set is complete, nobody is told a second time.
	ok(t, ann.Resolve(receipt.Result.Issues[0].ID, map[string]any{"spo2": 91}))
	w.sync(ann)
	outcome(t, ann, care.Applied)
	if got := w.stored(care.Observations, set).GetString("spo2"); got != "91" {
		t.Errorf("stored is spo2 %s after it was mended", got)
	}
	if !strings.Contains(w.stored(care.Observations, set).GetString("news2"), `"total":8`) {
		t.Errorf("the score after it was mended is %s", w.stored(care.Observations, set).GetString("news2"))
	}
	only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if n := len(issuesOn(ann)); n != 0 {
		t.Errorf("%d issues left", n)
	}
}

// A reading no person can have is not believed, and mutes nothing of the rest of its set.
func TestStory_AnImpossibleReadingMutesNothing(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Observations, with(w.readings(w.ada), "pulse", 900))
	w.sync(ann)
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if h.GetString("class") != "U2" || !slices.Equal(ruleCodes(h), []string{"news2_5_6"}) {
		t.Errorf("class %s for %v: 3 and 3 are certain, the pulse is not", h.GetString("class"), ruleCodes(h))
	}
}

// Two nurses record different things about one dose: both sides are judged, neither counts as
// verified, whoever reached the server first.
func TestStory_TheLosingSideOfAConflictIsJudged(t *testing.T) {
	for _, first := range []string{"given", "missed"} {
		t.Run(first+" arrives first", func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
			visit := w.record(ann, care.Visits, with(w.visit(w.ada, "Tea-time dose"), "ended_at", care.Stamp(w.now())))
			w.syncAll(ann, bob)
			edit(t, ann, care.Visits, visit, "critical_medicine", "given")
			edit(t, bob, care.Visits, visit, "critical_medicine", "missed")
			if first == "given" {
				w.syncAll(ann, bob)
			} else {
				w.syncAll(bob, ann)
			}
			h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
			if h.GetString("class") != "SD" || flag(h, "unverified") != "true" {
				t.Errorf("class %s, unverified %s; want SD, true", h.GetString("class"), flag(h, "unverified"))
			}
			only(t, "copies to the lead", w.handoversTo(w.nurses))
			only(t, "copies to the coordinator", w.handoversTo(w.coordination))

			// The lead finds out that it was missed: same handover, still to be answered.
			w.sync(lea)
			ok(t, lea.Resolve(oneIssue(t, "Lea", lea).ID, map[string]any{"critical_medicine": "missed"}))
			w.sync(lea)
			only(t, "handovers to the practice", w.handoversTo(w.surgery))
			w.stands(h.Id, care.State(w.handover(h.Id).GetString("state")), w.surgery)
			if slices.Contains(w.history(h.Id), handover.EventWithdrawn) {
				t.Error("its evidence is said to be withdrawn")
			}
		})
	}
}

// Decided the other way, nothing holds it any more: whoever has it is told and decides.
func TestStory_ADecidedConflictWithdrawsTheEvidenceOfItsLoser(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	visit := w.record(ann, care.Visits, with(w.visit(w.ada, "Tea-time dose"), "ended_at", care.Stamp(w.now())))
	w.syncAll(ann, bob)
	edit(t, ann, care.Visits, visit, "critical_medicine", "given")
	edit(t, bob, care.Visits, visit, "critical_medicine", "missed")
	w.syncAll(ann, bob, lea)
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	ok(t, lea.Resolve(oneIssue(t, "Lea", lea).ID, map[string]any{"critical_medicine": "given"}))
	w.sync(lea)
	w.happened(h.Id, handover.EventRaised, handover.EventWithdrawn)
	if got := w.handover(h.Id).GetString("state"); got == "stood_down" {
		t.Error("it was stood down by the machine; that is for a person")
	}
}

// Safeguarding: the volunteer's words reach the safeguarding lead and nobody else, in no answer to
// any phone, whatever becomes of the check-in.
func TestStory_SafeguardingReachesTheSafeguardingLeadOnly(t *testing.T) {
	const words = "Her son takes her pension card"
	for _, refused := range []bool{false, true} {
		t.Run(map[bool]string{false: "taken in", true: "refused for want of permission"}[refused], func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			s := w.service(!refused)
			heard := &listener{words: words}
			val := w.phoneOf(s.volunteer, heard.ear)
			vera, ann, lea, cora := w.phoneOf(s.coordinator, heard.ear), w.phoneOf(w.ann, heard.ear), w.phoneOf(w.lea, heard.ear), w.phoneOf(w.cora, heard.ear)
			w.record(val, care.Checkins, map[string]any{"patient": w.ada.Id, "team": s.team.Id, "staff": s.volunteer.Id, "happened_at": care.Stamp(w.now()),
				"seen": true, "wellbeing": "unwell", "concern": "She seemed low", "safeguarding": words})
			w.sync(val)
			if refused {
				outcome(t, val, care.Quarantined)
			}
			sg := only(t, "handovers to the safeguarding team", w.handoversTo(w.safeguarding))
			if sg.GetString("class") != "SG" || !strings.Contains(sg.GetString("situation"), words) {
				t.Errorf("the safeguarding lead reads class %s: %q", sg.GetString("class"), sg.GetString("situation"))
			}
			lead := w.Staff(t, care.SafeguardingLead, "Sage", w.safeguarding)
			w.tick()
			w.stands(sg.Id, care.Sent, w.safeguarding)

			// Everybody looks; then the hour passes without an answer, and the coordinator is
			// asked to ring, without a word of it.
			all := []*phone.Phone{val, vera, ann, lea, cora}
			w.syncAll(all...)
			w.pass(61 * time.Minute)
			w.stands(sg.Id, care.Escalated, w.safeguarding)
			ring := false
			for _, h := range w.handoversTo(w.coordination) {
				ring = ring || strings.Contains(h.GetString("recommendation"), "ring the safeguarding lead")
			}
			if !ring {
				t.Error("the coordinator is not asked to ring the safeguarding lead")
			}
			w.syncAll(all...)
			w.mustAct(lead, sg.Id, handover.Action{Kind: handover.Accept})
			w.mustAct(lead, sg.Id, handover.Action{Kind: handover.Answer, Outcome: "referred", Text: "Section 42: " + words})
			w.syncAll(all...)

			if n := heard.count(); n != 0 {
				t.Errorf("the words were in %d answers of the server", n)
			}
			for _, h := range w.rows(care.Handovers, "id != ''", nil) {
				for field, v := range h.PublicExport() {
					if text, _ := v.(string); strings.Contains(text, words) && h.GetString("class") != "SG" {
						t.Errorf("%s of a handover to %s holds the words", field, w.nameOf(h.GetString("to_team")))
					}
				}
			}
			// The author keeps a receipt: it went, and how it stands.
			seesHandover(t, val, sg.Id, care.Done)
			for whose, p := range map[string]*phone.Phone{"Vera": vera, "Ann": ann, "Lea": lea, "Cora": cora} {
				if _, shown := p.View(care.Handovers, sg.Id); shown {
					t.Errorf("the phone of %s shows the safeguarding handover", whose)
				}
			}
			if !refused {
				for _, c := range ann.List(care.Checkins) {
					if c.Text("safeguarding") != care.SealedReceipt {
						t.Errorf("Ann reads %q of the disclosure", c.Text("safeguarding"))
					}
				}
			}
		})
	}
}

// A nurse raises a safeguarding concern by hand: her colleagues see none of it, and she herself
// keeps a receipt.
func TestStory_SafeguardingByHandIsSealedForTheSendersTeamToo(t *testing.T) {
	const words = "Bruises on both arms, afraid of her son"
	w := newWorld(t)
	w.onWednesday(10, 0)
	heard := &listener{words: words}
	ann, bob, lea, cora := w.phoneOf(w.ann, heard.ear), w.phoneOf(w.bob, heard.ear), w.phoneOf(w.lea, heard.ear), w.phoneOf(w.cora, heard.ear)
	id := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "SG", "from_team": w.nurses.Id,
		"situation": words, "background": words, "assessment": words, "recommendation": words, "safe_note": words})
	w.syncAll(ann, bob, lea, cora)
	h := w.stands(id, care.State(w.handover(id).GetString("state")), w.safeguarding)
	if h.GetString("situation") != words {
		t.Errorf("the safeguarding lead reads %q", h.GetString("situation"))
	}
	w.tick()
	w.syncAll(ann, bob, lea, cora)
	seesHandover(t, ann, id, care.Sent)
	for whose, p := range map[string]*phone.Phone{"Bob": bob, "Lea": lea, "Cora": cora} {
		if _, shown := p.View(care.Handovers, id); shown {
			t.Errorf("the phone of %s shows it", whose)
		}
	}
	if n := heard.count(); n != 0 {
		t.Errorf("the words were in %d answers of the server", n)
	}
}

// The server itself fails on a change: it is kept whole, and the alarm in it is raised all the same.
func TestStory_AChangeThatBreaksTheServerIsJudged(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.sql(`CREATE TRIGGER breaks BEFORE INSERT ON observations WHEN NEW.pulse = 112 BEGIN SELECT RAISE(ABORT, 'disk of the test'); END`)
	ann := w.phoneOf(w.ann)
	before := w.record(ann, care.Visits, w.visit(w.ada, "Before"))
	set := w.record(ann, care.Observations, w.readings(w.ada))
	after := w.record(ann, care.Visits, w.visit(w.ada, "After"))
	w.sync(ann)
	items := ann.Items()
	var ended []string
	for _, i := range items {
		ended = append(ended, string(i.Result.Status))
	}
	if !slices.Equal(ended, []string{"applied", "quarantined", "applied"}) || items[1].Result.Issues[0].Code != "server_error" {
		t.Errorf("the changes ended %v: %+v", ended, items[1].Result.Issues)
	}
	if w.stored(care.Visits, before) == nil || w.stored(care.Visits, after) == nil || w.stored(care.Observations, set) != nil {
		t.Error("its neighbours were held up, or it was stored")
	}
	w.tick()
	w.reachesUnverified(care.Emergency, w.surgery, w.nurses, w.coordination)
}
