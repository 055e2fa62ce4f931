package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"doorstep/internal/care"
)

const carePath = "/api/care/v1"

// call is a request of a page: by somebody at a desk, whose network works.
func (w *World) call(who *person, method, path string, body, into any) int {
	status, answer := w.ask(who, method, path, body)
	if status == http.StatusOK && into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			w.fail("%s %s answered what cannot be read: %v", method, path, err)
		}
	}
	return status
}

// ask is call whose answer is wanted as it came.
func (w *World) ask(who *person, method, path string, body any) (int, []byte) {
	r := w.mustFind(care.StaffName, who.id)
	if r == nil {
		return 0, nil
	}
	token, err := r.NewAuthToken()
	if err != nil {
		w.fail("make a token for %s: %v", who.name, err)
		return 0, nil
	}
	raw, err := json.Marshal(body)
	if err != nil {
		w.fail("encode a request: %v", err)
		return 0, nil
	}
	if body == nil {
		raw = nil
	}
	req := httptest.NewRequest(method, path, bytes.NewReader(raw))
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	w.machine.handler.ServeHTTP(rec, req)
	if rec.Code >= 500 {
		w.fail("%s %s by %s answered %d: %s", method, path, who.name, rec.Code, rec.Body)
	}
	if !care.DutyOf(care.Role(r.GetString("role"))).ReadsConcerns {
		w.discreet(who.name, path, rec.Body.Bytes())
	}
	return rec.Code, rec.Body.Bytes()
}

// inboxItem is what a page needs of a handover.
type inboxItem struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	May     []string `json:"may"`
	Beside  []struct {
		ID      string `json:"id"`
		MayJoin bool   `json:"may_join"`
	} `json:"beside"` // what other partners were asked about the same person
}

// joins is what stands beside it that it can be joined to, "" for nothing.
func (i *inboxItem) joins() string {
	for _, b := range i.Beside {
		if b.MayJoin {
			return b.ID
		}
	}
	return ""
}

// actPartner lets somebody at a practice, a partner team or a desk work their inbox. Where two
// have the same page open, the first must win.
func (w *World) actPartner() {
	who := w.town.staff[pick(w, []string{"guy", "guy", "rita", "gina", "gina", "cora", "mia", "una", "lea", "sage"})]
	var inbox struct {
		Items []inboxItem `json:"items"`
	}
	if w.call(who, http.MethodGet, carePath+"/handovers?state=all", nil, &inbox) != http.StatusOK || len(inbox.Items) == 0 {
		return
	}
	var h inboxItem
	if w.call(who, http.MethodGet, carePath+"/handovers/"+pick(w, inbox.Items).ID, nil, &h) != http.StatusOK || len(h.May) == 0 {
		return
	}
	verb, with := strings.ReplaceAll(pick(w, h.May), "_", "-"), h.joins()
	if with != "" && slices.Contains(h.May, "stand_down") && w.chance(60) {
		verb = "stand-down"
	} else {
		with = ""
	}
	say := w.unique
	if who.name == "sage" { // who deals with concerns alone
		say = func(string) string { return w.confide() }
	}
	body := map[string]any{"version": h.Version, "reason": say("reason"), "text": say("text"), "outcome": "advice_given",
		"to_team": w.town.teams[pick(w, []string{"elm", "oak", "minds", "desk"})], "name": "Dr Test", "role": "GP", "reached": true, "read_back": true}
	if with != "" {
		body["with"] = with
	}
	path := carePath + "/handovers/" + h.ID + "/" + verb
	status := w.call(who, http.MethodPost, path, body, nil)
	w.note(serverColumn, "%s: %s handover %s → %d", who.name, verb, shortKey(h.ID), status)
	if status == http.StatusOK {
		w.count("partner acted")
		if with != "" {
			w.count("asks of two partners joined")
		}
	}
	if rival := w.town.staff[rivals[who.name]]; rival != nil && status == http.StatusOK && verb != "see" {
		if again := w.call(rival, http.MethodPost, path, body, nil); again == http.StatusOK {
			w.fail("%s of handover %s from the same version won twice", verb, shortKey(h.ID))
		}
	}
}

// rivals have the same page open.
var rivals = map[string]string{"guy": "rita", "rita": "guy"}
