package collections_test

import (
	"encoding/json"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// dirt is one row of sync_dirty.
type dirt struct {
	Collection string  `db:"collection"`
	Record     string  `db:"record"`
	Op         string  `db:"op"`
	Was        *string `db:"was"`
}

// drain returns the rows of sync_dirty and empties it.
func drain(t *testing.T, app *pbtest.App) []dirt {
	t.Helper()
	var rows []dirt
	if err := app.NonconcurrentDB().NewQuery("SELECT collection, record, op, was FROM sync_dirty ORDER BY id").All(&rows); err != nil {
		t.Fatal(err)
	}
	execute(t, app, "DELETE FROM sync_dirty")
	return rows
}

func execute(t *testing.T, app *pbtest.App, statement string, params ...dbx.Params) {
	t.Helper()
	q := app.NonconcurrentDB().NewQuery(statement)
	for _, p := range params {
		q.Bind(p)
	}
	if _, err := q.Execute(); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// expect compares the drained rows with the wanted ones; was is compared as JSON, "" = NULL.
func expect(t *testing.T, got []dirt, want ...[4]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("sync_dirty holds %d rows, want %d: %s", len(got), len(want), show(got))
	}
	for i, w := range want {
		g := got[i]
		if g.Collection != w[0] || g.Record != w[1] || g.Op != w[2] || !sameJSON(t, g.Was, w[3]) {
			t.Errorf("row %d = %s\nwant %v", i, show(got[i:i+1]), w)
		}
	}
}

func sameJSON(t *testing.T, got *string, want string) bool {
	t.Helper()
	if got == nil || want == "" {
		return got == nil && want == ""
	}
	var a, b any
	if err := json.Unmarshal([]byte(*got), &a); err != nil {
		t.Fatalf("was is no JSON: %s", *got)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("the test's own JSON: %v", err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func show(rows []dirt) string {
	raw, _ := json.Marshal(rows)
	return string(raw)
}

func TestTriggers_SaveThroughPocketBase(t *testing.T) {
	app := pbtest.New(t)
	p := app.Patient(t, "Okafor", nil)
	expect(t, drain(t, app), [4]string{"patients", p.Id, "insert", ""})

	p.Set("phone", "01632 960000")
	p.Set("pregnant", false)
	p.Set("communication_needs", []string{"large_print"})
	if err := app.Save(p); err != nil {
		t.Fatal(err)
	}
	expect(t, drain(t, app), [4]string{"patients", p.Id, "update", `{"phone":"","pregnant":null,"communication_needs":null}`})

	p.Set("pregnant", nil)
	p.Set("communication_needs", []string{"braille"})
	if err := app.Save(p); err != nil {
		t.Fatal(err)
	}
	expect(t, drain(t, app), [4]string{"patients", p.Id, "update", `{"pregnant":false,"communication_needs":["large_print"]}`})

	if err := app.Save(p); err != nil { // nothing changed
		t.Fatal(err)
	}
	expect(t, drain(t, app))

	if err := app.Delete(p); err != nil {
		t.Fatal(err)
	}
	expect(t, drain(t, app), [4]string{"patients", p.Id, "delete", `{"author":""}`})
}

func TestTriggers_DeletingAPersonCascades(t *testing.T) {
	app := pbtest.New(t)
	team := app.Team(t, app.Org(t, "community_trust", "Trust"), "nursing", "North")
	p := app.Patient(t, "Okafor", nil)
	row := app.Caseload(t, p, team)
	visit := app.Put(t, care.Visits, map[string]any{"patient": p.Id, "team": team.Id})
	set := app.Put(t, care.Observations, map[string]any{"patient": p.Id, "visit": visit.Id})
	drain(t, app)

	if err := app.Delete(p); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range drain(t, app) {
		if d.Op == "delete" {
			got[d.Collection+" "+d.Record] = *d.Was
		}
	}
	for key, want := range map[string]string{
		"patients " + p.Id:       `{"author":""}`,
		"visits " + visit.Id:     `{"patient":"` + p.Id + `","author":"","clinical_time":""}`,
		"observations " + set.Id: `{"patient":"` + p.Id + `","author":"","replaces":"","clinical_time":""}`,
		"caseload " + row.Id: `{"patient":"` + p.Id + `","team":"` + team.Id +
			`","staff":"","from":"","to":"","reason":"test","cohort":"","contact_every_days":null}`,
	} {
		was, ok := got[key]
		if !ok || !sameJSON(t, &was, want) {
			t.Errorf("deleted %s: was = %q, want %s", key, was, want)
		}
	}
}

func TestTriggers_RawSQLFromAnotherConnection(t *testing.T) {
	app := pbtest.New(t)
	p := app.Patient(t, "Okafor", nil)
	drain(t, app)
	other := app.SecondConnection(t)
	id := pbtest.ID()
	for _, statement := range []string{
		"INSERT INTO observations (id, patient, respiration_rate) VALUES ('" + id + "', '" + p.Id + "', 16)",
		"UPDATE observations SET respiration_rate = NULL, temperature = 36.5 WHERE id = '" + id + "'",
		"REPLACE INTO observations (id, patient) VALUES ('" + id + "', '" + p.Id + "')",
		"DELETE FROM observations WHERE id = '" + id + "'",
	} {
		if _, err := other.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	was := `{"patient":"` + p.Id + `","author":"","replaces":"","clinical_time":""}`
	expect(t, drain(t, app),
		[4]string{"observations", id, "insert", ""},
		[4]string{"observations", id, "update", `{"respiration_rate":16,"temperature":null}`},
		[4]string{"observations", id, "delete", was}, // REPLACE deletes first
		[4]string{"observations", id, "insert", ""},
		[4]string{"observations", id, "delete", was})
}

func TestTriggers_TheEngineRaisesTheVersionAndIsNotNoticed(t *testing.T) {
	app := pbtest.New(t)
	p := app.Patient(t, "Okafor", nil)
	drain(t, app)
	id := pbtest.ID()
	params := dbx.Params{"id": id, "p": p.Id}
	execute(t, app, "INSERT INTO visits (id, patient, status, version) VALUES ({:id}, {:p}, 'planned', 7)", params)
	execute(t, app, "UPDATE visits SET status = 'completed', version = 8 WHERE id = {:id}", dbx.Params{"id": id})
	expect(t, drain(t, app))
}

// A nurse's push lands between the moment the dashboard reads a visit and the moment it saves:
//
//	dashboard   reads v7 ─────────────────────── saves note, version 7 again
//	engine                  note, version 8
//
// The save must be noticed although it changes the version, and what it overwrote must be known.
func TestTriggers_ASaveFromAnOldViewIsNoticed(t *testing.T) {
	app := pbtest.New(t)
	p := app.Patient(t, "Okafor", nil)
	id := pbtest.ID()
	execute(t, app, "INSERT INTO visits (id, patient, note, version) VALUES ({:id}, {:p}, 'seen', 7)", dbx.Params{"id": id, "p": p.Id})
	old, err := app.FindRecordById(care.Visits, id)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, app, "UPDATE visits SET note = 'seen, wound red', version = 8 WHERE id = {:id}", dbx.Params{"id": id})
	drain(t, app)
	old.Set("status", "completed")
	if err := app.Save(old); err != nil {
		t.Fatal(err)
	}
	expect(t, drain(t, app), [4]string{"visits", id, "update", `{"note":"seen, wound red","status":""}`})
}

func TestTriggers_WhatSteersTheFeedIsWatchedAndTheRestIsNot(t *testing.T) {
	app := pbtest.New(t)
	team := app.Team(t, app.Org(t, "community_trust", "Trust"), "nursing", "North")
	nurse := app.Staff(t, care.DistrictNurse, "Amina Yusuf", team)
	drain(t, app)
	device := app.Put(t, care.Devices, map[string]any{"staff": nurse.Id, "state": "active"})
	expect(t, drain(t, app)) // a phone just enrolled has no token that could be withdrawn
	for _, c := range []struct {
		record     *core.Record
		field      string
		value      any
		was        string
		notNoticed bool
	}{
		{record: nurse, field: "name", value: "A. Yusuf", notNoticed: true},
		{record: nurse, field: "password", value: "another-long-one", notNoticed: true},
		{record: nurse, field: "role", value: "matron", was: `{"role":"district_nurse"}`},
		{record: nurse, field: "teams", value: []string{}, was: `{"teams":["` + team.Id + `"]}`},
		{record: nurse, field: "inactive_since", value: "2026-03-02 08:00:00.000Z", was: `{"inactive_since":""}`},
		{record: device, field: "last_seen", value: "2026-03-02 08:00:00.000Z", notNoticed: true},
		{record: device, field: "state", value: "lost", was: `{"state":"active"}`},
		{record: team, field: "phone", value: "01632 960001", was: `{"phone":""}`},
	} {
		c.record.Set(c.field, c.value)
		if err := app.Save(c.record); err != nil {
			t.Fatalf("save %s: %v", c.field, err)
		}
		if c.notNoticed {
			expect(t, drain(t, app))
			continue
		}
		expect(t, drain(t, app), [4]string{c.record.Collection().Name, c.record.Id, "update", c.was})
	}
}

func TestTriggers_OutliveAChangeOfTheSchema(t *testing.T) {
	app := pbtest.New(t)
	visits := func() *core.Collection {
		c, err := app.FindCollectionByNameOrId(care.Visits)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	save := func(c *core.Collection) {
		t.Helper()
		if err := app.Save(c); err != nil {
			t.Fatal(err)
		}
	}
	p := app.Patient(t, "Okafor", nil)
	visit := app.Put(t, care.Visits, map[string]any{"patient": p.Id, "note": "one"})
	drain(t, app)
	notices := func(note, was string) {
		t.Helper()
		fresh, err := app.FindRecordById(care.Visits, visit.Id)
		if err != nil {
			t.Fatal(err)
		}
		fresh.Set("note", note)
		if err := app.Save(fresh); err != nil {
			t.Fatal(err)
		}
		expect(t, drain(t, app), [4]string{"visits", visit.Id, "update", `{"note":"` + was + `"}`})
	}

	c := visits()
	c.Fields.Add(&core.TextField{Name: "mileage"})
	save(c)
	notices("two", "one")

	c = visits()
	c.Fields.RemoveByName("mileage")
	save(c)
	notices("three", "two")

	c = visits()
	c.Fields.RemoveByName("outcome") // a watched column: SQLite would refuse while a trigger names it
	save(c)
	notices("four", "three")

	c = visits()
	c.Fields.RemoveByName("missing")
	c.Indexes = append(c.Indexes, "no index at all")
	if err := app.Save(c); err == nil {
		t.Fatal("a broken index was accepted")
	}
	notices("five", "four") // the change was undone, and the triggers with it
}

func TestTriggers_CoverEveryCollectionThatSyncsOrSteers(t *testing.T) {
	for _, c := range care.Collections() {
		control := slices.Contains([]string{care.Caseload, care.StaffName, care.HandoverRules, care.Devices}, c.Name)
		if watched := len(collections.Watched(c.Name)) > 0; watched != (c.Synced || control) {
			t.Errorf("%s: watched = %t, synced = %t", c.Name, watched, c.Synced)
		}
		for _, field := range care.ScopeFields[c.Name] {
			if !slices.Contains(collections.Watched(c.Name), field) {
				t.Errorf("%s.%s decides about scopes and is not watched", c.Name, field)
			}
		}
	}
}

func TestAudit_OnlyGrows(t *testing.T) {
	app := pbtest.New(t)
	execute(t, app, "INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail) VALUES ('', 'a', '', '', '', 'view', '', '', '', '')")
	for _, statement := range []string{"UPDATE audit SET actor = 'b'", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err == nil {
			t.Errorf("%s was accepted", statement)
		}
	}
	var actor string
	if err := app.DB().NewQuery("SELECT actor FROM audit").Row(&actor); err != nil || actor != "a" {
		t.Errorf("audit = %q, %v", actor, err)
	}
}
