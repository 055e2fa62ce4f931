package fhir

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/news2"
)

var update = flag.Bool("update", false, "write the golden files")

func at(stamp string) time.Time {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		panic(err)
	}
	return t
}

func points3(n int) *int { return &n }

var (
	trust    = Organisation{ID: "01k9trust000000000000000000", Name: "Riverside Trust", ODSCode: "RX1"}
	nurses   = Organisation{ID: "01k9nurses0000000000000000", Name: "Riverside Nurses", Phone: "01632 960101", PartOf: &trust}
	bridge   = Organisation{ID: "01k9bridge0000000000000000", Name: "Bridge Surgery", ODSCode: "A00001", Phone: "01632 960200"}
	surgery  = Organisation{ID: "01k9surgery000000000000000", Name: "Bridge Surgery", Phone: "01632 960200", PartOf: &bridge}
	ann      = Staff{ID: "01k9ann0000000000000000000", Name: "Ann Nurse", Role: "district_nurse"}
	complete = news2.Score{RespirationRate: points3(3), SpO2: points3(1), Oxygen: points3(0), Systolic: points3(0), Pulse: points3(2), ACVPU: points3(0), Temperature: points3(1), Total: points3(7),
		Band: news2.BandHigh, SingleThree: true, FloorTotal: 7, FloorBand: news2.BandHigh, Scale: 1, Status: news2.StatusComplete}
)

// whole is a handover with a set of readings that holds every reading there is.
func whole() *Handover {
	return &Handover{ID: "01k9h000000000000000000000", Version: 133, Class: care.Urgent, State: care.Sent,
		Person: Person{ID: "01k9p000000000000000000000", FamilyName: "Llŷr", GivenName: "Siân", CalledName: "Sha", DateOfBirth: "1941-05-06", NHSNumber: "9990000018", Verified: true,
			Address: "1 Bank Row\nTŷ Gwyn", Postcode: "ZZ1 1AA", Phone: "01632 960300", Practice: &bridge, Needs: "speaks Welsh, hard of hearing", Risk: "Two to visit."},
		From: &ann, FromTeam: &nurses, ToTeam: &surgery, Situation: "Siân Llŷr is confused.", Background: "COPD.", Assessment: "NEWS2 7.", Recommendation: "Please ring within the hour.",
		Reasons: []string{"NEWS2 is 7 or more", "Some reading scores 3"}, RecordedAt: at("2026-03-02T09:40:00Z"), RaisedAt: at("2026-03-02T11:45:00Z"), ChangedAt: at("2026-03-02T11:46:00Z"),
		AckDue: at("2026-03-02T12:00:00Z"), ActDue: at("2026-03-02T13:45:00Z"), Sheet: []byte("%PDF-1.3 a sheet"),
		Evidence: []Evidence{
			{Collection: care.Visits, ID: "01k9v000000000000000000000", At: at("2026-03-02T09:30:00Z"), ReachedAt: at("2026-03-02T11:45:00Z"), By: &ann, ClockKnown: true, Verified: true,
				Values: map[string]any{"status": "completed", "purpose": "wound_care", "started_at": "2026-03-02T09:30:00.000Z", "ended_at": "2026-03-02T10:05:00.000Z", "soft_signs": []any{"breathless", "more_tired"},
					"critical_medicine": "missed", "outcome": "care_part_given", "note": "Clwyf yn waeth.\nŵ ŷ Ŵ Ŷ â ê î ô û", "details": []any{map[string]any{"key": "size", "label": "Size", "value": "4", "unit": "cm"}}}},
			{Collection: care.Observations, ID: "01k9o100000000000000000000", At: at("2026-03-02T09:40:00Z"), ReachedAt: at("2026-03-02T11:45:00Z"), By: &ann, ClockKnown: true, Verified: true, Score: &complete,
				Values: map[string]any{"visit": "01k9v000000000000000000000", "respiration_rate": 25.0, "spo2": 95.0, "on_oxygen": false, "systolic": 128.0, "diastolic": 74.0, "pulse": 112.0, "acvpu": "A", "temperature": 38.4,
					"blood_glucose": 6.1, "weight": 71.5, "pain_score": 0.0}},
		}}
}

