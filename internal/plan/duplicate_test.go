package plan

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

// The cases are those by which phones judge too: e2e/unit/duplicates.test.mjs.
func TestWhatTwoServicesDoWithinADayIsSaid(t *testing.T) {
	raw, err := os.ReadFile("testdata/duplicates.json")
	if err != nil {
		t.Fatal(err)
	}
	type visit struct {
		Patient, Purpose, Team, Status string
		At                             time.Time
	}
	var cases []struct {
		Name         string
		Visit, Other visit
		Duplicate    bool
	}
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 15 {
		t.Fatalf("%d cases (%v)", len(cases), err)
	}
	service := map[string]string{"nurses": "trust", "night nurses": "trust", "surgery": "practice"}
	of := func(id string, v visit) Repeatable {
		if v.Patient == "" {
			v.Patient = "ada"
		}
		return Repeatable{ID: id, Patient: v.Patient, Purpose: v.Purpose, Status: v.Status, Service: service[v.Team], Start: v.At}
	}
	for _, c := range cases {
		if got := len(Duplicates(of("v", c.Visit), []Repeatable{of("v", c.Visit), of("o", c.Other)})) > 0; got != c.Duplicate {
			t.Errorf("%s: %t", c.Name, got)
		}
	}
	at := func(id string, hour int) Repeatable {
		return Repeatable{ID: id, Patient: "ada", Purpose: "bloods", Service: "practice", Start: time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC)}
	}
	mine := at("mine", 9)
	mine.Service = "trust"
	if got := Duplicates(mine, []Repeatable{at("late", 20), at("early", 6)}); len(got) != 2 || got[0].ID != "early" {
		t.Errorf("two of them: %v", got)
	}
}
