package acceptance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// whatWasSaid are words of a handover, of its history and of its answer.
var whatWasSaid = []string{"SAID-AT-THE-DOOR", "PLEASE-LOOK", "RISK-OF-ADA", "TOLD-ON-THE-PHONE", "ANSWERED-BY-THE-GP", "admitted"}

// X1. Whoever handed a person over while they had them follows how it stands when they have them no longer, and reads no
// more of it: by a pull, page by page, on a phone that is there and on a new one, by a digest and on a page.
func TestStory_WhoHadAPersonFollowsHowTheirHandoverStandsAndReadsNoMoreOfIt(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.knownPerson()
	ann, bob, lea := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.lea)
	h := w.record(ann, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "situation": "SAID-AT-THE-DOOR", "recommendation": "PLEASE-LOOK"})
	w.record(ann, care.Observations, w.readings(w.ada))
	w.sync(ann)
	w.tick()
	w.mustAct(w.gp, h, handover.Action{Kind: handover.Accept, Text: "TOLD-ON-THE-PHONE"})
	w.syncAll(ann, bob, lea)
	if s := seesHandover(t, ann, h, care.Accepted); s.Values["situation"] != "SAID-AT-THE-DOOR" {
		t.Fatalf("who has her reads %v", s.Values)
	}
	walkers := map[string]*walker{}
	for name, who := range map[string]*core.Record{"who sent it": w.ann, "a colleague": w.bob, "their lead": w.lea} {
		walkers[name] = w.walkerOf(who, map[*core.Record]*phone.Phone{w.ann: ann, w.bob: bob, w.lea: lea}[who]).walk(0)
	}
	reads := func(when string, want bool) {
		t.Helper()
		for name, p := range walkers {
			p.walk(3)
			if differs, _, _ := p.compare(); len(differs) > 0 {
				t.Errorf("%s, the digest of %s differs in %v", when, name, differs)
			}
			if wrong := p.unlike(p.anew().walk(0)); wrong != "" {
				t.Errorf("%s, the phone of %s is unlike a new one: %s", when, name, wrong)
			}
			var held strings.Builder
			for key, r := range p.records {
				if strings.HasPrefix(key, care.Handovers+"/") || strings.HasPrefix(key, care.HandoverEvents+"/") {
					held.Write(r.Data)
				}
			}
			if held.Len() == 0 {
				t.Errorf("%s, %s does not follow it", when, name)
			}
			var pages strings.Builder
			token := w.Token(t, map[string]*core.Record{"who sent it": w.ann, "a colleague": w.bob, "their lead": w.lea}[name])
			for _, path := range []string{"/handovers/" + h, "/handovers?state=all&side=sent"} {
				pages.Write(pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1"+path, token, nil).Body)
			}
			for from, shown := range map[string]string{"the phone": held.String(), "a page": pages.String()} {
				said := 0
				for _, words := range whatWasSaid {
					if strings.Contains(shown, words) {
						said++
					}
				}
				if !want && said > 0 || want && said < 3 {
					t.Errorf("%s, %s shows %s: %s", when, from, name, shown)
				}
			}
		}
	}
	reads("while they have her", true)
	w.move(w.ada, w.nurses, w.others)
	reads("when others have her", false)
	w.mustAct(w.gp, h, handover.Action{Kind: handover.Answer, Outcome: "admitted", Text: "ANSWERED-BY-THE-GP"})
	w.tick()
	reads("when it is answered", false)
	w.sync(ann)
	seesHandover(t, ann, h, care.Done)
	w.move(w.ada, w.others, w.nurses)
	reads("when they have her again", true)
	w.sync(ann)
	if s := seesHandover(t, ann, h, care.Done); s.Values["answer"] != "ANSWERED-BY-THE-GP" {
		t.Errorf("who has her again reads %v", s.Values)
	}
	w.set(only(t, "rows of her caseload", w.openRowsOf(w.ada)), map[string]any{"to": w.now().Add(time.Hour)})
	w.tick()
	reads("before the last day is over", true)
	w.pass(2 * time.Hour)
	reads("when nobody has her any more", false)
}

// openRowsOf are the caseload rows of a person that are in force.
func (w *world) openRowsOf(person *core.Record) []*core.Record {
	w.t.Helper()
	var open []*core.Record
	for _, row := range w.rows(care.Caseload, "", nil) {
		if row.GetString("patient") == person.Id && row.GetString("to") == "" {
			open = append(open, row)
		}
	}
	return open
}

