package httpapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/httpapi"
	"doorstep/internal/testkit"
)

type keptRules struct {
	Items []httpapi.KeptRule `json:"items"`
}

type ruleMade struct {
	Rule    *httpapi.KeptRule `json:"rule"`
	Problem string            `json:"problem"`
	Cases   []struct {
		Name          string
		Wanted, Holds bool
	} `json:"cases"`
}

// notIn is a rule that says that nobody opened, for tests to change.
func (w *town) notIn(change map[string]any) map[string]any {
	body := map[string]any{"code": "not_in", "title": "Nobody opened", "collection": "visits", "trigger": `record.status == "no_access"`, "class": "R", "destination": "practice",
		"ask": "Please ring them", "review_on": w.dayAhead(365), "cases": []map[string]any{
			{"name": "nobody opened", "holds": true, "record": map[string]any{"status": "no_access"}}, {"name": "somebody did", "holds": false, "record": map[string]any{"status": "completed"}}}}
	for name, v := range change {
		body[name] = v
	}
	return body
}

// backtest runs one to its end.
func (w *town) backtest(who *core.Record, body map[string]any) httpapi.Backtest {
	w.t.Helper()
	b := into[httpapi.Backtest](w.t, w.send(who, "/rules/backtests", body), http.StatusAccepted)
	testkit.Until(w.t, "the backtest is done", func() bool {
		b = into[httpapi.Backtest](w.t, w.get(who, "/rules/backtests/"+b.ID), http.StatusOK)
		return b.State != "running"
	})
	return b
}

func TestCare_ARuleIsWrittenTriedAndApprovedBySomebodyElse(t *testing.T) {
	w := newTown(t)
	olga, paul := w.Staff(t, care.ClinicalLead, "Olga"), w.Staff(t, care.ClinicalLead, "Paul")
	ann := w.phoneOf(w.ann)
	visit := func(status string) {
		t.Helper()
		_, err := ann.Create(care.Visits, map[string]any{"patient": w.ada.Id, "team": w.nurses.Id, "staff": w.ann.Id, "purpose": "wellbeing", "status": status, "started_at": care.Stamp(w.now())})
		must(t, err)
		w.sync(ann)
		w.tick()
	}
	visit("refused")
	visit("completed")
	looked := into[ruleMade](t, w.send(olga, "/rules", w.notIn(map[string]any{"preview": true})), http.StatusOK)
	if looked.Problem != "" || len(looked.Cases) != 2 || !looked.Cases[0].Holds || looked.Cases[1].Holds {
		t.Errorf("looked: %s", toJSON(t, looked))
	}
	refusedRule := w.notIn(map[string]any{"code": "refused_visit", "title": "They refused", "trigger": `record.status == "refused"`, "cases": []map[string]any{
		{"name": "they refused", "holds": true, "record": map[string]any{"status": "refused"}}, {"name": "they did not", "holds": false, "record": map[string]any{"status": "completed"}}}})
	tried := w.backtest(olga, map[string]any{"rule": refusedRule, "days": 30})
	if tried.State != "done" || tried.People != 1 || len(tried.Rows) != 1 || tried.Rows[0].Asked != 1 || tried.Rows[0].InForce != 0 || tried.Rows[0].Practice != "Bridge Surgery" || tried.Rows[0].Day != w.dayAhead(0) {
		t.Errorf("tried: %s", toJSON(t, tried))
	}
	refused(t, w.get(paul, "/rules/backtests/"+tried.ID), http.StatusNotFound, "not_found")
	equal(t, "nothing was raised by trying", w.column("SELECT count(*) FROM alarms WHERE rule = 'refused_visit'"), "0")

	made := into[ruleMade](t, w.send(olga, "/rules", refusedRule), http.StatusCreated).Rule
	if made.State != "shadow" || made.Owner.Name != "Olga" || made.Version != 1 || made.Approvable {
		t.Errorf("made: %s", toJSON(t, made))
	}
	visit("refused")
	of := func(who *core.Record) (found *httpapi.KeptRule) {
		for _, r := range into[keptRules](t, w.get(who, "/rules"), http.StatusOK).Items {
			if r.Code == "refused_visit" {
				found = &r
			}
		}
		return found
	}
	if r := of(paul); r.Shadow != 1 || !r.Approvable || r.Overdue {
		t.Errorf("in shadow: %s", toJSON(t, r))
	}
	equal(t, "raised in shadow", w.column("SELECT count(*) FROM alarms WHERE rule = 'refused_visit'"), "0")
	no := refused(t, w.send(olga, "/rules/"+made.ID+"/approve", nil), http.StatusConflict, "yourself")
	if !strings.Contains(no.Message, "Somebody else") {
		t.Errorf("it says %q", no.Message)
	}
	into[ruleMade](t, w.send(paul, "/rules/"+made.ID+"/approve", nil), http.StatusOK)
	if r := of(olga); r.State != "active" || r.ApprovedBy.Name != "Paul" {
		t.Errorf("approved: %s", toJSON(t, r))
	}
	visit("refused")
	equal(t, "raised once it is in force", w.column("SELECT count(*) FROM alarms WHERE rule = 'refused_visit'"), "1")
	refused(t, w.send(paul, "/rules/"+made.ID+"/withdraw", nil), http.StatusConflict, "already")

	// A second version is in shadow beside the first, and takes its place when Olga approves it.
	second := into[ruleMade](t, w.send(paul, "/rules", func() map[string]any { refusedRule["ask"] = "Please call on them"; return refusedRule }()), http.StatusCreated).Rule
	equal(t, "version", second.Version, 2)
	into[ruleMade](t, w.send(olga, "/rules/"+second.ID+"/approve", nil), http.StatusOK)
	equal(t, "states", w.column("SELECT group_concat(state, ' ') FROM (SELECT state FROM handover_rules WHERE code = 'refused_visit' ORDER BY version)"), "retired active")
	equal(t, "noted", w.column("SELECT count(*) FROM audit WHERE collection = 'handover_rules' AND action IN ('propose_rule', 'approve_rule', 'backtest')"), "5")
	w.pass(366 * 24 * time.Hour)
	if r := of(olga); !r.Overdue {
		t.Errorf("its review has passed: %s", toJSON(t, r))
	}
}

