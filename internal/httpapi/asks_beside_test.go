package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
)

// Two partners are asked for the same person. Each sees that the other was, and nothing of what it says; one stands theirs down as answered
// with the other, and whoever raised it hears what became of that one.
func TestInbox_WhatTwoPartnersWereAsked(t *testing.T) {
	w := newTown(t)
	asked, more := w.raise(care.SameDay, nil), w.raise(care.SameDay, w.mental, map[string]any{"situation": "Low mood since the wound", "recommendation": "Please visit"})
	routine := w.raise(care.Routine, w.mental, map[string]any{"situation": "Sleeps badly"})
	concern := w.raise(care.Safeguarding, nil)
	w.raise(care.Routine, w.visitors, map[string]any{"safe_note": "Likes company"})

	beside := func(list []httpapi.AskBeside) (names []string) {
		for _, o := range list {
			if o.SameCause || o.MaySee {
				t.Errorf("of the other's too much is said: %+v", o)
			}
			names = append(names, o.Class+" "+o.ToTeam.Name+" from "+o.FromTeam.Name+" "+o.State+map[bool]string{true: ", may join", false: ""}[o.MayJoin])
		}
		return names
	}
	got := w.read(w.guy, asked)
	if names := beside(got.Beside); !slices.Equal(names, []string{"SD Minds from Riverside Nurses sent, may join", "R Minds from Riverside Nurses sent"}) || got.Beside[0].ID != more {
		t.Errorf("the practice sees beside it %q", names)
	}
	if whole := string(w.get(w.guy, "/handovers/"+asked).body); strings.Contains(whole, "Low mood") || strings.Contains(whole, "Sleeps") || strings.Contains(whole, concern) {
		t.Errorf("of the others it reads %s", whole)
	}
	if names := beside(w.read(w.mia, more).Beside); !slices.Equal(names, []string{"SD Bridge Surgery from Riverside Nurses sent, may join"}) {
		t.Errorf("mental health sees beside it %q", names)
	}
	for who, id := range map[string]string{"the safeguarding lead": concern} {
		if names := beside(w.read(w.sara, id).Beside); len(names) != 0 {
			t.Errorf("%s sees beside it %q", who, names)
		}
	}
	if ours := w.read(w.lea, asked).Beside; len(ours) != 2 || !ours[0].MaySee { // who sent both opens both
		t.Errorf("their lead sees beside it %+v", ours)
	}

	for name, c := range map[string]struct {
		with, code string
		status     int
	}{
		"less urgent": {routine, "changed", http.StatusConflict}, "a concern": {concern, "changed", http.StatusConflict}, "itself": {asked, "changed", http.StatusConflict},
		"none that there is": {w.ada.Id, "changed", http.StatusConflict}, "no id": {"x", "invalid", http.StatusBadRequest},
	} {
		t.Log(name)
		refused(t, w.send(w.guy, "/handovers/"+asked+"/stand-down", w.seen(w.guy, asked, map[string]any{"with": c.with})), c.status, c.code)
	}
	refused(t, w.send(w.rita, "/handovers/"+asked+"/stand-down", w.seen(w.rita, asked, map[string]any{"with": more})), http.StatusForbidden, "not_allowed")

	body := w.seen(w.guy, asked, map[string]any{"with": more, "reason": "We agreed it on the phone."})
	for range 2 { // the answer was lost
		closed := into[view](t, w.send(w.guy, "/handovers/"+asked+"/stand-down", body), http.StatusOK)
		e := closed.Events[len(closed.Events)-1]
		if closed.State != "stood_down" || e.Kind != "joined" || e.By.Name != "Guy" || e.Text != "It is answered with what Minds was asked about the same person. We agreed it on the phone." || len(closed.Beside) != 0 {
			t.Errorf("stood down: %s %+v %v", closed.State, e, closed.Beside)
		}
	}
	mia := w.read(w.mia, more)
	e := mia.Events[len(mia.Events)-1]
	if e.Kind != "took_in" || e.Text != "Bridge Surgery was asked about the same person by Riverside Nurses, and stood it down: your answer counts for both. Please ring them if you need to know what was asked." || mia.AmendedAt == "" {
		t.Errorf("mental health is told %+v", e)
	}
	equal(t, "told once", len(slices.DeleteFunc(mia.kinds(), func(kind string) bool { return kind != "took_in" })), 1)
	nurse := w.phoneOf(w.ann)
	heard := func(id string) (kinds string) {
		w.sync(nurse)
		for _, line := range nurse.List(care.HandoverEvents) {
			if kind := line.Text("kind"); line.Text("handover") == id && slices.Contains([]string{"joined", "took_in", "other_closed"}, kind) {
				kinds += kind + ": " + line.Text("text") + "\n"
			}
		}
		return kinds
	}
	if !strings.HasPrefix(heard(asked), "joined: It is answered with") || !strings.HasPrefix(heard(more), "took_in: ") {
		t.Errorf("the nurse hears %q and %q", heard(asked), heard(more))
	}
	w.act(w.mia, more, "answer", map[string]any{"outcome": "home_visit", "text": "Seen, and her dressing was changed"})
	if got := heard(asked); !strings.Contains(got, "other_closed: Minds has answered. Please ring them to hear what came of it.") {
		t.Errorf("when the other is answered she hears %q", got)
	}
	last := w.read(w.guy, asked).Events
	if e := last[len(last)-1]; e.Kind != "other_closed" || string(e.Detail) != `{"outcome":"home_visit"}` {
		t.Errorf("the practice reads %+v", e)
	}
}
