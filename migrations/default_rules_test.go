package migrations_test

import (
	"testing"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/testkit/pbtest"
)

func TestANewDatabaseHoldsTheShippedRulesAndTheyRun(t *testing.T) {
	app := pbtest.New(t)
	records, err := app.FindRecordsByFilter(care.HandoverRules, "", "code", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]rules.Rule{}
	var list []rules.Rule
	for _, r := range records {
		var version int // a JSON column, like every number
		if err := r.UnmarshalJSONField("version", &version); err != nil {
			t.Fatal(err)
		}
		rule := rules.Rule{ID: r.Id, Code: r.GetString("code"), Version: version, Title: r.GetString("title"),
			Collection: r.GetString("collection"), Trigger: r.GetString("trigger"), Unless: r.GetString("unless"),
			Class: care.Class(r.GetString("class")), Destination: r.GetString("destination"), Ask: r.GetString("ask"),
			State: r.GetString("state"), Owner: r.GetString("owner"), ApprovedBy: r.GetString("approved_by"), ReviewOn: r.GetString("review_on")}
		stored[rule.Code] = rule
		list = append(list, rule)
	}
	shipped := rules.Defaults()
	if len(stored) != len(shipped) || len(records) != len(shipped) {
		t.Errorf("%d rules stored, %d shipped", len(records), len(shipped))
	}
	for _, want := range shipped {
		if got := stored[want.Code]; got != want {
			t.Errorf("stored  %+v\nshipped %+v", got, want)
		}
	}
	if _, broken := rules.Compile(list); len(broken) > 0 {
		t.Errorf("%s: %s", broken[0].Rule.Code, broken[0].Reason)
	}
}
