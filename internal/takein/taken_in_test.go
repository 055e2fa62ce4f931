package takein_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

func TestAccept_CorrectsTimesByTheClockOfThePhone(t *testing.T) {
	at := storetest.Monday.Add(time.Minute) // of the change
	for _, c := range []struct {
		name      string
		clock     care.DeviceClock
		taken     time.Time // as the phone's clock said
		want      time.Time
		corrected bool
		known     bool
	}{
		{"a clock that is right", care.DeviceClock{Known: true}, at.Add(-time.Hour), at.Add(-time.Hour), false, true},
		{"a clock two hours slow", care.DeviceClock{Known: true, Offset: 2 * time.Hour}, at.Add(-3 * time.Hour), at.Add(-time.Hour), true, true},
		{"a clock two days fast, not measured", care.DeviceClock{}, at.Add(48 * time.Hour), at, true, false},
		{"a clock that was set since", care.DeviceClock{Known: true, SteadySince: at.Add(time.Hour)}, at.Add(-time.Hour), at.Add(-time.Hour), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			by := d.by(d.Town.Nurse())
			by.Clock = c.clock
			id := storetest.ID(1001)
			m := d.mutation(d.Town.Ann, create(care.Observations, id, map[string]any{"patient": d.Town.Ada, "pulse": 80, "taken_at": care.Stamp(c.taken)}))
			m.AuthoredAt = c.taken
			if res := d.accept(by, m); res.Status != care.Applied {
				t.Fatalf("it ended %+v", res)
			}
			rec := d.stored(care.Observations, id)
			if !rec.ClinicalTime.Equal(c.want) || rec.ClockKnown != c.known || rec.Text("taken_at") != care.Stamp(c.taken) {
				t.Errorf("it happened at %s (known %v), the phone said %s", rec.ClinicalTime, rec.ClockKnown, rec.Text("taken_at"))
			}
			var corrected map[string]string
			if raw := rec.Raw(care.CorrectedField); raw != nil {
				if err := json.Unmarshal(raw, &corrected); err != nil {
					t.Fatal(err)
				}
			}
			if (corrected["taken_at"] == care.Stamp(c.want)) != c.corrected {
				t.Errorf("shown is %v", corrected)
			}
		})
	}
}

func TestAccept_AnEditKeepsTheCorrectedTimesItDoesNotTouch(t *testing.T) {
	d := newDesk(t)
	by := d.by(d.Town.Nurse())
	by.Clock.Offset = time.Hour
	id := storetest.ID(1001)
	said := care.Stamp(storetest.Monday.Add(-2 * time.Hour))
	if res := d.accept(by, d.mutation(d.Town.Ann, create(care.Visits, id, d.visit(map[string]any{"started_at": said})))); res.Status != care.Applied {
		t.Fatal(res)
	}
	before := string(d.stored(care.Visits, id).Raw(care.CorrectedField))
	if !strings.Contains(before, "started_at") {
		t.Fatalf("corrected are %s", before)
	}
	d.applied(d.Town.Nurse(), d.update(care.Visits, id, 1<<30, note("more"), nil))
	if got := string(d.stored(care.Visits, id).Raw(care.CorrectedField)); got != before {
		t.Errorf("corrected are %s, were %s", got, before)
	}
}

func TestAccept_ScoresEverySetOfReadings(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.applied(d.Town.Nurse(), create(care.Observations, id, map[string]any{"patient": d.Town.Ada, "respiration_rate": 16, "spo2": 97, "on_oxygen": false,
		"systolic": 128, "pulse": 112, "acvpu": "A", "temperature": 36.8}))
	var score struct{ Total int }
	if err := json.Unmarshal(d.stored(care.Observations, id).Raw("news2"), &score); err != nil || score.Total != 2 {
		t.Errorf("the score is %+v, %v", score, err)
	}
	unscored := storetest.ID(1002)
	d.applied(d.Town.Nurse(), create(care.Observations, unscored, map[string]any{"patient": d.Town.Ada}))
	if got := d.stored(care.Observations, unscored).Get("news2"); got != nil {
		t.Errorf("a set that holds nothing it scores has the score %s", got)
	}
}

func TestAccept_ANewPersonIsOnTheCaseloadOfWhoRegisteredThem(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	lead := d.Town.Lead()
	d.applied(lead, create(care.Patients, id, map[string]any{"family_name": "Newcomer"}))
	d.applied(d.Town.Nurse(), create(care.Visits, storetest.ID(1002), map[string]any{"patient": id, "status": "completed"}))
}

func TestAccept_TheOpsOfOneChangeSeeEachOther(t *testing.T) {
	d := newDesk(t)
	visit, set := storetest.ID(1001), storetest.ID(1002)
	d.applied(d.Town.Nurse(), create(care.Visits, visit, d.visit(note("Arrived"))),
		create(care.Observations, set, map[string]any{"patient": d.Town.Ada, "visit": visit, "pulse": 80}),
		d.update(care.Visits, visit, 0, note("Arrived, and left"), nil))
	if got := d.stored(care.Visits, visit); got.Text("note") != "Arrived, and left" || len(got.Changed) != 0 {
		t.Errorf("stored is %v, changed %v", got.Values, got.Changed)
	}
	if w := d.judged[0].Written; len(w) != 2 || w[0].Old != nil {
		t.Errorf("judged are %+v", w)
	}
}

