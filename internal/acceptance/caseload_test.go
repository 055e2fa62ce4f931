package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
	"doorstep/internal/wire"
)

// mentions lists what a phone holds that names an id anywhere: records, by collection and id.
func mentions(p *phone.Phone, id string) []string {
	var found []string
	p.EachHeld(func(h phone.Held) {
		if h.ID == id || strings.Contains(string(h.Data), id) {
			found = append(found, h.Collection+" "+h.ID)
		}
	})
	return found
}

// deliveries notes every record that comes down a link, in order.
func deliveries(t *testing.T, l *link) *[]wire.Delivery {
	t.Helper()
	list := &[]wire.Delivery{}
	l.after = func(r *http.Request, body []byte) error {
		var page wire.PullResponse
		if strings.HasSuffix(r.URL.Path, "/pull") && json.Unmarshal(body, &page) == nil {
			*list = append(*list, page.Changes...)
		}
		return nil
	}
	return list
}

// Ada moves from Riverside's nurses to Hillside's. Ann is told to purge, Otto gets all of the
// history. What Ann wrote before is taken in although she has lost access; what she wrote after, not
// knowing, is kept for Hillside's lead.
func TestScenario_E1_PersonMovesToAnotherTeam(t *testing.T) {
	w := newWorld(t)
	lena := w.Staff(t, care.TeamLead, "Lena", w.others)
	ann, bob, otto := w.phoneOf(w.ann), w.phoneOf(w.bob), w.phoneOf(w.otto)
	hillside := w.phoneOf(lena)
	past := w.record(bob, care.Visits, w.visit(w.ada, "Dressing changed on Monday"))
	w.syncAll(bob, ann)
	sees(t, ann, care.Visits, past, "note", "Dressing changed on Monday")

	before := w.record(ann, care.Visits, w.visit(w.ada, "Written before the move"))
	w.pass(time.Minute)
	w.move(w.ada, w.nurses, w.others)
	w.pass(time.Minute)
	after := w.record(ann, care.Visits, w.visit(w.ada, "Written after the move"))
	if n, _ := ann.Unsent(); n != 2 {
		t.Fatalf("%d unsent", n)
	}
	w.syncAll(ann, bob, otto, hillside)

	items := ann.Items()
	if got := items[len(items)-2].Result; got == nil || got.Status != care.Applied {
		t.Errorf("the note from before the move ended %+v", got)
	}
	if issue := only(t, "issues", outcome(t, ann, care.Quarantined).Result.Issues); issue.Code != "no_permission" {
		t.Errorf("the note from after the move: %+v", issue)
	}
	for who, p := range map[string]*phone.Phone{"Ann": ann, "Bob": bob} {
		holdsNot(t, p, care.Patients, w.ada.Id)
		holdsNot(t, p, care.Visits, past)
		for _, what := range mentions(p, w.ada.Id) {
			if !strings.HasPrefix(what, care.SyncIssues) {
				t.Errorf("%s still holds %s", who, what)
			}
		}
	}
	for _, p := range []*phone.Phone{otto, hillside} {
		sees(t, p, care.Patients, w.ada.Id, "family_name", "Testpatient")
		sees(t, p, care.Visits, past, "note", "Dressing changed on Monday")
		sees(t, p, care.Visits, before, "note", "Written before the move")
		holdsNot(t, p, care.Visits, after)
	}
	mine := only(t, "issues of Ann", issuesOn(ann))
	if mine.Values["hidden"] != true || strings.Contains(fmt.Sprint(mine.Values), "Written after") {
		t.Errorf("Ann's phone holds the content of somebody no longer hers: %v", mine.Values)
	}
	issue := only(t, "issues of Hillside's lead", issuesOn(hillside))
	if issue.Text("owner_team") != w.others.Id || !strings.Contains(fmt.Sprint(issue.Values["content"]), "Written after the move") {
		t.Errorf("Lena sees %v", issue.Values)
	}
	ok(t, hillside.Resolve(issue.ID, nil))
	w.syncAll(hillside, otto, ann)
	sees(t, otto, care.Visits, after, "note", "Written after the move")
	if n := len(issuesOn(ann)) + len(issuesOn(hillside)); n != 0 {
		t.Errorf("%d issues are still open", n)
	}
}