// bundles are the golden files that both validators of e2e/unit/fhir.test.mjs read.
func bundles() map[string]*Handover {
	corrected := whole()
	incomplete := news2.Score{RespirationRate: points3(2), Pulse: points3(2), Band: news2.BandIncomplete, FloorTotal: 4, FloorBand: news2.BandLow, Scale: 2, Status: news2.StatusIncomplete, AgeUnknown: true}
	second := Evidence{Collection: care.Observations, ID: "01k9o200000000000000000000", At: at("2026-03-02T09:40:00Z"), ReachedAt: at("2026-03-02T12:00:00Z"), By: &ann, ClockKnown: true, Verified: true, Score: &incomplete,
		Values: map[string]any{"respiration_rate": 22.0, "pulse": 112.0, "diastolic": 70.0, "on_oxygen": true, "acvpu": "C"}}
	corrected.Evidence[1].ReplacedBy, corrected.Evidence[1].ReplacedAt = second.ID, at("2026-03-02T12:00:00Z")
	corrected.Evidence, corrected.Version = append(corrected.Evidence, second), 140

	doubt := whole()
	doubt.Unverified, doubt.State = true, care.CallNeeded
	doubt.Evidence[1].Verified, doubt.Evidence[1].ReachedAt, doubt.Evidence[1].ClockKnown, doubt.Evidence[1].By = false, time.Time{}, false, nil
	doubt.Evidence[1].Values = map[string]any{"pulse": 1800.0, "spo2": "ninety", "systolic": "a lot", "acvpu": "Z", "on_oxygen": "perhaps", "temperature": 38.0}
	doubt.Evidence[1].Score = nil

	answered := whole()
	answered.State, answered.Owner, answered.Outcome, answered.Answer, answered.Version = care.Done, &Staff{ID: "01k9gp00000000000000000000", Name: "Dr Owen", Role: "duty_gp"}, "home_visit", "Seen at home at 13:00.", 150

	concern := &Handover{ID: whole().ID, Version: 7, Class: care.Safeguarding, State: care.Sent, Person: Person{ID: whole().Person.ID}, FromTeam: &nurses, ToTeam: &surgery,
		Situation: "A safeguarding concern was raised. What it says is for the safeguarding lead only.", RaisedAt: at("2026-03-02T11:45:00Z"), ChangedAt: at("2026-03-02T11:45:00Z")}

	child := whole()
	child.Evidence[1].Score = &news2.Score{Status: news2.StatusNotApplicable, Band: news2.BandNotApplicable, FloorBand: news2.BandNotApplicable, Scale: 1}
	child.State, child.DeclineReason, child.Class = care.Declined, "Not our patient.", care.SameDay

	volunteer := whole()
	volunteer.Class, volunteer.State, volunteer.SafeNote, volunteer.Sheet = care.Routine, care.Escalated, "Please look in.", nil
	volunteer.Evidence = []Evidence{{Collection: care.Checkins, ID: "01k9c000000000000000000000", At: at("2026-03-02T09:40:00Z"), ReachedAt: at("2026-03-02T09:41:00Z"), By: &Staff{ID: "01k9vol0000000000000000000"}, ClockKnown: true, Verified: true,
		Values: map[string]any{"seen": true, "wellbeing": "not_usual_self", "concern": "Poen yn ei choes."}},
		{Collection: care.Visits, ID: "01k9v900000000000000000000", At: at("2026-03-02T08:00:00Z"), ReachedAt: at("2026-03-02T08:01:00Z"), By: &ann, ClockKnown: true, Verified: true, Values: map[string]any{"status": "no_access", "no_access_kind": "no_reply"}}}

	hostile := whole()
	dirt := "\x00\x1b[31m\u202e <script>alert(1)</script> {\"a\":1} \u00a0\u2028 ' OR 1=1 \\ \xff 🙂王 \ufeff"
	hostile.ID, hostile.Person.ID, hostile.Evidence[1].ID = "h_1/../Patient?x#y", "p 1", strings.Repeat("o", 80)
	hostile.Person.FamilyName, hostile.Person.GivenName, hostile.Person.DateOfBirth, hostile.Person.DiedOn, hostile.Person.Address = dirt, "\u00a0", "03/02/1944", "x", dirt
	hostile.Situation, hostile.Background, hostile.Assessment, hostile.Recommendation, hostile.Reasons = dirt, "\u2003", "\x00", strings.Repeat("ŵ", 4000), []string{dirt, ""}
	hostile.FromTeam, hostile.ToTeam, hostile.From = &Organisation{ID: "", Name: dirt, ODSCode: " ", Phone: "\x7f"}, &Organisation{ID: "t", Name: "\u00a0"}, &Staff{ID: "\x00", Name: "\u00a0", Role: "__"}
	hostile.ChangedAt, hostile.RaisedAt = time.Time{}, time.Time{}
	hostile.Evidence[0].Values["purpose"], hostile.Evidence[0].Values["status"], hostile.Evidence[0].Values["ended_at"] = dirt, []any{1.0}, "2020-01-01T00:00:00.000Z"

	return map[string]*Handover{"whole": whole(), "corrected": corrected, "in-doubt": doubt, "answered": answered, "concern": concern, "declined": child, "volunteer": volunteer, "hostile": hostile}
}

