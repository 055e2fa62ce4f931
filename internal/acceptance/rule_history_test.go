package acceptance

import (
	"context"
	"slices"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbrules"
	"doorstep/internal/rulebook"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// falls is a rule that a clinical lead puts into force: three falls within 30 days.
func (w *world) falls() *core.Record {
	w.t.Helper()
	return w.rule(map[string]any{"code": "falls_3_in_30", "title": "Three falls in 30 days", "window_days": 30, "trigger": `record.purpose == "fall"`,
		"unless": `size(history.filter(h, h.collection == "visits" && h.record.purpose == "fall")) < 2`})
}

// fell is a visit after a fall, so long ago.
func (w *world) fell(ago time.Duration) map[string]any {
	return with(w.visit(w.ada, "Found on the floor"), "purpose", "fall", "started_at", w.ago(ago), "ended_at", w.ago(ago))
}

// The third fall within 30 days raises a handover, whichever of them arrives last; one that is withdrawn counts no more, and
// one that lies further back does not.
func TestStory_ThreeFallsIn30DaysAreHandedOver(t *testing.T) {
	const day = 24 * time.Hour
	for name, order := range map[string][]time.Duration{
		"as they happened":         {20 * day, 9 * day, 0},
		"the first arrives last":   {9 * day, 0, 20 * day},
		"all in one visit's queue": {0, 20 * day, 9 * day},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.falls()
			w.pass(50 * day)
			w.onWednesday(10, 0)
			ann := w.phoneOf(w.ann)
			handed := func() int { return len(w.rows(care.Handovers, "id != ''", nil)) }
			w.record(ann, care.Visits, w.fell(45*day)) // within 30 days of one of the others
			var falls []string
			for i, ago := range order {
				if n := handed(); n != 0 {
					t.Fatalf("%d handovers after %d falls", n, i)
				}
				falls = append(falls, w.record(ann, care.Visits, w.fell(ago)))
				w.sync(ann)
			}
			h := only(t, "handovers", w.rows(care.Handovers, "id != ''", nil))
			if got := ruleCodes(h); !slices.Equal(got, []string{"falls_3_in_30"}) {
				t.Errorf("it was raised by %v", got)
			}
			ok(t, ann.Retract(care.Visits, falls[slices.Index(order, 20*day)]))
			w.sync(ann)
			var holding int
			ok(t, w.DB().NewQuery(`SELECT count(*) FROM alarms WHERE holds = 1`).Row(&holding))
			if holding != 0 {
				t.Errorf("%d alarms hold once a fall was withdrawn", holding)
			}
		})
	}
}

// A backtest of the rules in force raises exactly the alarms that were raised, and one of a stricter rule beside them says
// what more it would have raised.
func TestStory_ABacktestOfTheRulesInForceFindsTheAlarmsThatWereRaised(t *testing.T) {
	w := newWorld(t)
	w.falls()
	w.pass(40 * 24 * time.Hour)
	w.onWednesday(10, 0)
	ann := w.phoneOf(w.ann)
	for days := range 12 {
		w.record(ann, care.Visits, w.fell(time.Duration(30-3*days+3)*24*time.Hour))
		set := with(w.readings(w.ada), "taken_at", w.ago(time.Duration(days)*24*time.Hour))
		if days%3 == 0 {
			set = with(w.settled(w.ada, 0), "taken_at", w.ago(time.Duration(days)*24*time.Hour))
		}
		w.record(ann, care.Observations, set)
	}
	w.sync(ann)
	w.tick()

	db, err := rulebook.Open(context.Background(), w.DataDir())
	ok(t, err)
	defer db.Close()
	stored, err := db.Rules()
	ok(t, err)
	inForce := slices.DeleteFunc(slices.Clone(stored), func(e rulebook.Entry) bool { return e.State != "active" })
	asked, err := rulebook.ReadFile("../rulebook/testdata/rules.json")
	ok(t, err)
	told := 0
	b, err := rulebook.Run(pbrules.OfDatabase(db), inForce, asked, 30, w.now(), func(done, all int) { told = done*1000 + all })
	ok(t, err)
	var raised []string
	ok(t, w.DB().NewQuery(`SELECT id FROM alarms WHERE holds = 1 AND clinical_time >= {:from} ORDER BY id`).Bind(dbx.Params{"from": care.Stamp(w.now().AddDate(0, 0, -30))}).Column(&raised))
	if len(raised) < 10 || !slices.Equal(raised, b.InForce) {
		t.Errorf("the backtest finds %d alarms, %d were raised: %v, %v", len(b.InForce), len(raised), b.InForce, raised)
	}
	byRule := map[string][2]int{}
	for _, a := range b.Alerts {
		n := byRule[a.Code]
		byRule[a.Code] = [2]int{n[0] + a.InForce, n[1] + a.Asked}
		if a.Practice != w.practice.GetString("name") {
			t.Errorf("an alert at %q", a.Practice)
		}
	}
	if n := byRule["falls_3_in_30"]; n[0] == 0 || n[0] != n[1] {
		t.Errorf("falls, by the rule in force and by that of the file: %v", n)
	}
	if n := byRule["news2_7"]; n[0] == 0 || n[1] != 0 {
		t.Errorf("news2_7, which the file has not: %v", n)
	}
	if told/1000 != told%1000 || told < 1001 || b.People != 1 || b.Cut != 0 {
		t.Errorf("progress ended at %d, with %d people", told, b.People)
	}
}
