package acceptance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// garden is what Ada wants, with a voluntary service that helps and another that does not; both visit her with her consent.
type garden struct {
	*world
	helping    village      // Vera's service helps
	olga       *core.Record // of a service that does not
	goal, step string
}

func newGarden(t *testing.T) (*garden, *phone.Phone) {
	t.Helper()
	g := &garden{world: newWorld(t)}
	g.helping = g.village()
	other := g.Org(t, care.VoluntaryKind, "Befrienders")
	g.olga = g.Staff(t, care.Volunteer, "Olga", g.Team(t, other, care.VoluntaryKind, "Befrienders"))
	g.set(g.ada, map[string]any{"consent": append(consent(g.helping.service, true, ""), consent(other, true, "")...)})
	g.Caseload(t, g.ada, g.helping.vera)
	g.Caseload(t, g.ada, g.olga)
	g.tick()
	ann := g.phoneOf(g.ann)
	_, err := ann.InOne(func(c *phone.Change) {
		g.goal = c.Create(care.Goals, map[string]any{"patient": g.ada.Id, "words": "I want to sit in my garden again, as before the stroke", "safe_words": "To sit in the garden",
			"team": g.nurses.Id, "helpers": []any{g.helping.service.Id}, "agreed_on": "2026-03-02", "review_on": "2026-04-02"})
		g.step = c.Create(care.GoalSteps, map[string]any{"patient": g.ada.Id, "goal": g.goal, "task": "Walk with her to the back door", "helper": g.helping.service.Id, "due_on": "2026-03-20"})
	})
	ok(t, err)
	return g, ann
}

// A goal that was noted without a network reaches everybody who works towards it, each with their part: a colleague
// whole, a volunteer of the service that helps the words that are safe to share and the step that is theirs, and a
// volunteer of a service that does not help nothing, though Ada agreed that they visit.
func TestStory_AGoalReachesEverybodyWhoWorksTowardsItAndNobodyElse(t *testing.T) {
	g, ann := newGarden(t)
	bob, vera, olga, colin := g.phoneOf(g.bob), g.phoneOf(g.helping.vera), g.phoneOf(g.olga), g.phoneOf(g.helping.colin)
	holdsNot(t, bob, care.Goals, g.goal)
	g.syncAll(ann, bob, vera, olga, colin)
	sees(t, bob, care.Goals, g.goal, "words", "I want to sit in my garden again, as before the stroke")
	sees(t, bob, care.GoalSteps, g.step, "due_on", "2026-03-20")
	seen := sees(t, vera, care.Goals, g.goal, "safe_words", "To sit in the garden")
	sees(t, vera, care.GoalSteps, g.step, "task", "Walk with her to the back door")
	for _, clinical := range []string{"words", "said", "agreed_on"} {
		if _, there := seen.Values[clinical]; there {
			t.Errorf("a volunteer's phone holds %s of a goal", clinical)
		}
	}
	own := g.record(ann, care.GoalSteps, map[string]any{"patient": g.ada.Id, "goal": g.goal, "task": "Ask the physiotherapist about the frame"})
	g.syncAll(ann, bob, vera, olga)
	sees(t, bob, care.GoalSteps, own, "task", "Ask the physiotherapist about the frame")
	holdsNot(t, vera, care.GoalSteps, own)
	for name, p := range map[string]*phone.Phone{"a service that does not help": olga, "a coordinator who has not got her": colin} {
		p.RequestDigest()
		g.sync(p)
		p.EachHeld(func(h phone.Held) {
			if h.Collection == care.Goals || h.Collection == care.GoalSteps || strings.Contains(string(h.Data), "garden") {
				t.Errorf("%s holds %s %s", name, h.Collection, h.Data)
			}
		})
	}
}