// The rules in force raise over the stored records exactly the alarms that were raised.
func TestCare_ABacktestOfARuleInForceCountsWhatItRaised(t *testing.T) {
	w := newTown(t)
	olga := w.Staff(t, care.ClinicalLead, "Olga")
	ann := w.phoneOf(w.ann)
	for _, set := range []map[string]any{{"pulse": 140, "respiration_rate": 30, "spo2": 88}, {"pulse": 72, "respiration_rate": 16, "spo2": 97}} {
		for name, v := range map[string]any{"patient": w.ada.Id, "taken_at": care.Stamp(w.now()), "on_oxygen": false, "systolic": 120, "acvpu": "A", "temperature": 36.8} {
			set[name] = v
		}
		_, err := ann.Create(care.Observations, set)
		must(t, err)
		w.sync(ann)
		w.tick()
	}
	raised := w.column("SELECT count(*) FROM alarms WHERE holds")
	if raised == "0" {
		t.Fatal("nothing was raised")
	}
	total := 0
	for _, row := range w.backtest(olga, map[string]any{"rule": w.notIn(nil), "days": 7}).Totals {
		total += row.InForce
	}
	if raised != toJSON(t, total) {
		t.Errorf("%d by the rules in force, %s were raised", total, raised)
	}
}

func TestCare_ABacktestThatCannotBeIsRefused(t *testing.T) {
	w := newTown(t)
	olga := w.Staff(t, care.ClinicalLead, "Olga")
	for name, body := range map[string]map[string]any{
		"nothing to try":       {"days": 7},
		"two things":           {"days": 7, "version": w.ada.Id, "rule": w.notIn(nil)},
		"too many days":        {"days": 91, "rule": w.notIn(nil)},
		"a rule that does not": {"days": 7, "rule": w.notIn(map[string]any{"trigger": `record.colour == "blue"`})},
		"cases of no shape":    {"days": 7, "rule": w.notIn(map[string]any{"cases": []map[string]any{{"colour": "blue"}}})},
	} {
		if got := w.send(olga, "/rules/backtests", body); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}
