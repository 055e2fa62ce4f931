package takein_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/storetest"
	"doorstep/internal/wire"
)

// edits are what two nurses do to one record in the order in which it arrives; the second saw what a row says.
type edits struct {
	name          string
	collection    string
	first, second map[string]any
	base          func(made, edited int64) int64 // what the second had seen
	was           map[string]any
	want          map[string]any
	status        care.Status
	kept          string // whose value a conflict keeps, "" for no conflict
}

// sawIt and sawOnlyTheCreate are what the second author had seen.
func sawIt(_, edited int64) int64          { return edited }
func sawOnlyTheCreate(made, _ int64) int64 { return made }
func sawNothing(int64, int64) int64        { return 0 }
func note(s string) map[string]any         { return map[string]any{"note": s} }
func phone(s string) map[string]any        { return map[string]any{"phone": s} }
func signs(list ...string) map[string]any  { return map[string]any{"soft_signs": list} }

func TestMerge_TwoEditsOfOneField(t *testing.T) {
	for _, c := range []edits{
		{"the second saw the first", care.Visits, note("first"), note("second"), sawIt, note("first"), note("second"), care.Applied, ""},
		{"the second saw the first, and does not say so", care.Visits, note("first"), note("second"), sawIt, nil, note("second"), care.Applied, ""},
		{"the second had not seen the first", care.Visits, note("first"), note("second"), sawOnlyTheCreate, note("as made"), note("first"), care.Merged, "theirs"},
		{"the second had not seen the first, and does not say what", care.Visits, note("first"), note("second"), sawOnlyTheCreate, nil, note("first"), care.Merged, "theirs"},
		{"both wrote the same", care.Visits, note("same"), note("same"), sawOnlyTheCreate, note("as made"), note("same"), care.Applied, ""},
		{"each wrote another field", care.Visits, note("first"), map[string]any{"outcome": "care_given"}, sawOnlyTheCreate, nil, map[string]any{"note": "first", "outcome": "care_given"}, care.Applied, ""},
		{"the later contact detail stands, the other is kept", care.Patients, phone("01632 960001"), phone("01632 960002"), sawNothing, nil, phone("01632 960002"), care.Merged, "yours"},
		{"a contact detail that was seen gives way", care.Patients, phone("01632 960001"), phone("01632 960002"), sawIt, nil, phone("01632 960002"), care.Applied, ""},
		{"both tick a sign", care.Visits, signs("confused", "unsteady"), signs("unsteady", "more_tired"), sawOnlyTheCreate, signs("unsteady"), signs("confused", "more_tired", "unsteady"), care.Applied, ""},
		{"one takes a sign away that the other left", care.Visits, signs("confused", "unsteady"), signs(), sawOnlyTheCreate, signs("unsteady"), signs("confused"), care.Applied, ""},
		{"what is never changed stays", care.Visits, note("first"), map[string]any{"patient": "test0000000000000000000099"}, sawIt, nil, note("first"), care.Merged, "theirs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			id, made := d.Town.Ada, int64(0)
			if c.collection == care.Visits {
				id = storetest.ID(1001)
				made = d.makeVisit(id, map[string]any{"note": "as made", "soft_signs": []string{"unsteady"}})
			}
			d.applied(d.Town.Nurse(), d.update(c.collection, id, made, c.first, nil))
			edited := d.stored(c.collection, id).Version
			res := d.push(d.Town.Colleague(), d.update(c.collection, id, c.base(made, edited), c.second, c.was))
			if res.Status != c.status {
				t.Errorf("the second ended %s", res.Status)
			}
			got := d.stored(c.collection, id)
			for field, want := range c.want {
				if list, isList := want.([]string); isList {
					slices.Sort(list)
				}
				if !care.Equal(got.Get(field), want) {
					t.Errorf("%s is %v, want %v", field, got.Get(field), want)
				}
			}
			switch {
			case c.kept == "" && len(res.Conflicts) > 0, c.kept != "" && (len(res.Conflicts) != 1 || res.Conflicts[0].Kept != c.kept):
				t.Fatalf("conflicts: %+v, want %q kept", res.Conflicts, c.kept)
			case c.kept != "":
				conflict := d.stored(care.Conflicts, res.Conflicts[0].ID)
				if conflict == nil || conflict.Text("state") != "open" || len(conflict.Raw("kept")) == 0 || len(conflict.Raw("lost")) == 0 || conflict.Text("owner_team") != d.Town.Nurses {
					t.Errorf("both sides are not kept: %v", conflict)
				}
			}
		})
	}
}