// Whoever stops helping, by a change of the goal or because Ada takes her consent back, loses it; whoever helps again has it.
func TestStory_AGoalLeavesThePhonesOfAServiceThatHelpsNoMore(t *testing.T) {
	g, ann := newGarden(t)
	vera := g.phoneOf(g.helping.vera)
	has := func(want bool, when string) {
		t.Helper()
		g.tick()
		g.syncAll(ann, vera)
		if _, there := vera.View(care.Goals, g.goal); there != want {
			t.Errorf("%s: on the volunteer's phone: %t", when, there)
		}
	}
	has(true, "her service helps")
	ok(t, ann.RemoveFrom(care.Goals, g.goal, "helpers", g.helping.service.Id))
	has(false, "it helps no more")
	ok(t, ann.AddTo(care.Goals, g.goal, "helpers", g.helping.service.Id))
	has(true, "it helps again")
	g.set(g.ada, map[string]any{"consent": consent(g.helping.service, false, "")})
	has(false, "Ada took her consent back")
	vera.EachHeld(func(h phone.Held) {
		if h.Collection == care.GoalSteps {
			t.Errorf("a step stays: %s", h.Data)
		}
	})
	g.set(g.ada, map[string]any{"consent": consent(g.helping.service, true, "")})
	has(true, "and gave it again")
	g.set(g.helping.vera, map[string]any{"organisation": g.olga.GetString("organisation"), "teams": g.olga.GetStringSlice("teams")})
	has(false, "Vera works for another service")
}

// Two nurses review a goal without a network, and a third adds a step and a helper: nothing waits for a decision. The later
// review counts whole, with all that it says, and the step and the helper are there.
func TestStory_ReviewsAndStepsThatWereWrittenApartMerge(t *testing.T) {
	g, ann := newGarden(t)
	bob, lea := g.phoneOf(g.bob), g.phoneOf(g.lea)
	g.syncAll(ann, bob, lea)
	edit(t, ann, care.Goals, g.goal, "outcome", "partly", "said", "I stood at the door", "reviewed_on", "2026-03-02", "review_on", "2026-05-01")
	g.pass(time.Minute)
	edit(t, bob, care.Goals, g.goal, "outcome", "met", "said", "I sat there all afternoon", "reviewed_on", "2026-03-03", "review_on", "")
	ok(t, lea.AddTo(care.Goals, g.goal, "helpers", g.trust.Id))
	added := g.record(lea, care.GoalSteps, map[string]any{"patient": g.ada.Id, "goal": g.goal, "task": "A cushion for the bench"})
	g.syncAll(bob, lea, ann) // the later review arrives first
	g.syncAll(bob, lea, ann)
	for name, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob, "Lea": lea} {
		for field, want := range map[string]any{"outcome": "met", "said": "I sat there all afternoon", "reviewed_on": "2026-03-03", "review_on": nil, "words": "I want to sit in my garden again, as before the stroke"} {
			sees(t, p, care.Goals, g.goal, field, want)
		}
		sees(t, p, care.GoalSteps, added, "task", "A cushion for the bench")
		helpers, _ := sees(t, p, care.Goals, g.goal, "safe_words", "To sit in the garden").Values["helpers"].([]any)
		if len(helpers) != 2 || !slices.Contains(helpers, any(g.trust.Id)) {
			t.Errorf("%s sees the helpers %v", name, helpers)
		}
	}
	if open := g.rows(care.Conflicts, "policy != 'latest'", nil); len(open) != 0 {
		t.Errorf("%d conflicts wait for somebody", len(open))
	}
	lost := map[string]string{} // what the earlier review said is kept
	for _, c := range g.rows(care.Conflicts, "policy = 'latest'", nil) {
		lost[c.GetString("field")] = c.GetString("lost")
	}
	if lost["said"] != `"I stood at the door"` || lost["outcome"] != `"partly"` {
		t.Errorf("what lost is %v", lost)
	}
}

// Two people who write down differently what Ada wants do not write over each other: what stands stays, and both is kept
// until somebody decides.
func TestStory_WhatSomebodyWantsIsNeverWrittenOverUnseen(t *testing.T) {
	g, ann := newGarden(t)
	bob := g.phoneOf(g.bob)
	g.syncAll(ann, bob)
	edit(t, ann, care.Goals, g.goal, "words", "I want to grow beans again")
	edit(t, bob, care.Goals, g.goal, "words", "I want to see the neighbours over the fence")
	g.syncAll(ann, bob, ann)
	sees(t, ann, care.Goals, g.goal, "words", "I want to grow beans again")
	c := only(t, "conflicts", g.rows(care.Conflicts, "", nil))
	if c.GetString("collection") != care.Goals || c.GetString("state") != "open" || !strings.Contains(fmt.Sprint(c.Get("lost")), "fence") {
		t.Errorf("the conflict is %v", c.PublicExport())
	}
}

