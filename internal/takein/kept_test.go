package takein_test

import (
	"fmt"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/takein"
	"doorstep/internal/wire"
)

// D7
func TestSetAside_AnUnknownMemberOfAListDoesNotTakeTheOthersAlong(t *testing.T) {
	made := func(d *desk) string {
		id := storetest.ID(1001)
		d.makeVisit(id, signs("unsteady"))
		return id
	}
	for name, c := range map[string]struct {
		push func(d *desk, id string) wire.Result
		want []string
	}{
		"of a new record": {func(d *desk, _ string) wire.Result {
			return d.push(d.Town.Nurse(), create(care.Visits, storetest.ID(1001), d.visit(signs("flying", "unsteady"))))
		}, []string{"unsteady"}},
		"of an edit": {func(d *desk, id string) wire.Result {
			return d.push(d.Town.Nurse(), d.update(care.Visits, id, 99, signs("flying", "restless"), signs("unsteady")))
		}, []string{"restless"}},
		"of an add": {func(d *desk, id string) wire.Result {
			made(d)
			return d.push(d.Town.Nurse(), op{"op": "add", "collection": care.Visits, "id": id, "patient": d.Town.Ada, "field": "soft_signs", "values": []any{"flying", "restless"}})
		}, []string{"restless", "unsteady"}},
		"where none is known": {func(d *desk, id string) wire.Result {
			return d.push(d.Town.Nurse(), d.update(care.Visits, id, 99, signs("flying"), signs("unsteady")))
		}, []string{"unsteady"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			if name == "of an edit" || name == "where none is known" {
				made(d)
			}
			res := c.push(d, id)
			if res.Status != care.Merged || len(res.Issues) != 1 || res.Issues[0].Code != care.CodeUnknownValue {
				t.Fatalf("it ended %+v", res)
			}
			if got := d.stored(care.Visits, id).Get("soft_signs"); !care.Equal(got, c.want) {
				t.Errorf("stored are %v, want %v", got, c.want)
			}
			if got := string(d.issue(res.Issues[0].ID).Raw("content")); got != `["flying"]` {
				t.Errorf("kept is %s", got)
			}
			d.applied(d.Town.Nurse(), d.decision(res.Issues[0].ID, signs("confused"))) // which joins what is stored
			if got, want := d.stored(care.Visits, id).Get("soft_signs"), care.NewList(append([]string{"confused"}, c.want...)); !care.Equal(got, want) {
				t.Errorf("after the correction stored are %v, want %v", got, want)
			}
		})
	}
}

// D8
func TestReplay_ACorrectionReachesEveryOpOfTheChange(t *testing.T) {
	visit, set := storetest.ID(1001), storetest.ID(1002)
	both := func(patient any) []op {
		return []op{create(care.Visits, visit, map[string]any{"patient": patient, "status": "completed"}),
			create(care.Observations, set, map[string]any{"patient": patient, "visit": visit, "pulse": 80})}
	}
	t.Run("whom it is about", func(t *testing.T) {
		d := newDesk(t)
		row := d.held(d.push(d.Town.Nurse(), both(nil)...), "invalid_identity")
		d.applied(d.Town.Nurse(), d.decision(row.ID, map[string]any{"patient": d.Town.Ada}))
		for _, rec := range []*care.Record{d.stored(care.Visits, visit), d.stored(care.Observations, set)} {
			if rec == nil || rec.Person() != d.Town.Ada {
				t.Errorf("stored is %v", rec)
			}
		}
	})
	t.Run("another id, which what refers to it follows", func(t *testing.T) {
		d := newDesk(t)
		d.makeVisit(visit, note("first"))
		row := d.held(d.push(d.Town.Nurse(), both(d.Town.Ada)...), "id_taken")
		if res := d.push(d.Town.Lead(), d.decision(row.ID, map[string]any{"id": storetest.ID(1009)})); res.Status != care.Applied {
			t.Fatalf("it ended %+v", res)
		}
		if rec := d.stored(care.Observations, set); rec == nil || care.AsObservation(rec).Visit() != storetest.ID(1009) {
			t.Errorf("the readings belong to %v", rec)
		}
		if d.stored(care.Visits, visit).Text("note") != "first" {
			t.Error("the first visit is another")
		}
	})
	t.Run("a field of the second op alone", func(t *testing.T) {
		d := newDesk(t)
		row := d.held(d.push(d.Town.Nurse(), both(nil)...), "invalid_identity")
		d.applied(d.Town.Nurse(), d.decision(row.ID, map[string]any{"patient": d.Town.Ada, "pulse": 90}))
		if got := d.stored(care.Observations, set); got.Get("pulse") != int64(90) {
			t.Errorf("the pulse is %v", got.Get("pulse"))
		}
	})
}

