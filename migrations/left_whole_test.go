package migrations_test

import (
	"slices"
	"testing"

	"doorstep/internal/testkit/pbtest"
)

// What left whole before a delivery could say so is known from the audit.
func TestWhatLeftWholeInAnOlderDatabaseIsSaidToHave(t *testing.T) {
	app := pbtest.New(t)
	row := `INSERT INTO deliveries (key, handover, team, route, channel, class, batch, created_at, due_at, until, state) VALUES `
	line := `INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail) VALUES ('', '', '', '', '', `
	for _, step := range []string{
		`ALTER TABLE deliveries DROP COLUMN whole`, `DELETE FROM _migrations WHERE file = '1796610000_left_whole.go'`,
		row + `('whole', 'h1', 't', 'full', 'webhook', 'U2', '', '', '', '', 'delivered'), ('a link', 'h1', 't', 'other', 'webhook', 'U2', '', '', '', '', 'delivered'),
			('another', 'h2', 't', 'full', 'webhook', 'U2', '', '', '', '', 'waiting')`,
		line + `'sent_in_full', 'handovers', 'h1', 'p', '{"route":"full"}')`, line + `'seen', 'handovers', 'h2', 'p', 'no JSON')`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(step).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var whole []string
	if err := app.DB().NewQuery(`SELECT key FROM deliveries WHERE whole`).Column(&whole); err != nil || !slices.Equal(whole, []string{"whole"}) {
		t.Errorf("%q, %v", whole, err)
	}
}
