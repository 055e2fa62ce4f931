package migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release that kept for ever under which numbers a client sent again what had taken effect forgets of those numbers what nobody
// can ask about: a pull has confirmed them, and their answers are gone.
func TestAnOlderDatabaseForgetsTheNumbersNobodyCanAskAbout(t *testing.T) {
	app := pbtest.New(t)
	run := func(statement string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO sync_clients (id, client, device, staff, last_mid, pulled_mid, created_at) VALUES (7, '01jclient0000000000000000a', '', '', 9, 6, '')`)
	run(`INSERT INTO sync_results (client, first_mid, last_mid, at, body) VALUES (7, 5, 9, '', '[]')`)
	run(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) INSERT INTO sync_renumbered (client, mid, key, status) SELECT 7, i, i, 'applied' FROM n`)
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796043000_numbers_forgotten.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var left []string
	if err := app.NonconcurrentDB().NewQuery(`SELECT mid FROM sync_renumbered ORDER BY mid`).Column(&left); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(left, " "); got != "5 6 7 8 9" {
		t.Errorf("left are %s", got)
	}
}
