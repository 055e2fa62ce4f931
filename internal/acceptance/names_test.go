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

// A phone warns by the rules in force: the one that a clinical lead switches on is named at the next question, the one
// taken out of force is not, and neither is one in shadow. A volunteer's phone has nothing to warn of.
func TestNames_ByWhichRulesAPhoneWarns(t *testing.T) {
	w := newWorld(t)
	s := w.service(true)
	ann, net := w.phoneOn(w.ann)
	val, limited := w.phoneOn(s.volunteer)
	w.sync(ann)
	w.sync(val)
	warns := func(bearer string) (codes []string) {
		for _, row := range w.call(bearer, http.MethodGet, "/names", nil).JSON(t)["rules"].([]any) {
			codes = append(codes, row.(map[string]any)["code"].(string))
		}
		return codes
	}
	first := warns(net.bearer)
	if first[0] != "news2_7" || !slices.Contains(first, "no_reply") || slices.Contains(first, "news2_3_4") {
		t.Errorf("the nurse's phone warns of %v", first)
	}
	if got := warns(limited.bearer); len(got) != 0 {
		t.Errorf("the volunteer's phone warns of %v", got)
	}
	w.set(w.rows(care.HandoverRules, "code = 'news2_3_4'", nil)[0], map[string]any{"state": "active"})
	w.set(w.rows(care.HandoverRules, "code = 'soft_signs'", nil)[0], map[string]any{"state": "retired"})
	if got := warns(net.bearer); !slices.Contains(got, "news2_3_4") || slices.Contains(got, "soft_signs") {
		t.Errorf("after the clinical lead's changes it warns of %v", got)
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
