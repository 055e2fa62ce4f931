package migrations_test

import (
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/rules"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release whose rule asked for 999 whatever the nurse had said gets the rule as it ships; one that somebody
// wrote anew stays as they wrote it.
func TestAnOlderDatabaseAsksFor999ByWhatTheNurseSaid(t *testing.T) {
	const old = "Emergency threshold. If 999 has not been called, call now. Please review the person with the nurse at once."
	shipped := ""
	for _, r := range rules.Defaults() {
		if r.Code == "news2_7" {
			shipped = r.Ask
		}
	}
	for before, want := range map[string]string{old: shipped, "Ring the ward." + old: "Ring the ward." + old} {
		app := pbtest.New(t)
		if _, err := app.NonconcurrentDB().Update(care.HandoverRules, dbx.Params{"ask": before}, dbx.HashExp{"code": "news2_7"}).Execute(); err != nil {
			t.Fatal(err)
		}
		if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796035000_call_999_by_condition.go"}).Execute(); err != nil {
			t.Fatal(err)
		}
		if err := app.RunAllMigrations(); err != nil {
			t.Fatal(err)
		}
		rule, err := app.FindFirstRecordByData(care.HandoverRules, "code", "news2_7")
		if err != nil {
			t.Fatal(err)
		}
		if got := rule.GetString("ask"); got != want {
			t.Errorf("%q became %q", before, got)
		}
	}
}
