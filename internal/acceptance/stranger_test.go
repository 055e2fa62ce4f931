package acceptance

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/testkit/pbtest"
)

// telling are texts that stand in a person's record, so that whatever tells something of them can be found.
var telling = []string{"RISK-OF-ADA", "NEEDS-A-RAMP", "hearing", "aged"}

// knownPerson gives Ada a record that would tell.
func (w *world) knownPerson() {
	w.set(w.ada, map[string]any{"date_of_birth": "1940-02-01", "risk_note": "RISK-OF-ADA", "access_notes": "NEEDS-A-RAMP", "communication_needs": []string{"hearing"}})
}

// shownOf is everything a pull brings of some collections to a walker that holds nothing, as it travels.
func shownOf(p *walker, collections ...string) string {
	var b strings.Builder
	for _, d := range p.anew().walk(0).records {
		for _, c := range collections {
			if d.Collection == c {
				b.Write(d.Data)
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// X1: whatever is refused reaches who has to know of it. Whoever reported it about somebody they have not got learns
// that it was passed on and how it stands, and nothing of the person beyond what they wrote, by any answer.
func TestStory_WhoReportsAboutSomebodyTheyHaveNotGotLearnsThatItWasPassedOnAndNoMore(t *testing.T) {
	for name, report := range map[string]func(w *world, otto *phone.Phone){
		"by hand": func(w *world, otto *phone.Phone) {
			w.record(otto, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "situation": "Found on the floor", "recommendation": "Please ring me."})
		},
		"by hand, to a team of their own": func(w *world, otto *phone.Phone) {
			w.record(otto, care.Handovers, map[string]any{"patient": w.ada.Id, "class": "U2", "situation": "Found on the floor", "to_team": w.others.Id})
		},
		"by readings": func(w *world, otto *phone.Phone) {
			w.record(otto, care.Observations, w.readings(w.ada))
		},
		"by readings, after a colleague who has her": func(w *world, otto *phone.Phone) {
			ann := w.phoneOf(w.ann)
			values := w.readings(w.ada)
			values["temperature"] = 40.5
			w.record(ann, care.Observations, values)
			w.sync(ann)
			w.record(otto, care.Observations, w.readings(w.ada))
		},
		"by readings, as if before a colleague who has her": func(w *world, otto *phone.Phone) {
			w.record(otto, care.Observations, w.readings(w.ada))
			w.sync(otto)
			ann := w.phoneOf(w.ann)
			values := w.readings(w.ada)
			values["temperature"] = 40.5
			w.record(ann, care.Observations, values)
			w.sync(ann)
		},
		"by a visit under the name of a colleague": func(w *world, otto *phone.Phone) {
			values := w.visit(w.ada, "Found on the floor")
			values["critical_medicine"], values["staff"], values["team"] = "missed", w.ann.Id, w.others.Id
			w.record(otto, care.Visits, values)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.onWednesday(10, 0)
			w.knownPerson()
			lead := w.Staff(t, care.TeamLead, "Lou", w.others)
			w.tick()
			otto := w.phoneOf(w.otto, w.findingIt)
			report(w, otto)
			w.sync(otto)
			outcome(t, otto, care.Quarantined)
			w.tick()
			w.sync(otto)
			raised := w.rows(care.Handovers, "patient = {:p}", dbx.Params{"p": w.ada.Id})
			if len(raised) == 0 {
				t.Fatal("nobody was told")
			}
			if len(w.handoversTo(w.coordination)) == 0 && len(w.handoversTo(w.surgery)) == 0 {
				t.Error("nobody who may act on it was told")
			}
			for who, staff := range map[string]*core.Record{"who reported it": w.otto, "their lead": lead} {
				p := w.walkerOf(staff, w.phoneOf(staff))
				pulled := shownOf(p, care.Handovers, care.HandoverEvents, care.SyncIssues)
				var pages strings.Builder
				token := w.Token(t, staff)
				for _, h := range raised {
					for _, path := range []string{"/handovers/" + h.Id, "/handovers/" + h.Id + "/print"} {
						pages.Write(pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1"+path, token, nil).Body)
					}
				}
				for _, path := range []string{"/inbox", "/handovers?state=all", "/handovers?state=all&side=sent", "/issues"} {
					pages.Write(pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1"+path, token, nil).Body)
				}
				for _, secret := range append(telling, w.ada.GetString("family_name"), "40.5") {
					if strings.Contains(pulled, secret) {
						t.Errorf("the phone of %s shows %q in %s", who, secret, pulled)
					}
					if strings.Contains(pages.String(), secret) {
						t.Errorf("a page shows %s %q in %s", who, secret, pages.String())
					}
				}
				p.walk(0)
				if differs, _, _ := p.compare(); len(differs) > 0 {
					t.Errorf("the digest of %s differs in %v", who, differs)
				}
			}
		})
	}
}

// X1, X6: nor do they decide anything about it: a call of theirs acknowledges nothing, and what they push into it is
// refused, without a word of what is stored there.
func TestStory_WhoReportsAboutSomebodyTheyHaveNotGotDecidesNothingAboutIt(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.knownPerson()
	otto, link := w.phoneOn(w.otto)
	w.record(otto, care.Observations, w.readings(w.ada))
	w.sync(otto)
	w.tick()
	w.sync(otto)
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	seesHandover(t, otto, h.Id, care.Sent)
	pushed := w.push(otto, link.bearer, w.mutation(otto, 2, w.id(), map[string]any{"op": "update", "collection": care.Handovers, "id": h.Id, "patient": w.ada.Id, "base": "e1.999999",
		"set": map[string]any{"called_name": "Nobody", "called_at": care.Stamp(w.now()), "reached": true, "read_back": true, "background": "probe"}}))
	raw, err := json.Marshal(pushed)
	ok(t, err)
	for _, secret := range telling {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the answer to a push tells %q: %s", secret, raw)
		}
	}
	token := w.Token(t, w.otto)
	for verb, body := range map[string]map[string]any{"call": {"name": "Nobody", "role": "x", "reached": true, "read_back": true}, "stand-down": {"reason": "x"}, "confirm": {}} {
		body["version"] = h.GetInt("version")
		if answer := pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/handovers/"+h.Id+"/"+verb, token, body); answer.Status < 400 {
			t.Errorf("%s: %d %s", verb, answer.Status, answer.Body)
		}
	}
	w.stands(h.Id, care.Sent, w.surgery)
}

// Once they have the person they follow it as anybody who reported something.
func TestStory_WhoGetsThePersonReadsWhatTheyHadReported(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	w.knownPerson()
	otto := w.phoneOf(w.otto)
	w.record(otto, care.Observations, w.readings(w.ada))
	w.sync(otto)
	w.tick()
	w.Caseload(t, w.ada, w.others)
	w.tick()
	w.tick()
	w.sync(otto)
	h := only(t, "handovers to the practice", w.handoversTo(w.surgery))
	if s := seesHandover(t, otto, h.Id, care.Sent); !strings.Contains(s.Values["background"].(string), "RISK-OF-ADA") {
		t.Errorf("they read %v", s.Values["background"])
	}
	p := w.walkerOf(w.otto, otto)
	p.walk(0)
	if differs, _, _ := p.compare(); len(differs) > 0 {
		t.Errorf("the digest differs in %v", differs)
	}
}

// Work that an answer asks for goes to those who have the person, not to whoever reported it.
func TestStory_WorkAboutAPersonGoesToThoseWhoHaveThem(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	otto := w.phoneOf(w.otto)
	w.record(otto, care.Observations, w.readings(w.ada))
	w.sync(otto)
	if h := only(t, "handovers to the practice", w.handoversTo(w.surgery)); h.GetString("reply_team") != w.nurses.Id {
		t.Errorf("it is answered to %s", w.nameOf(h.GetString("reply_team")))
	}
}

// X2: nobody else reads what is said about safeguarding, so that words about somebody who is not registered must reach
// the safeguarding lead too: that of the neighbourhood of their author's team.
func TestStory_AConcernAboutSomebodyWhoIsNotThereReachesTheSafeguardingLeadAlone(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	hood := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Hillside"})
	elsewhere := w.Put(t, care.Teams, map[string]any{"organisation": w.trust.Id, "kind": "safeguarding", "name": "Another safeguarding", "route": "inbox", "neighbourhood": hood.Id})
	w.set(w.others, map[string]any{"neighbourhood": hood.Id})
	sara, sam := w.Staff(t, care.SafeguardingLead, "Sara", w.safeguarding), w.Staff(t, care.SafeguardingLead, "Sam", elsewhere)
	w.tick()
	for _, c := range []struct {
		name          string
		author, reads *core.Record
		team          *core.Record
		op            map[string]any
	}{
		{"a check-in", w.lea, sara, w.safeguarding, map[string]any{"collection": care.Checkins, "set": map[string]any{"patient": w.id(), "safeguarding": "SEALED-A"}}},
		{"a concern by hand, from another neighbourhood", w.otto, sam, elsewhere, map[string]any{"collection": care.Handovers, "set": map[string]any{"patient": w.id(), "class": "SG", "situation": "SEALED-B"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := "SEALED-A"
			if c.author == w.otto {
				words = "SEALED-B"
			}
			p, link := w.phoneOn(c.author)
			c.op["op"], c.op["id"] = "create", w.id()
			pushed := w.push(p, link.bearer, w.mutation(p, 1, w.id(), c.op))
			if pushed.Results[0].Status != care.Quarantined {
				t.Fatalf("it ended %+v", pushed.Results[0])
			}
			w.tick()
			h := only(t, "concerns with their safeguarding lead", w.handoversTo(c.team))
			if h.GetString("class") != string(care.Safeguarding) || h.GetString("patient") != "" {
				t.Errorf("it is of class %s, about %q", h.GetString("class"), h.GetString("patient"))
			}
			read := func(who *core.Record) string {
				var all strings.Builder
				for _, path := range []string{"/inbox", "/handovers?state=all", "/handovers/" + h.Id, "/issues"} {
					answer := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1"+path, w.Token(t, who), nil)
					if answer.Status >= 500 {
						t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
					}
					all.Write(answer.Body)
				}
				return all.String()
			}
			if !strings.Contains(read(c.reads), words) {
				t.Errorf("the safeguarding lead reads %s", read(c.reads))
			}
			for _, other := range []*core.Record{w.ann, w.lea, w.otto, w.cora, w.gp, w.reception} {
				if strings.Contains(read(other), words) {
					t.Errorf("%s reads it on a page", other.GetString("name"))
				}
			}
			for _, other := range []*core.Record{w.ann, w.lea, w.otto, w.cora} {
				if pulled := shownOf(w.walkerOf(other, w.phoneOf(other)), care.Handovers, care.HandoverEvents, care.SyncIssues); strings.Contains(pulled, words) {
					t.Errorf("the phone of %s shows it: %s", other.GetString("name"), pulled)
				}
			}
		})
	}
}

// Whoever owns an open issue has its person, and reads what is needed to decide it. When the person moves, it moves.
func TestStory_AnIssueIsReadByWhoeverHasItsPersonAndByNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.onWednesday(10, 0)
	hood := w.Put(t, care.Neighbourhoods, map[string]any{"name": "Hillside"})
	far := w.Put(t, care.Teams, map[string]any{"organisation": w.trust.Id, "kind": "coordination", "name": "Hillside Coordination", "route": "inbox", "neighbourhood": hood.Id})
	w.set(w.others, map[string]any{"neighbourhood": hood.Id})
	lou, carl := w.Staff(t, care.TeamLead, "Lou", w.others), w.Staff(t, care.CareCoordinator, "Carl", far)
	w.tick()
	ann, bob := w.phoneOf(w.ann), w.phoneOf(w.bob)
	visit := w.record(ann, care.Visits, w.visit(w.ada, "as made"))
	w.sync(ann)
	w.sync(bob)
	ok(t, ann.Edit(care.Visits, visit, map[string]any{"note": "KEPT"}))
	ok(t, bob.Edit(care.Visits, visit, map[string]any{"note": "LOST"}))
	w.sync(ann)
	w.sync(bob)
	issue := only(t, "conflicts", w.rows(care.Conflicts, "", nil)).Id
	reads := func(when string, want ...*core.Record) {
		t.Helper()
		for _, who := range []*core.Record{w.lea, w.cora, lou, carl} {
			answer := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/issues/"+issue, w.Token(t, who), nil)
			should := false
			for _, o := range want {
				should = should || o == who
			}
			if sees := strings.Contains(string(answer.Body), "KEPT") && strings.Contains(string(answer.Body), "LOST"); sees != should || !should && strings.Contains(string(answer.Body), "LOST") {
				t.Errorf("%s, %s reads it: %t (%d %s)", when, who.GetString("name"), sees, answer.Status, answer.Body)
			}
		}
	}
	reads("while the nurses have her", w.lea, w.cora)
	w.move(w.ada, w.nurses, w.others)
	w.tick()
	reads("when others have her", lou, carl)
	w.pass(25 * time.Hour)
	reads("when nobody decided in time", carl)
	token := w.Token(t, carl)
	var shown struct{ Base string }
	answer := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/issues/"+issue, token, nil)
	ok(t, json.Unmarshal(answer.Body, &shown))
	if answer = pbtest.Call(t, w.http, http.MethodPost, "/api/care/v1/issues/"+issue+"/resolve", token, map[string]any{"base": shown.Base, "set": map[string]any{"note": "DECIDED"}}); answer.Status != http.StatusOK {
		t.Fatalf("it is decided with %d %s", answer.Status, answer.Body)
	}
	w.tick()
	if list := pbtest.Call(t, w.http, http.MethodGet, "/api/care/v1/issues", token, nil); strings.Contains(string(list.Body), issue) {
		t.Errorf("what was decided is still on the list: %s", list.Body)
	}
	if pulled := shownOf(w.walkerOf(carl, w.phoneOf(carl)), care.SyncIssues, care.Visits); strings.Contains(pulled, "DECIDED") || strings.Contains(pulled, "LOST") {
		t.Errorf("what was decided stays on the phone of whoever decided it: %s", pulled)
	}
}