func TestAccept_AStoreThatFailsFailsTheWholeChange(t *testing.T) {
	broken := errors.New("disk full")
	for _, what := range []string{"insert visits", "insert quarantine", "update visits", "due", "admit", "insert conflicts"} {
		t.Run(what, func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			made := d.makeVisit(id, note("as made"))
			d.applied(d.Town.Colleague(), d.update(care.Visits, id, made, note("edited"), nil))
			d.Fail = func(w string) error {
				if w == what {
					return broken
				}
				return nil
			}
			ops := map[string]op{
				"insert visits": create(care.Visits, storetest.ID(1002), d.visit(nil)), "insert quarantine": create(care.Visits, "7", d.visit(nil)),
				"due": create(care.Visits, "7", d.visit(nil)), "update visits": d.update(care.Visits, id, 1<<30, map[string]any{"outcome": "care_given"}, nil),
				"admit":            create(care.Patients, storetest.ID(1003), map[string]any{"family_name": "Newcomer"}),
				"insert conflicts": d.update(care.Visits, id, made, note("late"), note("as made")),
			}
			who := d.Town.Nurse()
			if what == "admit" {
				who = d.Town.Lead()
			}
			err := d.do(func(r *takein.Room) error {
				_, err := r.Accept(d.mutation(who.Staff, ops[what]), d.by(who))
				return err
			})
			if !errors.Is(err, broken) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

func TestAccept_AJudgeThatFailsFailsTheChange(t *testing.T) {
	d := newDesk(t)
	d.failing = errors.New("no rules")
	err := d.do(func(r *takein.Room) error {
		_, err := r.Accept(d.mutation(d.Town.Ann, create(care.Visits, storetest.ID(1001), d.visit(nil))), d.by(d.Town.Nurse()))
		return err
	})
	if !errors.Is(err, d.failing) {
		t.Errorf("it ended with %v", err)
	}
}

func TestForeignWrite_GetsAVersionAndIsJudged(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	made := storetest.Record(care.Visits, id, "", storetest.Monday, d.visit(map[string]any{"ended_at": care.Stamp(storetest.Monday.Add(-time.Hour))}))
	d.must(func(r *takein.Room) error { // as the dashboard leaves it
		if _, err := d.Insert(made); err != nil {
			return err
		}
		return r.TakeInForeignWrite(d.stored(care.Visits, id), nil, nil)
	})
	rec := d.stored(care.Visits, id)
	if !rec.ClinicalTime.Equal(storetest.Monday.Add(-time.Hour)) || len(d.judged) != 1 || d.judged[0].Written[0].Old != nil {
		t.Errorf("it happened at %s, judged is %+v", rec.ClinicalTime, d.judged)
	}
	d.must(func(r *takein.Room) error {
		old := d.stored(care.Visits, id)
		changed := old.Clone()
		changed.SetAll(note("by the dashboard"))
		return r.TakeInForeignWrite(changed, old, []string{"note"})
	})
	rec = d.stored(care.Visits, id)
	if rec.LastChange("note").Seq != rec.Version || rec.Text("note") != "by the dashboard" || len(d.judged) != 2 {
		t.Errorf("the note %q was changed in %d, the record in %d", rec.Text("note"), rec.LastChange("note").Seq, rec.Version)
	}
	d.must(func(r *takein.Room) error { return r.TakeInForeignDelete(rec) })
	if len(d.deleted) != 1 || d.deleted[0].ID != id {
		t.Error("that it is gone is not judged")
	}
}

func TestForeignWrite_AMisshapenObjectGoesBackAndIsKept(t *testing.T) {
	for name, bad := range map[string]json.RawMessage{"of the wrong shape": json.RawMessage(`{"scale":"2"}`), "that is no JSON": json.RawMessage(`certainly`)} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.must(func(r *takein.Room) error {
				old := d.stored(care.Patients, d.Town.Ada)
				old.SetAll(map[string]any{"spo2_scale": json.RawMessage(`{"scale":2}`)})
				rec := old.Clone()
				rec.SetAll(map[string]any{"spo2_scale": bad})
				return r.TakeInForeignWrite(rec, old, []string{"spo2_scale"})
			})
			if got := string(d.stored(care.Patients, d.Town.Ada).Raw("spo2_scale")); got != `{"scale":2}` {
				t.Errorf("the scale is %s", got)
			}
			open, err := d.OpenIssues(d.Town.Ada)
			if err != nil || len(open) != 1 || open[0].Text("field") != "spo2_scale" || string(wire.KeptIn(open[0]).Raw) != string(bad) {
				t.Errorf("kept are %v", open)
			}
		})
	}
}

func TestReassignVisits_ChangesThoseThatStandAndAreNotTheirsYet(t *testing.T) {
	d := newDesk(t)
	for n, staff := range []string{d.Town.Ann, d.Town.Bob} {
		d.makeVisit(storetest.ID(1001+n), map[string]any{"status": "planned", "staff": staff})
	}
	d.makeVisit(storetest.ID(1003), map[string]any{"staff": d.Town.Ann})
	d.applied(d.Town.Nurse(), op{"op": "retract", "collection": care.Visits, "id": storetest.ID(1003), "patient": d.Town.Ada, "base": "e1.1000"})
	n := 0
	d.must(func(r *takein.Room) (err error) {
		n, err = r.ReassignVisits([]string{storetest.ID(1001), storetest.ID(1002), storetest.ID(1003), storetest.ID(1004)}, d.Town.Bob, d.Town.Lead())
		return err
	})
	rec := d.stored(care.Visits, storetest.ID(1001))
	if n != 1 || rec.Text("staff") != d.Town.Bob || rec.LastChange("staff").Author != d.Town.Lea {
		t.Errorf("%d changed, the first is %v", n, rec.Values)
	}
}
