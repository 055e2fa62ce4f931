package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"doorstep/internal/care"
)

// From a mail to somebody's own account: whoever reads a handover by a one-time link asks, whoever administers decides.
func TestWhoeverHasNoAccountAsksForOneFromAOneTimeLink(t *testing.T) {
	w, box := mailed(t)
	opened := func() string {
		t.Helper()
		return w.nobody("/once", map[string]any{"link": w.askedFor(box, w.raise(care.SameDay))}, http.StatusOK)["session"].(string)
	}
	session := opened()
	rita := map[string]any{"session": session, "name": " Rita\nAmes ", "email": "rita.ames@practice.example", "role": "reception"}
	for name, change := range map[string]map[string]any{"no name": {"name": "\u200b"}, "no address": {"email": "rita"}, "a name within the address": {"email": "Rita <rita@practice.example>"}} {
		body := map[string]any{}
		for _, m := range []map[string]any{rita, change} {
			for k, v := range m {
				body[k] = v
			}
		}
		if got := w.nobody("/once/account", body, http.StatusBadRequest); got["fields"] == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	for range 2 { // whose answer was lost asks again
		w.nobody("/once/account", rita, http.StatusAccepted)
	}
	w.nobody("/once/account", map[string]any{"session": session + "x", "name": "Rita", "email": "rita@practice.example"}, http.StatusUnauthorized)
	list := func() []any {
		return w.ask(w.adam, http.MethodGet, "/account-requests", nil, http.StatusOK)["items"].([]any)
	}
	asked := list()
	if len(asked) != 1 {
		t.Fatalf("%d ask", len(asked))
	}
	one := asked[0].(map[string]any)
	if one["name"] != "Rita Ames" || one["email"] != "rita.ames@practice.example" || one["role"] != "reception" || one["team"] != w.surgery.Id {
		t.Errorf("%v", one)
	}
	if got := w.ask(w.adam, http.MethodGet, "/accounts", nil, http.StatusOK)["items"].([]any); fmt.Sprint(got) == "" || len(got) == 0 {
		t.Error("no accounts")
	} else {
		for _, a := range got {
			if a.(map[string]any)["values"].(map[string]any)["email"] == one["email"] {
				t.Error("asking makes an account")
			}
		}
	}
	elsewhere := w.app.Staff(t, care.Administrator, "Ella", w.nurses) // of the trust, not of the practice
	w.tick()
	if got := w.ask(elsewhere, http.MethodGet, "/account-requests", nil, http.StatusOK)["items"].([]any); len(got) != 0 {
		t.Errorf("another organisation's administrator reads %v", got)
	}
	w.ask(elsewhere, http.MethodPost, "/account-requests/"+one["id"].(string)+"/close", nil, http.StatusNotFound)
	w.ask(w.adam, http.MethodPost, "/account-requests/"+one["id"].(string)+"/close", nil, http.StatusOK)
	w.ask(w.adam, http.MethodPost, "/account-requests/"+one["id"].(string)+"/close", nil, http.StatusNotFound)
	if got := list(); len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
	var noted int
	if err := w.app.DB().NewQuery(`SELECT count(DISTINCT action) FROM audit WHERE action IN ('account_asked', 'account_request_closed')`).Row(&noted); err != nil || noted != 2 {
		t.Errorf("%d of two things are in the audit: %v", noted, err)
	}
	for i := range 5 {
		w.nobody("/once/account", map[string]any{"session": opened(), "name": fmt.Sprint("Rita ", i), "email": "r@practice.example"}, http.StatusAccepted)
	}
	w.nobody("/once/account", map[string]any{"session": opened(), "name": "Rita", "email": "r@practice.example"}, http.StatusConflict)
	late := opened()
	w.pass(15 * time.Minute)
	w.nobody("/once/account", map[string]any{"session": late, "name": "Rita", "email": "r@practice.example"}, http.StatusUnauthorized)
}