func written(t *testing.T, write func(*Handover) ([]byte, error), h *Handover) []byte {
	t.Helper()
	raw, err := write(h)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrongIn(raw) {
		t.Error(w)
	}
	return raw
}

func golden(t *testing.T, name string, raw []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, raw, "", " "); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, pretty.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) //nolint:gosec // a file of this test
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, pretty.Bytes()) {
		t.Errorf("%s is not what was written; run with -update and read the difference", file)
	}
}

func TestBundlesAndTasksAreThoseThatTheValidatorsRead(t *testing.T) {
	for name, h := range bundles() {
		t.Run(name, func(t *testing.T) {
			golden(t, "bundles/"+name, written(t, WriteBundle, h))
			golden(t, "tasks/"+name, written(t, WriteTask, h))
		})
	}
	for name, resource := range map[string]any{"capability": Capability(), "outcome": Outcome("not-found", "There is nothing of that name that you may see.")} {
		raw, err := Write(resource)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, raw)
	}
	files, err := filepath.Glob("testdata/bundles/*.json")
	if err != nil || len(files) != len(bundles()) {
		t.Errorf("%d golden files for %d bundles: %v", len(files), len(bundles()), err)
	}
}

func TestTheSameHandoverIsTheSameBytes(t *testing.T) {
	one := written(t, WriteBundle, whole())
	if !bytes.Equal(one, written(t, WriteBundle, whole())) {
		t.Error("twice the same handover gives two bundles")
	}
	moved := whole()
	moved.Version++
	if bytes.Equal(one, written(t, WriteBundle, moved)) {
		t.Error("a handover that has moved gives the same bundle")
	}
}

// Nothing that a reader does not see is made up, and nothing that was corrected is passed on as true.
func TestWhatABundleSaysOfWhatIsMissingAndWhatWasCorrected(t *testing.T) {
	resources := func(h *Handover, kind string) (found []map[string]any) {
		var b struct {
			Entry []struct{ Resource map[string]any }
		}
		if err := json.Unmarshal(written(t, WriteBundle, h), &b); err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Entry {
			if e.Resource["resourceType"] == kind {
				found = append(found, e.Resource)
			}
		}
		return found
	}
	all := bundles()
	concern := all["concern"]
	if p := resources(concern, "Patient")[0]; p["name"] != nil || p["birthDate"] != nil || p["address"] != nil {
		t.Errorf("a concern names somebody: %v", p)
	}
	if n := len(resources(concern, "Observation")) + len(resources(concern, "DocumentReference")) + len(resources(concern, "Encounter")); n > 0 {
		t.Errorf("a concern has %d further resources", n)
	}
	statuses := map[string]int{}
	for _, o := range resources(all["corrected"], "Observation") {
		statuses[o["status"].(string)]++
	}
	if statuses["entered-in-error"] != 11 || statuses["preliminary"] != 0 || statuses["final"] != 7 { // nine readings, the panel, the score; and the visit's note among what stands
		t.Errorf("of a corrected set and the one after it: %v", statuses)
	}
	revised := 0
	for _, p := range resources(all["corrected"], "Provenance") {
		if list, ok := p["entity"].([]any); ok {
			revised += len(list)
		}
	}
	if revised != 11 {
		t.Errorf("%d observations are said to be revised", revised)
	}
	for _, o := range resources(all["in-doubt"], "Observation") {
		if text := o["code"].(map[string]any)["text"]; o["status"] != "preliminary" && text != "What was noted at the visit" {
			t.Errorf("a value in doubt is %v: %v", o["status"], o)
		}
	}
	if got := resources(all["volunteer"], "Encounter"); len(got) != 1 || got[0]["status"] != "cancelled" {
		t.Errorf("a visit without a reply is %v", got)
	}
}