// C3
func TestSetAside_AScaleOrAConsentOfAnotherShapeIsSetAsideAndTold(t *testing.T) {
	for _, c := range []struct {
		field string
		value any
		kept  string // what is stored then, "" = nothing
	}{
		{"spo2_scale", map[string]any{"scale": 2}, `{"scale":2}`},
		{"spo2_scale", map[string]any{"scale": 2.0}, `{"scale":2}`},
		{"spo2_scale", map[string]any{"scale": "2"}, ""},
		{"spo2_scale", map[string]any{"scale": 3}, ""},
		{"spo2_scale", map[string]any{"value": 2}, ""},
		{"spo2_scale", map[string]any{"Scale": 2}, ""},
		{"spo2_scale", []any{2}, ""},
		{"spo2_scale", 2, ""},
		{"spo2_scale", map[string]any{}, ""},
		{"consent", map[string]any{"any": "thing"}, ""},
		{"consent", []any{1, 2}, ""},
		{"consent", []any{map[string]any{"service": "nobody", "given": true}}, ""},
		{"consent", []any{map[string]any{"service": storetest.ID(8001)}}, ""},
		{"consent", []any{map[string]any{"service": storetest.ID(8001), "given": true}}, `[{"given":true,"service":"` + storetest.ID(8001) + `"}]`},
	} {
		t.Run(fmt.Sprint(c.field, " ", c.value), func(t *testing.T) {
			d := newDesk(t)
			ada, _ := d.Patient(d.Town.Ada)
			before := string(ada.Raw(c.field))
			res := d.push(d.Town.Lead(), d.update(care.Patients, d.Town.Ada, 99, map[string]any{c.field: c.value}, nil))
			got := string(d.stored(care.Patients, d.Town.Ada).Raw(c.field))
			if c.kept != "" {
				if res.Status != care.Applied || got != c.kept {
					t.Errorf("it ended %+v and stores %s", res, got)
				}
				return
			}
			if res.Status != care.Merged || len(res.Issues) != 1 || res.Issues[0].Code != care.CodeWrongType && res.Issues[0].Code != care.CodeOutOfRange || got != before {
				t.Fatalf("it ended %+v and stores %s", res, got)
			}
			if row := d.issue(res.Issues[0].ID); care.AsIssue(row).OwnerTeam() != d.Town.Nurses || row.Raw("content") == nil {
				t.Errorf("the issue is %v", row.Values)
			}
		})
	}
}

// D10, O15
func TestKeep_TheSameChangeUnderATakenKeyIsOneIssue(t *testing.T) {
	d := newDesk(t)
	keep := func(text string) (res wire.Result) {
		m := d.mutation(d.Town.Ann, create(care.Visits, storetest.ID(1001), d.visit(note(text))))
		m.Key = storetest.ID(7777)
		d.must(func(r *takein.Room) (err error) { res, err = r.KeepTaken(m, d.by(d.Town.Nurse())); return err })
		return res
	}
	first, again, other := keep("one wording"), keep("one wording"), keep("another")
	if first.Issues[0].ID != again.Issues[0].ID || first.Issues[0].ID == other.Issues[0].ID {
		t.Errorf("issues %s, %s, %s", first.Issues[0].ID, again.Issues[0].ID, other.Issues[0].ID)
	}
}

func TestForeignWrite_WhatIsNoValueOfItsFieldGoesBackAndIsKept(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	d.applied(d.Town.Nurse(), create(care.Observations, id, map[string]any{"patient": d.Town.Ada, "pulse": 80}))
	for name, old := range map[string]any{"of a record that was there": int64(80), "of a new one": nil} {
		t.Run(name, func(t *testing.T) {
			var was *care.Record
			rec := d.stored(care.Observations, id)
			rec.SetAll(map[string]any{"pulse": nil})
			rec.Spoiled = map[string]string{"pulse": "fast <& 1e400"}
			changed := []string{"pulse"}
			if old != nil {
				was = d.stored(care.Observations, id)
				was.SetAll(map[string]any{"pulse": old})
			} else {
				changed = nil
			}
			before, _ := d.OpenIssues(d.Town.Ada)
			d.must(func(r *takein.Room) error { return r.TakeInForeignWrite(rec, was, changed) })
			if got := d.stored(care.Observations, id).Get("pulse"); got != old {
				t.Errorf("the pulse is %v, want %v", got, old)
			}
			open, _ := d.OpenIssues(d.Town.Ada)
			if len(open) != len(before)+1 || string(open[len(open)-1].Raw("content")) != `"fast <& 1e400"` {
				t.Errorf("kept are %v", open)
			}
		})
	}
}

func TestWhatIsSetAsideComesBackInTheCharactersThatWereSent(t *testing.T) {
	d := newDesk(t)
	res := d.push(d.Town.Nurse(), create(care.Observations, storetest.ID(1001), map[string]any{"patient": d.Town.Ada, "pulse": "<b> & 80"}))
	if got := string(d.issue(res.Issues[0].ID).Raw("content")); got != `"<b> & 80"` {
		t.Errorf("kept is %s", got)
	}
}
