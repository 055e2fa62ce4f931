package acceptance

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// Records name staff by id. A nurse's phone learns whose names they are; a volunteer's learns those
// of the own service only, because who else visits a person is not theirs to know.
func TestNames_WhomAPhoneMayKnowByName(t *testing.T) {
	w := newWorld(t)
	s := w.service(true)
	names := func(bearer string) (me map[string]any, list []string) {
		answer := w.call(bearer, http.MethodGet, "/names", nil)
		if answer.Status != http.StatusOK {
			t.Fatalf("names: %d %s", answer.Status, answer.Body)
		}
		body := answer.JSON(t)
		for _, row := range body["staff"].([]any) {
			list = append(list, row.(map[string]any)["name"].(string))
		}
		return body["me"].(map[string]any), list
	}
	speaks := func(who *core.Record) string {
		p, net := w.phoneOn(who)
		w.sync(p)
		return net.bearer
	}
	nurse, volunteer := speaks(w.ann), speaks(s.volunteer)

	me, list := names(nurse)
	if me["id"] != w.ann.Id || me["view"] != "clinical" || me["raises_urgent"] != true {
		t.Errorf("the nurse is %v", me)
	}
	for _, want := range []string{w.ann.GetString("name"), w.bob.GetString("name"), "Val", "Vera"} {
		if !slices.Contains(list, want) {
			t.Errorf("the nurse's list lacks %s: %v", want, list)
		}
	}
	me, list = names(volunteer)
	if me["view"] != "limited" || me["raises_urgent"] != false {
		t.Errorf("the volunteer is %v", me)
	}
	if slices.Sort(list); !slices.Equal(list, []string{"Val", "Vera"}) {
		t.Errorf("the volunteer knows %v", list)
	}
}

// A list that did not change is not sent again; somebody who left stays in it, said to have left.
func TestNames_AreSentAgainOnlyWhenTheyChanged(t *testing.T) {
	w := newWorld(t)
	ann, net := w.phoneOn(w.ann)
	w.sync(ann)
	bearer := net.bearer
	first := w.call(bearer, http.MethodGet, "/names", nil)
	sum := sha256.Sum256(first.Body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	if again := w.call(bearer, http.MethodGet, "/names", nil, "If-None-Match", tag); again.Status != http.StatusNotModified || len(again.Body) != 0 {
		t.Errorf("asked again: %d, %d bytes", again.Status, len(again.Body))
	}
	w.set(w.bob, map[string]any{"inactive_since": w.now()})
	changed := w.call(bearer, http.MethodGet, "/names", nil, "If-None-Match", tag)
	if changed.Status != http.StatusOK {
		t.Fatalf("after Bob left: %d", changed.Status)
	}
	for _, row := range changed.JSON(t)["staff"].([]any) {
		if row := row.(map[string]any); row["id"] == w.bob.Id && row["left"] != true {
			t.Errorf("Bob has left, and is %v", row)
		}
	}
}

// Errors: no token; a phone that hands in only.
func TestNames_NotForWhoMayNotPull(t *testing.T) {
	w := newWorld(t)
	if answer := w.call("", http.MethodGet, "/names", nil); answer.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", answer.Status)
	}
	ann, net := w.phoneOn(w.ann)
	w.sync(ann)
	w.dashboard(http.MethodPatch, care.Devices+"/records/"+ann.Device(), map[string]any{"state": "draining", "state_since": w.now()})
	answer := w.call(net.bearer, http.MethodGet, "/names", nil)
	checkError(t, "names for a draining phone", answer.Status, answer.Body, http.StatusForbidden, "push_only")
}