// Ada moved away, was seen elsewhere, and moved back. Ann gets what is true now, each record once,
// whether or not her phone was online in between.
func TestScenario_E2_MovedAwayChangedMovedBack(t *testing.T) {
	for _, online := range []bool{true, false} {
		t.Run(map[bool]string{true: "phone online in between", false: "phone offline throughout"}[online], func(t *testing.T) {
			w := newWorld(t)
			ann, net := w.phoneOn(w.ann)
			otto := w.phoneOf(w.otto)
			visit := w.record(ann, care.Visits, w.visit(w.ada, "Wound clean"))
			gone := w.record(ann, care.Visits, w.visit(w.ada, "Entered by mistake"))
			w.sync(ann)
			w.move(w.ada, w.nurses, w.others)
			if online {
				w.sync(ann)
				holdsNot(t, ann, care.Visits, visit)
			}
			w.sync(otto)
			edit(t, otto, care.Visits, visit, "note", "Wound red, swab taken")
			ok(t, otto.Retract(care.Visits, gone))
			theirs := w.record(otto, care.Visits, w.visit(w.ada, "Seen at Hillside"))
			w.sync(otto)
			w.move(w.ada, w.others, w.nurses)

			came := deliveries(t, net)
			w.sync(ann)
			sees(t, ann, care.Patients, w.ada.Id, "family_name", "Testpatient")
			sees(t, ann, care.Visits, visit, "note", "Wound red, swab taken")
			sees(t, ann, care.Visits, theirs, "note", "Seen at Hillside")
			holdsNot(t, ann, care.Visits, gone)
			times := map[string]int{}
			for _, d := range *came {
				times[d.ID]++
			}
			for _, id := range []string{visit, theirs} {
				if times[id] != 1 {
					t.Errorf("%s came %d times, want once", id, times[id])
				}
			}
			if n := len(ann.List(care.Visits)); n != 2 {
				t.Errorf("Ann sees %d visits, want 2", n)
			}
			w.sync(otto)
			if left := mentions(otto, w.ada.Id); len(left) != 0 {
				t.Errorf("Otto still holds %v", left)
			}
		})
	}
}

// While Ann's phone is offline one visit is deleted in the dashboard, one is withdrawn by Bob, and two
// others are entered, so that the list is as long as before. Both removals arrive. What Ann wrote
// about one of them meanwhile is kept.
func TestScenario_E3_DeletedWhileOffline(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	bob, lea := w.phoneOf(w.bob), w.phoneOf(w.lea)
	deleted := w.record(ann, care.Visits, w.visit(w.ada, "Deleted in the dashboard"))
	withdrawn := w.record(ann, care.Visits, w.visit(w.ada, "Withdrawn by Bob"))
	kept := w.record(ann, care.Visits, w.visit(w.ada, "Kept"))
	w.syncAll(ann, bob)

	edit(t, ann, care.Visits, deleted, "note", "Ann's late correction")
	edit(t, ann, care.Visits, withdrawn, "note", "Ann's other correction")
	w.dashboard(http.MethodDelete, "visits/records/"+deleted, nil)
	ok(t, bob.Retract(care.Visits, withdrawn))
	w.record(bob, care.Visits, w.visit(w.ada, "New one"))
	w.record(bob, care.Visits, w.visit(w.ada, "Another new one"))
	w.sync(bob)
	came := deliveries(t, net)
	w.sync(ann)

	tombs := map[string]string{}
	for _, d := range *came {
		if d.Gone != "" {
			tombs[d.ID] = d.Gone
		}
	}
	if tombs[deleted] != "retracted" || tombs[withdrawn] != "retracted" {
		t.Errorf("the tombstones are %v", tombs)
	}
	holdsNot(t, ann, care.Visits, deleted)
	holdsNot(t, ann, care.Visits, withdrawn)
	sees(t, ann, care.Visits, kept, "note", "Kept")
	if n := len(ann.List(care.Visits)); n != 3 {
		t.Errorf("Ann sees %d visits, want 3", n)
	}
	w.sync(lea)
	for _, text := range []string{"Ann's late correction", "Ann's other correction"} {
		found := false
		for _, issue := range issuesOn(lea) {
			found = found || strings.Contains(fmt.Sprint(issue.Values), text)
		}
		if !found {
			t.Errorf("%q is nowhere to be found on the lead's phone", text)
		}
	}
	w.sync(bob)
	holdsNot(t, bob, care.Visits, deleted)
	bob.RequestDigest()
	w.sync(bob)
	if n := len(bob.List(care.Visits)); n != 3 {
		t.Errorf("Bob sees %d visits, want 3", n)
	}
}

// deviceOf is the stored device of a phone.
func (w *world) deviceOf(p *phone.Phone) *core.Record {
	w.t.Helper()
	d, err := w.FindRecordById(care.Devices, p.Device())
	if err != nil {
		w.t.Fatalf("find device: %v", err)
	}
	return d
}