func TestATaskIsAtAnEndExactlyWhereAHandoverIsClosed(t *testing.T) {
	ends, known := []string{"completed", "cancelled", "rejected", "failed", "entered-in-error"}, []string{"requested", "received", "accepted", "completed", "cancelled"}
	for _, name := range care.States {
		s := care.State(name)
		task, business := statusOf(s)
		if _, in := statuses[s]; !in {
			t.Errorf("%s is not in the table", s)
		}
		if slices.Contains(ends, task) != s.Closed() {
			t.Errorf("%s, closed %v, is a Task that is %s", s, s.Closed(), task)
		}
		if !slices.Contains(known, task) || business.Text == "" || business.Coding[0].Code != name {
			t.Errorf("%s: %s, %+v", s, task, business)
		}
		if (task == "accepted") != (s == care.Accepted) || (task == "received") != (s == care.Seen || s == care.Acknowledged) {
			t.Errorf("%s is %s", s, task)
		}
	}
	if len(statuses) != len(care.States) {
		t.Error("the table has a state that is none")
	}
	if task, _ := statusOf("new"); task != "requested" {
		t.Errorf("an unknown state is %s", task)
	}
	for _, class := range care.Classes {
		if priorities[care.Class(class)] == "" || ClassNames[care.Class(class)] == "" {
			t.Errorf("class %s has no priority or no name", class)
		}
	}
}

// Two handovers, people or readings never share an address, however their ids are written.
func TestNamesAreOfOneThingAlone(t *testing.T) {
	if urn("a", "bc") == urn("ab", "c") || urn("a") == urn("a", "") || urn("Task", "x") == urn("Bundle", "x") {
		t.Error("two things have one name")
	}
	if got := id("01k9o1", "respiration_rate"); got != "01k9o1-respiration-rate" {
		t.Error(got)
	}
	for _, bad := range []string{"", "a b", "a/b", strings.Repeat("x", 65), "é"} {
		if got := id(bad); got != "" {
			t.Errorf("%q is the id %q", bad, got)
		}
	}
}

func FuzzBundle(f *testing.F) {
	f.Add("01k9h0", "Siân Llŷr", "Ŵyn\u00a0", "9990000018", "2026-03-02", 38.4, "A")
	f.Add("h_1", "\x00\u202e", "\xff", "", "x", -1.0, "")
	f.Add("01z0B0", "Aa", "\xae", "0000000000", "1020-01-02", 38.4, " ")
	f.Fuzz(func(t *testing.T, key, name, words, number, day string, value float64, choice string) {
		h := whole()
		h.ID, h.Person.ID, h.Evidence[1].ID, h.FromTeam = key, name, words, &Organisation{ID: day, Name: words, ODSCode: number, Phone: name}
		h.Person.FamilyName, h.Person.GivenName, h.Person.NHSNumber, h.Person.DateOfBirth, h.Person.Address, h.Person.Risk = name, words, oneLine(number), day, words, name
		h.Situation, h.Answer, h.Outcome, h.DeclineReason, h.Class, h.State = words, words, choice, name, care.Class(choice), care.State(choice)
		h.Evidence[1].Values["pulse"], h.Evidence[1].Values["systolic"], h.Evidence[1].Values["acvpu"], h.Evidence[1].Values["visit"], h.Evidence[1].ReplacedBy = value, value, choice, day, choice
		h.Evidence[0].Values["note"], h.Evidence[0].Values["status"], h.Evidence[0].Values["started_at"] = words, choice, day
		for _, write := range []func(*Handover) ([]byte, error){WriteBundle, WriteTask} {
			one, two := written(t, write, h), written(t, write, h)
			if !bytes.Equal(one, two) {
				t.Error("twice the same handover gives two")
			}
		}
	})
}
