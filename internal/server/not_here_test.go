package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// A practice says what it takes elsewhere; whoever writes reads it first, and what comes all the same reaches the coordinator.
func TestAPracticeTakesRoutineMattersElsewhere(t *testing.T) {
	w := newTold(t)
	w.route("/one")
	trust := w.app.Org(t, "community_trust", "Coordination Trust")
	cora := w.app.Staff(t, care.CareCoordinator, "Cora", w.app.Team(t, trust, "coordination", "Care Coordination"))
	reception := w.app.Staff(t, care.Reception, "Rita", w.surgery)
	w.tick()
	path := "/teams/" + w.surgery.Id + "/not-here"
	say := map[string]any{"class": "R", "until": "2026-03-31", "instead": " Ring reception\n after two: 01632 960001 "}
	w.ask(reception, http.MethodPost, path, say, http.StatusForbidden)
	w.ask(w.lea, http.MethodPost, path, say, http.StatusNotFound)                              // another's practice
	w.ask(w.lea, http.MethodPost, "/teams/"+w.nurses.Id+"/not-here", say, http.StatusNotFound) // her own team is no practice
	for name, wrong := range map[string]map[string]any{
		"an emergency":       {"class": "E", "until": "2026-03-31", "instead": "x"},
		"an urgent one":      {"class": "U2", "until": "2026-03-31", "instead": "x"},
		"for the same day":   {"class": "SD", "until": "2026-03-31", "instead": "x"},
		"a concern":          {"class": "SG", "until": "2026-03-31", "instead": "x"},
		"no place to go":     {"class": "R", "until": "2026-03-31", "instead": " \n"},
		"a day that is over": {"class": "R", "until": "2026-03-01", "instead": "x"},
		"for ever":           {"class": "R", "until": "2099-01-01", "instead": "x"},
		"no day":             {"class": "R", "until": "31 March", "instead": "x"},
		"a long story":       {"class": "R", "until": "2026-03-31", "instead": strings.Repeat("x", 301)},
	} {
		if got := w.ask(w.guy, http.MethodPost, path, wrong, http.StatusBadRequest); got["code"] != "invalid" {
			t.Errorf("%s: %v", name, got)
		}
	}
	stands := w.ask(w.guy, http.MethodPost, path, say, http.StatusOK)["not_here"].([]any)
	if n := stands[0].(map[string]any); len(stands) != 1 || n["by"] != "Guy" || n["instead"] != "Ring reception after two: 01632 960001" || n["until"] != "2026-03-31" {
		t.Fatalf("%v", stands)
	}
	if own := w.ask(reception, http.MethodGet, "/inbox", nil, http.StatusOK)["teams"].([]any)[0].(map[string]any); len(own["not_here"].([]any)) != 1 {
		t.Errorf("its own inbox does not say so: %v", own)
	}
	w.sync() // the nurse's phone knows before she writes
	knows := false
	w.phone.EachHeld(func(h phone.Held) {
		knows = knows || h.Collection == care.Teams && h.ID == w.surgery.Id && strings.Contains(string(h.Data), "Ring reception after two")
	})
	if !knows {
		t.Error("who writes a handover does not see it before")
	}
	id := w.raise(care.Routine)
	if got := w.receiver.arrived(); len(got) != 0 {
		t.Errorf("the practice is told all the same: %+v", got)
	}
	detail := w.ask(w.lea, http.MethodGet, "/handovers/"+id, nil, http.StatusOK)
	if detail["state"] != "declined" || !strings.Contains(detail["decline_reason"].(string), "Instead: Ring reception after two") || detail["to_team"].(map[string]any)["name"] != "Care Coordination" {
		t.Errorf("%s with %v: %v", detail["state"], detail["to_team"], detail["decline_reason"])
	}
	sameDay := ""
	for _, class := range []care.Class{care.Emergency, care.Urgent, care.SameDay, care.Information} {
		if id := w.raise(class); class == care.SameDay {
			sameDay = id
		}
		if got := w.receiver.arrived(); len(got) != 1 {
			t.Errorf("%s does not arrive: %+v", class, got)
		}
	}
	w.ask(w.guy, http.MethodPost, path, map[string]any{"class": "R", "until": ""}, http.StatusOK)
	w.raise(care.Routine)
	if got := w.receiver.arrived(); len(got) != 1 {
		t.Errorf("what is taken again does not arrive: %+v", got)
	}
	version := w.ask(w.guy, http.MethodGet, "/handovers/"+sameDay, nil, http.StatusOK)["version"]
	w.clock.Pass(7 * time.Minute)
	w.ask(w.guy, http.MethodPost, "/handovers/"+sameDay+"/decline", map[string]any{"version": version, "reason": "Not ours", "text": "Elm Surgery"}, http.StatusOK)
	w.clock.Pass(3 * time.Minute)
	figures := func(who *core.Record) (lines []string) {
		for _, i := range w.ask(who, http.MethodGet, "/inbox/figures", nil, http.StatusOK)["items"].([]any) {
			f := i.(map[string]any)
			lines = append(lines, fmt.Sprint(f["class"], " ", f["came"], " ", f["replied"], " ", f["half_within"], " ", f["declined"], " ", f["turned_away"]))
		}
		return lines
	}
	// What it declined is with the coordinator, and what nobody has replied to counts with its age.
	if got, want := figures(reception), []string{"E 1 0 600 0 0", "U2 1 0 600 0 0", "SD 1 1 420 1 0", "R 2 0 600 0 1", "I 1 0 600 0 0"}; !slices.Equal(got, want) {
		t.Errorf("the practice reads\n%q, want\n%q", got, want)
	}
	if got := figures(w.lea); len(got) != 0 {
		t.Errorf("others read figures of a practice: %q", got)
	}
	// What was left so long that the coordinator has it counts still, and what they handed back knowingly came after all.
	version = w.ask(cora, http.MethodGet, "/handovers/"+id, nil, http.StatusOK)["version"]
	w.ask(cora, http.MethodPost, "/handovers/"+id+"/hand-on", map[string]any{"version": version, "reason": "They know", "to_team": w.surgery.Id}, http.StatusOK)
	w.tick()
	w.pass(time.Hour)
	if got, want := figures(w.guy), []string{"E 1 0 4200 0 0", "U2 1 0 4200 0 0", "SD 1 1 420 1 0", "R 2 0 3600 0 0", "I 1 0 4200 0 0"}; !slices.Equal(got, want) {
		t.Errorf("an hour later the practice reads\n%q, want\n%q", got, want)
	}
	w.clock.Pass(29 * 24 * time.Hour)
	if got := figures(w.guy); len(got) != 0 {
		t.Errorf("after four weeks: %q", got)
	}
	var noted int
	if err := w.app.DB().NewQuery(`SELECT count(*) FROM audit WHERE action = 'not_here' AND record = '` + w.surgery.Id + `'`).Row(&noted); err != nil || noted != 2 {
		t.Errorf("%d of two decisions are in the audit: %v", noted, err)
	}
}