// A volunteer says when the step that is theirs was done, and nothing else of it: words, other people's steps and the goal
// are not theirs to write.
func TestStory_AVolunteerMarksTheirOwnStepDone(t *testing.T) {
	g, ann := newGarden(t)
	other := g.record(ann, care.GoalSteps, map[string]any{"patient": g.ada.Id, "goal": g.goal, "task": "Ask about the frame"})
	g.sync(ann)
	vera := g.phoneOf(g.helping.vera)
	edit(t, vera, care.GoalSteps, g.step, "done_on", "2026-03-02")
	g.syncAll(vera, ann)
	outcome(t, vera, care.Applied)
	sees(t, ann, care.GoalSteps, g.step, "done_on", "2026-03-02")
	edit(t, vera, care.GoalSteps, g.step, "task", "Something else")
	g.sync(vera)
	outcome(t, vera, care.Merged)
	for i, op := range []map[string]any{
		{"op": "update", "collection": care.GoalSteps, "id": other, "patient": g.ada.Id, "base": "e1.999999", "set": map[string]any{"done_on": "2026-03-02"}},
		{"op": "update", "collection": care.Goals, "id": g.goal, "patient": g.ada.Id, "base": "e1.999999", "set": map[string]any{"outcome": "met"}},
		{"op": "create", "collection": care.Goals, "id": g.id(), "set": map[string]any{"patient": g.ada.Id, "safe_words": "probe"}},
		{"op": "retract", "collection": care.GoalSteps, "id": g.step, "patient": g.ada.Id, "base": "e1.999999"},
	} {
		p, link := g.phoneOn(g.helping.vera)
		if res := g.push(p, link.bearer, g.mutation(p, 1, g.id(), op)).Results[0]; res.Status != care.Quarantined {
			t.Errorf("change %d of a volunteer ended %+v", i, res)
		}
	}
	g.sync(ann)
	sees(t, ann, care.GoalSteps, g.step, "task", "Walk with her to the back door")
	sees(t, ann, care.GoalSteps, other, "done_on", nil)
	sees(t, ann, care.Goals, g.goal, "outcome", nil)
}

// A goal moves the scope in which a volunteer has a person, and does not change which version of the person they hold: a
// digest agrees, also after the person's record changed, and one that lists the person wrongly is put right for good.
func TestWalk_GoalsLeaveTheVersionOfAPersonAsItIs(t *testing.T) {
	g, ann := newGarden(t)
	vera := g.walkerOf(g.helping.vera, g.phoneOf(g.helping.vera))
	agrees := func(when string) {
		t.Helper()
		vera.walk(3)
		if differs, _, _ := vera.compare(); len(differs) != 0 {
			t.Errorf("%s: %v differs", when, differs)
		}
		if wrong := vera.unlike(vera.anew().walk(100)); wrong != "" {
			t.Errorf("%s, a new phone: %s", when, wrong)
		}
	}
	agrees("before the goal came")
	g.sync(ann)
	agrees("with the goal")
	g.set(g.ada, map[string]any{"phone": "0161 496 0999"})
	g.tick()
	agrees("after the person changed")
	edit(t, ann, care.Goals, g.goal, "review_on", "2026-06-01")
	g.sync(ann)
	agrees("after a review")
	key := care.Patients + "/" + g.ada.Id
	person := vera.records[key]
	person.Scopes = []string{care.StaffScope(g.helping.vera.Id)}
	vera.records[key] = person
	if differs, _, repaired := vera.compare(); len(differs) == 0 || repaired == 0 {
		t.Error("a person under the wrong scope is not noticed")
	}
	agrees("once it was put right")
}