func TestMerge_AddAndRemoveMembers(t *testing.T) {
	for _, c := range []struct {
		name   string
		op     string
		field  string
		values []string
		want   []string
		code   string
	}{
		{"a sign is added", "add", "soft_signs", []string{"confused"}, []string{"confused", "unsteady"}, ""},
		{"a sign is taken away", "remove", "soft_signs", []string{"unsteady"}, nil, ""},
		{"a sign that is there is added again", "add", "soft_signs", []string{"unsteady"}, []string{"unsteady"}, ""},
		{"a field that is no list", "add", "note", []string{"x"}, []string{"unsteady"}, "wrong_type"},
		{"a field there is not", "add", "shoe_sizes", []string{"x"}, []string{"unsteady"}, "unknown_field"},
		{"a sign there is not", "add", "soft_signs", []string{"cheerful"}, []string{"unsteady"}, "unknown_value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			made := d.makeVisit(id, signs("unsteady"))
			res := d.push(d.Town.Nurse(), op{"op": c.op, "collection": care.Visits, "id": id, "patient": d.Town.Ada,
				"base": wire.FormatBase(care.Base{Epoch: "e1", Seq: made}), "field": c.field, "values": c.values})
			got, _ := d.stored(care.Visits, id).Get("soft_signs").([]string)
			if !slices.Equal(got, c.want) {
				t.Errorf("signs are %v, want %v", got, c.want)
			}
			if c.code == "" && len(res.Issues) > 0 || c.code != "" && (len(res.Issues) != 1 || res.Issues[0].Code != c.code) {
				t.Errorf("issues: %+v, want %q", res.Issues, c.code)
			}
		})
	}
}

func TestMerge_NothingWithdrawnIsResurrectedAndNothingIsHidden(t *testing.T) {
	d := newDesk(t)
	id := storetest.ID(1001)
	made := d.makeVisit(id, note("as made"))
	base := wire.FormatBase(care.Base{Epoch: "e1", Seq: made})
	retract := op{"op": "retract", "collection": care.Visits, "id": id, "patient": d.Town.Ada, "base": base}
	d.applied(d.Town.Nurse(), retract)
	withdrawn := d.stored(care.Visits, id)
	if withdrawn.Retracted.IsZero() || withdrawn.LastChange("retracted").Author != d.Town.Ann {
		t.Fatalf("it is withdrawn at %s by %q", withdrawn.Retracted, withdrawn.LastChange("retracted").Author)
	}
	d.applied(d.Town.Nurse(), retract) // again changes nothing
	for name, late := range map[string]op{
		"an edit":       d.update(care.Visits, id, made, note("late"), nil),
		"a ticked sign": {"op": "add", "collection": care.Visits, "id": id, "patient": d.Town.Ada, "base": base, "field": "soft_signs", "values": []string{"confused"}},
	} {
		res := d.push(d.Town.Colleague(), late)
		if len(res.Conflicts) != 1 || res.Conflicts[0].Policy != "retracted" || res.Conflicts[0].By != d.Town.Ann {
			t.Errorf("%s of it: %+v", name, res)
		}
	}
	got := d.stored(care.Visits, id)
	if got.Text("note") != "as made" || got.Get("soft_signs") != nil || got.Retracted.IsZero() {
		t.Errorf("stored are %v, withdrawn at %s", got.Values, got.Retracted)
	}
}

func TestMerge_AWithdrawalOverAnUnseenEditWaitsForAPerson(t *testing.T) {
	for _, yes := range []bool{true, false} {
		t.Run(fmt.Sprint("decided ", yes), func(t *testing.T) {
			d := newDesk(t)
			id := storetest.ID(1001)
			made := d.makeVisit(id, note("as made"))
			d.applied(d.Town.Nurse(), d.update(care.Visits, id, made, note("edited"), nil))
			res := d.push(d.Town.Colleague(), op{"op": "retract", "collection": care.Visits, "id": id, "patient": d.Town.Ada,
				"base": wire.FormatBase(care.Base{Epoch: "e1", Seq: made})})
			if len(res.Conflicts) != 1 || res.Conflicts[0].Policy != "retract" || !d.stored(care.Visits, id).Retracted.IsZero() {
				t.Fatalf("it ended %+v", res)
			}
			d.applied(d.Town.Lead(), d.decision(res.Conflicts[0].ID, map[string]any{"retract": yes}))
			if got := d.stored(care.Visits, id).Retracted.IsZero(); got == yes {
				t.Errorf("it stands: %v", got)
			}
			// Who decides second decides nothing: there is no text to keep.
			d.applied(d.Town.Nurse(), d.decision(res.Conflicts[0].ID, map[string]any{"retract": !yes}))
			if got := d.stored(care.Visits, id).Retracted.IsZero(); got == yes {
				t.Errorf("after a second decision it stands: %v", got)
			}
		})
	}
}

