package acceptance

import (
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/handover"
	"doorstep/internal/pbpages"
	"doorstep/internal/pbstore"
)

// retire takes a version of a rule out of force.
func (w *world) retire(code string) {
	w.t.Helper()
	r := only(w.t, "active versions of "+code, w.rows(care.HandoverRules, "code = {:c} && state = 'active'", dbx.Params{"c": code}))
	w.set(r, map[string]any{"state": "retired"})
}

// The clinical lead lowers a threshold: from then on the new version judges, and a handover says
// which version raised it.
func TestStory_TheClinicalLeadChangesARule(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	four := func() map[string]any { return with(w.settled(w.ada, 0), "respiration_rate", 22, "pulse", 112) } // 2 and 2
	w.record(ann, care.Observations, four())
	w.sync(ann)
	if n := len(w.rows(care.Handovers, "id != ''", nil)); n != 0 {
		t.Fatalf("%d handovers for a NEWS2 of 4 under the shipped rules", n)
	}
	w.pass(time.Hour)
	w.record(ann, care.Observations, w.settled(w.ada, 0))
	w.sync(ann)

	w.retire("news2_5_6")
	w.rule(map[string]any{"code": "news2_5_6", "version": 2, "title": "NEWS2 of 4 to 6", "collection": care.Observations, "class": "U2",
		"trigger": `news2 != null && news2.floor_total >= 4 && news2.floor_total < 7`})
	w.pass(time.Hour)
	w.record(ann, care.Observations, four())
	w.sync(ann)
	h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
	if got := h.GetString("rules"); got != `[{"id":"news2_5_6","version":2}]` {
		t.Errorf("the rules behind it are %s", got)
	}
	near(t, "the clinical time", at(h, "clinical_time"), w.now())

	// A restart reads the same rules.
	w.restart()
	again := w.phoneOf(w.ann)
	w.record(again, care.Observations, four())
	w.sync(again)
	only(t, "handovers after a restart", w.rows(care.Handovers, "id != ''", nil))
}

// A rule in shadow is evaluated and counted, and raises nothing.
func TestStory_ARuleInShadowRaisesNothingAndIsCounted(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.rule(map[string]any{"code": "any_outcome", "state": "shadow", "trigger": `record.outcome != null`})
	ann := w.phoneOf(w.ann)
	for range 2 {
		w.record(ann, care.Visits, with(w.visit(w.ada, "Dressing"), "outcome", "care_given"))
		w.sync(ann)
	}
	if n := len(w.rows(care.Handovers, "id != ''", nil)); n != 0 {
		t.Errorf("%d handovers by a rule in shadow", n)
	}
	if n := w.counted("any_outcome").Shadow; n != 2 {
		t.Errorf("it was counted %d times, want 2", n)
	}
	// Judged again with later evidence, the same two still count once each.
	w.record(ann, care.Visits, w.missed(w.ada))
	w.sync(ann)
	if n := w.counted("any_outcome").Shadow; n != 2 {
		t.Errorf("it was counted %d times after a further visit, want 2", n)
	}
	// What was counted is kept for a year.
	w.pass(364 * 24 * time.Hour)
	ok(t, w.srv.CleanUp(t.Context()))
	if n := w.counted("any_outcome").Shadow; n != 2 {
		t.Errorf("after 364 days it was counted %d times, want 2", n)
	}
	w.pass(2 * 24 * time.Hour)
	ok(t, w.srv.CleanUp(t.Context()))
	if n := w.counted("any_outcome").Shadow; n != 0 {
		t.Errorf("after 366 days it was counted %d times, want it forgotten", n)
	}
}

// counted is how a rule has fared: how often it would have fired in shadow, and where it failed.
func (w *world) counted(code string) pbpages.RuleCount {
	w.t.Helper()
	var counts []pbpages.RuleCount
	ok(w.t, w.srv.Store.Read(w.t.Context(), func(v *pbstore.Snapshot) (err error) {
		counts, err = pbpages.Of(v).RuleCounts()
		return err
	}))
	for _, c := range counts {
		if c.Code == code {
			return c
		}
	}
	return pbpages.RuleCount{}
}

// A rule that does not compile, and one that breaks on what it meets, are reported; pushes and the
// other rules go on.
func TestStory_ABrokenRuleStopsNothing(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.rule(map[string]any{"code": "does_not_compile", "trigger": `record.no_such_field ==`})
	w.rule(map[string]any{"code": "breaks", "trigger": `record.note.startsWith("x") || record.outcome + 1 == 2`, "owner": w.lea.Id})
	w.rule(map[string]any{"code": "endless", "trigger": `record.critical_medicine == "missed"`,
		"unless": `history.all(a, history.all(b, history.all(c, history.all(d, history.all(e, history.all(f, a.id + b.id + c.id + d.id + e.id + f.id != ""))))))`})
	ann := w.phoneOf(w.ann)
	for range 8 {
		w.record(ann, care.Visits, with(w.visit(w.ada, "Dressing"), "outcome", "care_given"))
	}
	w.record(ann, care.Visits, with(w.missed(w.ada), "outcome", "care_given"))
	w.sync(ann)
	for _, item := range ann.Items() {
		if item.Result == nil || item.Result.Status != care.Applied {
			t.Fatalf("a visit ended %+v", item.Result)
		}
	}
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if codes := ruleCodes(h); !slices.Contains(codes, "critical_medicine") {
		t.Errorf("the rules behind it are %v: the others still judge", codes)
	}
	if c := w.counted("breaks"); c.Faults != 9 || c.Reason == "" || c.Owner != w.lea.Id {
		t.Errorf("the rule that breaks at each of nine visits is counted as %+v", c)
	}
	if !slices.Contains(ruleCodes(h), "endless") {
		t.Error("an exception that cannot be worked out muted its rule")
	}
	if c := w.counted("endless"); c.Faults != 1 {
		t.Errorf("the exception that takes too long is counted as %+v", c)
	}
	if c := w.counted("does_not_compile"); !c.Broken || c.Reason == "" {
		t.Errorf("the rule that does not compile is counted as %+v", c)
	}
	w.pass(400 * 24 * time.Hour)
	ok(t, w.srv.CleanUp(t.Context()))
	if c := w.counted("does_not_compile"); !c.Broken {
		t.Error("that a rule in force does not compile was forgotten")
	}
}

// A rule may name any partner's team: that is how a referral becomes automatic.
func TestStory_ARuleCanNameAPartnersTeam(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	falls := w.Team(t, w.Org(t, "social_care", "Council"), "social_care", "Falls Team")
	w.tick()
	w.rule(map[string]any{"code": "unsteady", "class": "R", "destination": "team:" + falls.Id, "trigger": `record.soft_signs != null && "unsteady" in record.soft_signs`})
	ann := w.phoneOf(w.ann)
	w.record(ann, care.Visits, with(w.visit(w.ada, "Wobbly"), "soft_signs", []string{"unsteady"}))
	w.sync(ann)
	w.tick()
	referral := w.stands(only(t, "handovers to the falls team", w.handoversTo(falls)).Id, care.Sent, falls)
	if referral.GetString("class") != "R" {
		t.Errorf("its class is %s", referral.GetString("class"))
	}
	practice := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if !slices.Equal(ruleCodes(practice), []string{"soft_signs"}) {
		t.Errorf("to the practice: %v", ruleCodes(practice))
	}
	w.happened(referral.Id, handover.EventRaised, handover.EventSent)
}