// More handovers than one transaction sends again: all of them are cut, in steps.
func TestStory_WhoHadAPersonReadsNoneOfManyHandovers(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	for i := range 60 {
		for _, p := range []*phone.Phone{ann, bob} {
			w.record(p, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "R", "situation": fmt.Sprint("SAID-AT-THE-DOOR ", i), "recommendation": "PLEASE-LOOK"})
		}
	}
	w.sync(bob)
	w.sync(ann)
	p := w.walkerOf(w.ann, ann).walk(0)
	if shown := shownOf(p, care.Handovers); strings.Count(shown, "SAID-AT-THE-DOOR") < 120 {
		t.Fatal("the handovers are not there")
	}
	w.move(w.ada, w.nurses, w.others)
	for key, r := range p.walk(0).records {
		if strings.Contains(string(r.Data), "SAID-AT-THE-DOOR") || strings.Contains(string(r.Data), "PLEASE-LOOK") {
			t.Fatalf("%s is read still: %s", key, r.Data)
		}
	}
	if wrong := p.unlike(p.anew().walk(0)); wrong != "" {
		t.Errorf("the phone is unlike a new one: %s", wrong)
	}
}

// Whoever looked at a handover before its person moved may still answer it: that it was sent again is no decision.
func TestStory_WhoLookedBeforeThePersonMovedMayStillAnswer(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	guy := w.Staff(t, care.DutyGP, "Gwen", w.surgery)
	w.tick()
	h := w.byHand(care.Urgent)
	w.mustAct(w.gp, h, handover.Action{Kind: handover.Accept})
	seen := w.handover(h).GetInt("version")
	history := w.history(h)
	w.move(w.ada, w.nurses, w.others)
	if now := w.handover(h).GetInt("version"); now <= seen {
		t.Fatalf("it was not sent again: version %d after %d", now, seen)
	}
	w.move(w.ada, w.others, w.nurses)
	if again := w.history(h); !slices.Equal(again, history) {
		t.Errorf("its history is %v, and was %v", again, history)
	}
	answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/handovers/"+h+"/answer", w.Token(t, guy), map[string]any{"version": seen, "outcome": "advice_given", "text": "Fluids"})
	if answer.Status != http.StatusOK {
		t.Errorf("the answer of who saw it is refused: %d %s", answer.Status, answer.Body)
	}
}

// A lead answers for whom a colleague has by name while that colleague works for the lead's teams and no other: a change
// of the colleague's teams changes what the lead's phone reads, although nobody's caseload changed.
func TestStory_ALeadReadsNoMoreOfThePeopleOfAColleagueWhoWorksElsewhereToo(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	person := w.Patient(t, "Byname", w.practice)
	w.Caseload(t, person, w.ann)
	w.tick()
	ann, lea := w.phoneOf(w.ann), w.phoneOf(w.lea)
	w.record(ann, care.Handovers, map[string]any{"patient": person.Id, "class": "U2", "situation": "SAID-AT-THE-DOOR", "recommendation": "PLEASE-LOOK"})
	w.syncAll(ann, lea)
	p := w.walkerOf(w.lea, lea).walk(0)
	for _, c := range []struct {
		when  string
		teams []string
		reads bool
	}{
		{"while the colleague works for her team", []string{w.nurses.Id}, true},
		{"when the colleague works for another team too", []string{w.nurses.Id, w.others.Id}, false},
		{"when the colleague works for her team alone again", []string{w.nurses.Id}, true},
	} {
		w.set(w.ann, map[string]any{"teams": c.teams})
		w.tick()
		if wrong := p.walk(3).unlike(p.anew().walk(0)); wrong != "" {
			t.Errorf("%s, her phone is unlike a new one: %s", c.when, wrong)
		}
		if reads := strings.Contains(shownOf(p, care.Handovers), "SAID-AT-THE-DOOR"); reads != c.reads {
			t.Errorf("%s, she reads what was said: %v, want %v", c.when, reads, c.reads)
		}
	}
}

// A change that is held back is filed under whom its record is about. Whoever wrote it about somebody of theirs reads it
// while that person is theirs, and no longer.
func TestStory_WhoNamedAPersonInAChangeHeldBackReadsItWhileThatPersonIsTheirs(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	theirs := w.Patient(t, "Elsewhere", w.practice)
	w.Caseload(t, theirs, w.others)
	w.tick()
	visit := w.Put(t, care.Visits, map[string]any{"patient": theirs.Id, "note": "Otto was here"})
	w.tick()
	h := w.handOf(w.ann)
	h.took(h.push(h.mutation(1, update(care.Visits, visit.Id, w.ada, h.p.Epoch()+".1", map[string]any{"note": "WRITTEN-ABOUT-ADA"}))))
	p := w.walkerOf(w.ann, h.p).walk(0)
	reads := func(when string, want bool) {
		t.Helper()
		if wrong := p.walk(3).unlike(p.anew().walk(0)); wrong != "" {
			t.Errorf("%s, the phone is unlike a new one: %s", when, wrong)
		}
		if reads := strings.Contains(shownOf(p, care.SyncIssues), "WRITTEN-ABOUT-ADA"); reads != want {
			t.Errorf("%s, the change is read: %v, want %v", when, reads, want)
		}
	}
	reads("while she is theirs", true)
	w.move(w.ada, w.nurses, w.others)
	reads("when others have her", false)
	w.move(w.ada, w.others, w.nurses)
	reads("when she is theirs again", true)
}