// decision is an op that decides an issue, by somebody who has seen everything.
func (d *desk) decision(issue string, set map[string]any) op {
	if set == nil {
		set = map[string]any{}
	}
	return op{"op": "resolve", "issue": issue, "patient": d.Town.Ada, "base": wire.FormatBase(care.Base{Epoch: "e1", Seq: 1 << 30}), "set": set}
}

func TestSetAside_TheRestApplies(t *testing.T) {
	for _, c := range []struct {
		name       string
		who        func(*storetest.Town) care.Viewer
		collection string
		set        map[string]any
		field      string
		code, fix  string
	}{
		{"a field there is not", nil, care.Visits, map[string]any{"shoe_size": 43}, "shoe_size", "unknown_field", "supervisor"},
		{"a field only the server writes", nil, care.Observations, map[string]any{"news2": map[string]any{"total": 0}}, "news2", "server_only", "supervisor"},
		{"a reading out of range", nil, care.Observations, map[string]any{"pulse": 900}, "pulse", "out_of_range", "edit"},
		{"a reading in words", nil, care.Observations, map[string]any{"pulse": "fast"}, "pulse", "wrong_type", "edit"},
		{"what a volunteer does not write", (*storetest.Town).Befriender, care.Checkins, map[string]any{"staff": 1, "patient_note": "x"}, "patient_note", "unknown_field", "supervisor"},
		{"a scale set by who may not", nil, care.Patients, map[string]any{"spo2_scale": map[string]any{"scale": 2}}, "spo2_scale", "not_yours", "supervisor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.Give(d.Town.Ada, d.Town.Befrienders, storetest.Monday)
			who := d.Town.Nurse()
			if c.who != nil {
				who = c.who(&d.Town)
			}
			if c.code == "not_yours" {
				who.Role = care.SupportWorker
			}
			set := map[string]any{"patient": d.Town.Ada}
			id, o := storetest.ID(1001), op(nil)
			for k, v := range c.set {
				set[k] = v
			}
			if c.collection == care.Patients {
				delete(set, "patient")
				set["phone"] = "01632 960009"
				id, o = d.Town.Ada, d.update(c.collection, d.Town.Ada, 0, set, nil)
			} else {
				o = create(c.collection, id, set)
			}
			res := d.push(who, o)
			found := false
			for _, issue := range res.Issues {
				if issue.Field != c.field {
					continue
				}
				found = true
				row := d.stored(care.Quarantine, issue.ID)
				if issue.Code != c.code || issue.Fix != c.fix || row.Text("kind") != "field" || row.Text("record") != id || len(row.Raw("content")) == 0 {
					t.Errorf("set aside as %+v, kept as %v", issue, row.Values)
				}
			}
			if res.Status != care.Merged || !found {
				t.Fatalf("it ended %+v", res)
			}
			rec := d.stored(c.collection, id)
			if rec == nil || rec.Get(c.field) != nil && c.field != "news2" {
				t.Errorf("stored are %v", rec)
			}
			if c.collection == care.Patients && rec.Text("phone") != "01632 960009" {
				t.Error("the value beside it was not stored")
			}
		})
	}
}

func TestSetAside_ALongFieldNameIsKeptShort(t *testing.T) {
	d := newDesk(t)
	name := strings.Repeat("x", 300)
	res := d.push(d.Town.Nurse(), create(care.Visits, storetest.ID(1001), d.visit(map[string]any{name: json.Number("1")})))
	if len(res.Issues) != 1 || res.Issues[0].Field != name || len(d.stored(care.Quarantine, res.Issues[0].ID).Text("field")) != 60 {
		t.Errorf("it ended %+v", res)
	}
}