// A phone that is being drained may hand in what it holds and gets nothing more; when it has, it
// deletes everything. One that is reported lost deletes everything at once and hands in nothing.
func TestScenario_E5_DrainingAndLost(t *testing.T) {
	w := newWorld(t)
	ann, annsNet := w.phoneOn(w.ann)
	bob, bobsNet := w.phoneOn(w.bob)
	lea := w.phoneOf(w.lea)
	note := w.record(ann, care.Visits, w.visit(w.ada, "Not sent before the phone was called in"))
	w.record(bob, care.Visits, w.visit(w.ada, "Not sent before the phone was lost"))
	secret := w.record(lea, care.Visits, w.visit(w.ada, "Written after both were barred"))
	w.dashboard(http.MethodPatch, "devices/records/"+ann.Device(), map[string]any{"state": "draining", "state_since": w.now()})
	w.dashboard(http.MethodPatch, "devices/records/"+bob.Device(), map[string]any{"state": "lost", "state_since": w.now()})
	w.sync(lea)

	for who, l := range map[string]*link{"draining": annsNet, "lost": bobsNet} {
		p := map[string]*phone.Phone{"draining": ann, "lost": bob}[who]
		answer := w.call(l.bearer, http.MethodGet, "/pull?client="+p.Client(), nil)
		body := answer.JSON(t)
		want := map[string][2]string{"draining": {"push_only", "drain"}, "lost": {"lost", "wipe"}}[who]
		if answer.Status != http.StatusForbidden || body["code"] != want[0] || body["directive"] != want[1] {
			t.Errorf("%s: pull = %d %s", who, answer.Status, answer.Body)
		}
		if strings.Contains(string(answer.Body), w.ada.Id) {
			t.Errorf("%s: data went out: %s", who, answer.Body)
		}
	}
	came := append(*deliveries(t, annsNet), *deliveries(t, bobsNet)...)
	for who, p := range map[string]*phone.Phone{"push_only": ann, "lost": bob} {
		var refused *wire.Error
		if err := p.Sync(t.Context()); !errors.As(err, &refused) || refused.Code != who {
			t.Errorf("%s: the round ended with %v", who, err)
		}
	}
	for who, p := range map[string]*phone.Phone{"draining": ann, "lost": bob} {
		held := 0
		p.EachHeld(func(phone.Held) { held++ })
		if held != 0 || p.Pending() != 0 || p.Directive() != "wipe" {
			t.Errorf("%s: the phone holds %d records and %d changes, directive %q", who, held, p.Pending(), p.Directive())
		}
		holdsNot(t, p, care.Visits, secret)
	}
	if len(came) != 0 {
		t.Errorf("%d records went to the two", len(came))
	}
	w.sync(lea)
	sees(t, lea, care.Visits, note, "note", "Not sent before the phone was called in")
	if n := len(w.rows(care.Visits, "note ~ 'lost'", nil)); n != 0 {
		t.Error("the lost phone's work was taken in")
	}
	if answer := w.call(bobsNet.bearer, http.MethodPost, "/push", map[string]any{"client": w.id(), "epoch": "e1", "schema": 1, "mutations": []any{}}); answer.Status != http.StatusForbidden {
		t.Errorf("the lost phone's push = %d %s", answer.Status, answer.Body)
	}
}

// Ann has left. What she wrote until then is taken in from her phone for thirty days; what is written
// with her phone afterwards is kept for the lead.
func TestScenario_E5_ALeaversUnsentWork(t *testing.T) {
	w := newWorld(t)
	ann, lea := w.phoneOf(w.ann), w.phoneOf(w.lea)
	before := w.record(ann, care.Visits, w.visit(w.ada, "My last visit"))
	w.pass(time.Minute)
	w.dashboard(http.MethodPatch, "staff/records/"+w.ann.Id, map[string]any{"inactive_since": w.now()})
	w.pass(time.Hour)
	after := w.record(ann, care.Visits, w.visit(w.ada, "After I had left"))
	w.sync(ann)
	w.sync(lea)
	sees(t, lea, care.Visits, before, "note", "My last visit")
	holdsNot(t, lea, care.Visits, after)
	issue := only(t, "issues of the lead", issuesOn(lea))
	if issue.Text("code") != "author_inactive" || !strings.Contains(fmt.Sprint(issue.Values["content"]), "After I had left") {
		t.Errorf("the lead sees %v", issue.Values)
	}
	if ann.Directive() != "wipe" || ann.Pending() != 0 || len(mentions(ann, w.ada.Id)) != 0 {
		t.Errorf("the leaver's phone: directive %q, holds %v", ann.Directive(), mentions(ann, w.ada.Id))
	}
	if n := len(w.rows(care.Visits, "patient = {:p}", dbx.Params{"p": w.ada.Id})); n != 1 {
		t.Errorf("%d visits, want 1", n)
	}
}
