package acceptance

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// The server does not answer in the middle of a round. The screen says how much is not sent, and never
// "all synced", and the phone tries again by itself.
func TestScenario_F2_TimeoutSaysHowMuchIsNotSent(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	first := w.now()
	for i := range 3 {
		w.record(ann, care.Visits, w.visit(w.ada, fmt.Sprintf("Visit %d", i)))
		w.pass(time.Minute)
	}
	for name, breaking := range map[string]func(*link){
		"the push gets no answer":        func(l *link) { l.before = failing("/push", errCut) },
		"a proxy gives up":               func(l *link) { l.before = answering("/push", http.StatusGatewayTimeout) },
		"the token request is cut":       func(l *link) { l.before = failing("/token", errCut); w.pass(20 * time.Minute) },
		"the answer to the hello is cut": func(l *link) { l.before = failing("/hello", errCut); w.pass(20 * time.Minute) },
	} {
		breaking(net)
		if err := ann.Sync(t.Context()); err == nil {
			t.Errorf("%s: the round reports success", name)
		}
		n, oldest := ann.Unsent()
		if n != 3 || oldest.Sub(first).Abs() > time.Minute {
			t.Errorf("%s: the phone says %d not sent, oldest of %s", name, n, oldest)
		}
		for _, item := range ann.Items() {
			if item.State != phone.Saved {
				t.Errorf("%s: a change is shown as %s", name, item.State)
			}
		}
		if next, will := ann.NextTry(); !will || next.Sub(w.now()) > 11*time.Minute {
			t.Errorf("%s: the next try is at %s, %v", name, next, will)
		}
	}

	// The push is answered and the pull is not: they are sent, but not confirmed.
	net.before = failing("/pull", errCut)
	if err := ann.Sync(t.Context()); !errors.Is(err, phone.ErrUnreachable) {
		t.Errorf("the round ended with %v", err)
	}
	if n, _ := ann.Unsent(); n != 0 || ann.Pending() != 3 {
		t.Errorf("%d not sent, %d not confirmed; want 0 and 3", n, ann.Pending())
	}
	net.before = nil
	w.sync(ann)
	if n, _ := ann.Unsent(); n != 0 || ann.Pending() != 0 {
		t.Errorf("%d not sent, %d not confirmed", n, ann.Pending())
	}
	for _, item := range ann.Items() {
		if item.State != phone.Sent {
			t.Errorf("at the end a change is shown as %s", item.State)
		}
	}
	if n := len(w.rows(care.Visits, "", nil)); n != 3 {
		t.Errorf("%d visits are stored, want 3", n)
	}
}

// failing breaks requests to a route; answering gives them a made-up answer.
func failing(route string, err error) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/sync/v1"+route {
			return nil, err
		}
		return nil, nil
	}
}

func answering(route string, status int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/sync/v1"+route {
			return refusing(status, "<html>gateway</html>"), nil
		}
		return nil, nil
	}
}

// A note from an app of another version of the form. Any version from 1 on is taken in for ever: what
// it knows is stored, a field this server does not know is set aside, not lost. A version that cannot
// be is refused with a plain code.
func TestScenario_F3_NoteFromAnotherVersionOfTheForm(t *testing.T) {
	w := newWorld(t)
	lea := w.phoneOf(w.lea)
	for schema, p := range map[int]*phone.Phone{1: w.phoneOf(w.ann), 7: w.phoneOf(w.bob, func(o *phone.Options) { o.Schema = 7 })} {
		id := w.record(p, care.Visits, with(w.visit(w.ada, "From another version"), "mood_today", "cheerful"))
		w.sync(p)
		item := outcome(t, p, care.Merged)
		if issue := only(t, "issues", item.Result.Issues); issue.Code != "unknown_field" || issue.Field != "mood_today" {
			t.Errorf("version %d: %+v", schema, issue)
		}
		sees(t, p, care.Visits, id, "note", "From another version")
		w.sync(lea)
		kept := false
		for _, issue := range issuesOn(lea) {
			kept = kept || (issue.Text("record") == id && fmt.Sprint(issue.Values["content"]) == "cheerful")
		}
		if !kept {
			t.Errorf("version %d: what was typed into the unknown field is not with the lead", schema)
		}
		if got := w.deviceOf(p).GetString("schema"); got != fmt.Sprint(schema) {
			t.Errorf("the device is known with version %s, want %d", got, schema)
		}
	}
	ann, net := w.phoneOn(w.ann)
	for _, schema := range []any{0, -1, "2", 1.5, nil} {
		answer := w.call(net.bearer, http.MethodPost, "/push", map[string]any{"client": ann.Client(), "epoch": ann.Epoch(), "schema": schema, "mutations": []any{}})
		if body := answer.JSON(t); answer.Status != http.StatusBadRequest || body["code"] != "malformed" || body["retry"] != "after_fix" {
			t.Errorf("version %v: %d %s", schema, answer.Status, answer.Body)
		}
	}
}
