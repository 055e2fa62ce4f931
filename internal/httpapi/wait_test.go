package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit"
	"doorstep/internal/wire"
)

// askForNews asks for news that are not there yet. Nothing ends the waiting within an hour but what the test does.
func (w *town) askForNews(p *phone, token, cursor string) <-chan answer {
	w.t.Helper()
	got := make(chan answer, 1)
	go func() {
		got <- w.do(w.t, http.MethodGet, base+"/pull?wait=3600&client="+p.Client+"&cursor="+cursor, "Bearer "+token, nil)
	}()
	return got
}

// waiting does, and returns when the server holds the answer back; no other may.
func (w *town) waiting(p *phone, token, cursor string) <-chan answer {
	w.t.Helper()
	got := w.askForNews(p, token, cursor)
	testkit.Until(w.t, "the pull waits", func() bool { return w.store.Access.Followers() > 0 })
	return got
}

func (w *town) answered(got <-chan answer) answer {
	w.t.Helper()
	return testkit.Receive(w.t, got, "the answer of the pull that waits")
}

func TestPull_ThatWaitsIsAnsweredWhenSomethingOfItsOwnMoves(t *testing.T) {
	w := newTown(t)
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	got := w.waiting(ann, token, w.pullOf(ann, token).Cursor)
	w.Put(t, care.Visits, map[string]any{"patient": w.Patient(t, "Nobody", w.practice).Id, "status": "planned"}) // nobody's
	w.tick()
	w.visit()
	page := into[wire.PullResponse](t, w.answered(got), http.StatusOK)
	if len(page.Changes) == 0 || page.Changes[0].Collection != care.Visits {
		t.Errorf("it brings %s", toJSON(t, page.Changes))
	}
	equal(t, "connections that wait", httpapi.Seated(w.api), 0)
	equal(t, "followers", w.store.Access.Followers(), 0)
}

// One of a device: what a phone that changed networks left behind costs nothing.
func TestPull_ANewOneThatWaitsEndsTheFormer(t *testing.T) {
	w := newTown(t)
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	cursor := w.pullOf(ann, token).Cursor
	former := w.waiting(ann, token, cursor)
	latter := w.askForNews(ann, token, cursor)
	page := into[wire.PullResponse](t, w.answered(former), http.StatusOK)
	equal(t, "what the former brings", len(page.Changes), 0)
	equal(t, "its cursor", page.Cursor, cursor)
	w.visit()
	if page = into[wire.PullResponse](t, w.answered(latter), http.StatusOK); len(page.Changes) == 0 {
		t.Error("the latter brings nothing")
	}
}

// A right that ends while a pull waits ends it for the answer too.
func TestPull_ThatWaitsGivesNothingToWhoLostTheRight(t *testing.T) {
	w := newTown(t)
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	cursor := w.pullOf(ann, token).Cursor
	got := w.waiting(ann, token, cursor)
	w.send(w.lea, "/devices/"+ann.Device+"/state", map[string]any{"state": "lost"})
	w.visit()
	a := w.answered(got)
	equal(t, "directive", refused(t, a, http.StatusForbidden, "lost").Directive, "wipe")
	if strings.Contains(string(a.body), "Testpatient") {
		t.Errorf("it holds %s", a.body)
	}

	bob := w.enrol(t, w.bob)
	token = bob.token(t).AccessToken
	got = w.waiting(bob, token, w.pullOf(bob, token).Cursor)
	w.set(t, care.StaffName, w.bob.Id, map[string]any{"teams": []string{w.hill.Id}})
	w.tick()
	page := into[wire.PullResponse](t, w.answered(got), http.StatusOK)
	for _, s := range page.Scopes {
		if s.ID == care.ClinicalScope(w.ada.Id) || s.ID == care.TeamScope(w.nurses.Id) {
			t.Errorf("he is told of his former team's %s %s", s.Op, s.ID)
		}
	}
	for _, c := range page.Changes {
		if c.ID == w.ada.Id {
			t.Error("he gets Ada, whom his former team has")
		}
	}

	otto := w.enrol(t, w.otto)
	token = otto.token(t).AccessToken
	got = w.waiting(otto, token, w.pullOf(otto, token).Cursor)
	w.set(t, care.Devices, otto.Device, map[string]any{"state": "draining", "state_since": w.now()})
	w.set(t, care.Organisations, w.practice.Id, map[string]any{"phone": "01234 567890"}) // something of his moves
	w.tick()
	equal(t, "directive", refused(t, w.answered(got), http.StatusForbidden, "push_only").Directive, "drain")
}

// A pull that waits for news answers as soon as the server is about to stop.
func TestPull_ThatWaitsDoesNotHoldUpTheEnd(t *testing.T) {
	w := newTown(t)
	draining, drain := context.WithCancel(t.Context())
	w.api.Draining = draining
	ann := w.enrol(t, w.ann)
	token := ann.token(t).AccessToken
	cursor := w.pullOf(ann, token).Cursor
	got := w.waiting(ann, token, cursor)
	drain()
	page := into[wire.PullResponse](t, w.answered(got), http.StatusOK)
	equal(t, "what it brings", len(page.Changes), 0)
	equal(t, "its cursor", page.Cursor, cursor)
}
