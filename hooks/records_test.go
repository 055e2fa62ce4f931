package hooks_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"doorstep/hooks"
	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// morning is when everything of these tests is read.
var morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// ward is a server with one nurse and one person on her team's caseload.
type ward struct {
	*pbtest.App
	server       *httptest.Server // the public listener
	admin        *httptest.Server // the listener for administration
	nurse        *core.Record
	nurseToken   string
	superuser    string
	team, person *core.Record
}

func newWard(t *testing.T) *ward {
	t.Helper()
	w := &ward{App: pbtest.New(t, func(app core.App) { hooks.Register(app, func() time.Time { return morning }) })}
	w.team = w.Team(t, w.Org(t, "community_trust", "Trust"), "nursing", "North")
	w.nurse = w.Staff(t, care.DistrictNurse, "Amina Yusuf", w.team)
	w.person = w.Patient(t, "Okafor", nil)
	w.Caseload(t, w.person, w.team)
	w.nurseToken, w.superuser = w.Token(t, w.nurse), w.Superuser(t)
	w.server, w.admin = w.Serve(t), w.ServeAdministration(t)
	return w
}

// call asks on the public listener.
func (w *ward) call(t *testing.T, method, path, token string, body any) pbtest.Answer {
	t.Helper()
	return pbtest.Call(t, w.server, method, path, token, body)
}

// administer asks as a superuser on the listener for administration.
func (w *ward) administer(t *testing.T, method, path string, body any) pbtest.Answer {
	t.Helper()
	return pbtest.Call(t, w.admin, method, path, w.superuser, body)
}

func TestRecords_AMissingReadingStaysNull(t *testing.T) {
	w := newWard(t)
	made := w.administer(t, "POST", "/api/collections/observations/records",
		map[string]any{"patient": w.person.Id, "pulse": 0, "on_oxygen": false, "spo2": nil, "systolic": ""})
	if made.Status != http.StatusOK {
		t.Fatalf("create = %d: %s", made.Status, made.Body)
	}
	id := made.JSON(t)["id"].(string)
	raw := pbtest.ID()
	if _, err := w.NonconcurrentDB().NewQuery("INSERT INTO observations (id, patient, pulse, on_oxygen) VALUES ({:id}, {:p}, 0, 'false')").
		Bind(dbx.Params{"id": raw, "p": w.person.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	for how, id := range map[string]string{"PocketBase": id, "raw SQL": raw} {
		var stored struct {
			Pulse    *int    `db:"pulse"`
			OnOxygen *string `db:"on_oxygen"`
			SpO2     *int    `db:"spo2"`
			Systolic *int    `db:"systolic"`
			Rate     *int    `db:"respiration_rate"`
		}
		if err := w.DB().Select("pulse", "on_oxygen", "spo2", "systolic", "respiration_rate").From("observations").
			Where(dbx.HashExp{"id": id}).One(&stored); err != nil {
			t.Fatal(err)
		}
		if stored.Rate != nil || stored.SpO2 != nil || stored.Systolic != nil {
			t.Errorf("%s: a missing reading was stored as a value: %+v", how, stored)
		}
		if stored.Pulse == nil || *stored.Pulse != 0 || stored.OnOxygen == nil || *stored.OnOxygen != "false" {
			t.Errorf("%s: 0 and false did not stay: %+v", how, stored)
		}
		read := w.administer(t, "GET", "/api/collections/observations/records/"+id, nil).JSON(t)
		for field, want := range map[string]any{"respiration_rate": nil, "spo2": nil, "systolic": nil, "pulse": 0.0, "on_oxygen": false} {
			if got, there := read[field]; !there || got != want {
				t.Errorf("%s: read %s = %v, want %v", how, field, got, want)
			}
		}
	}
}

func TestRecords_ValuesOfTheDashboardKeepTheLimitsOfCare(t *testing.T) {
	w := newWard(t)
	for _, c := range []struct {
		name, collection, field string
		value                   any
		code                    string // "" = accepted
	}{
		{"a pulse of 72", care.Observations, "pulse", 72, ""},
		{"a pulse in words", care.Observations, "pulse", "fast", "wrong_type"},
		{"a saturation of 130 %", care.Observations, "spo2", 130, "out_of_range"},
		{"a temperature with two decimals", care.Observations, "temperature", 36.55, "wrong_type"},
		{"oxygen as a number", care.Observations, "on_oxygen", 1, "wrong_type"},
		{"a soft sign nobody knows", care.Visits, "soft_signs", []string{"grumpy"}, "unknown_value"},
		{"two soft signs", care.Visits, "soft_signs", []string{"withdrawn", "breathless"}, ""},
		{"an NHS number with a wrong check digit", care.Patients, "nhs_number", "9990000001", "invalid_nhs_number"},
		{"an NHS number with spaces", care.Patients, "nhs_number", "999 000 0018", ""},
		{"an ODS code in words", care.Organisations, "ods_code", "no code", "invalid_ods_code"},
	} {
		body := map[string]any{c.field: c.value}
		if c.collection != care.Patients {
			body["patient"] = w.person.Id
		}
		answer := w.administer(t, "POST", "/api/collections/"+c.collection+"/records", body)
		if c.code == "" {
			if answer.Status != http.StatusOK {
				t.Errorf("%s: %d %s", c.name, answer.Status, answer.Body)
			}
			continue
		}
		if answer.Status != http.StatusBadRequest || !strings.Contains(string(answer.Body), `"`+c.code+`"`) {
			t.Errorf("%s: %d %s, want 400 with %s", c.name, answer.Status, answer.Body, c.code)
		}
	}
	found, err := w.FindFirstRecordByData(care.Patients, "nhs_number", "9990000018")
	if err != nil || found == nil {
		t.Errorf("the NHS number was not stored without spaces: %v", err)
	}
	signs, err := w.FindFirstRecordByFilter(care.Visits, "soft_signs != null")
	if err != nil || signs.GetString("soft_signs") != `["breathless","withdrawn"]` {
		t.Errorf("soft signs = %v, %v; want them sorted", signs, err)
	}
}

// The dashboard reads a visit, a phone's push changes its note, the dashboard saves another field:
//
//	dashboard  reads ───────────────── saves status
//	engine            note, version 8
//
// The note must survive.
func TestRecords_ASaveWritesOnlyWhatItChanged(t *testing.T) {
	w := newWard(t)
	visit := w.Put(t, care.Visits, map[string]any{"patient": w.person.Id, "note": "seen"})
	old, err := w.FindRecordById(care.Visits, visit.Id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.NonconcurrentDB().NewQuery("UPDATE visits SET note = 'seen, wound red', version = 8 WHERE id = {:id}").
		Bind(dbx.Params{"id": visit.Id}).Execute(); err != nil {
		t.Fatal(err)
	}
	old.Set("status", "completed")
	if err := w.Save(old); err != nil {
		t.Fatal(err)
	}
	now, err := w.FindRecordById(care.Visits, visit.Id)
	if err != nil {
		t.Fatal(err)
	}
	if now.GetString("note") != "seen, wound red" || now.GetInt("version") != 8 || now.GetString("status") != "completed" {
		t.Errorf("after the save: note %q, version %d, status %q", now.GetString("note"), now.GetInt("version"), now.GetString("status"))
	}
}
