package plan

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"doorstep/internal/worktime"
)

// The cases are those by which phones judge too: e2e/unit/contacts.test.mjs.
func TestWhenSomebodyIsToBeContactedNext(t *testing.T) {
	raw, err := os.ReadFile("testdata/contacts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Last, State string
		Since, Today, Due worktime.Date
		Every             int
	}
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 12 {
		t.Fatalf("%d cases (%v)", len(cases), err)
	}
	for _, c := range cases {
		var last time.Time
		if c.Last != "" {
			if last, err = time.Parse(time.RFC3339, c.Last); err != nil {
				t.Fatal(err)
			}
		}
		due := NextContact(last, c.Since, c.Every)
		if state := ContactState(due, c.Today, c.Every); due != c.Due || state != c.State {
			t.Errorf("%s: due %s, %s", c.Name, due, state)
		}
	}
}
