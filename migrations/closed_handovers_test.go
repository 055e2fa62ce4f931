package migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release in which only the team that had it last found what is closed lists it for everybody.
func TestAnOlderDatabaseListsWhatIsClosedForEverybody(t *testing.T) {
	app := pbtest.New(t)
	run := func(statement string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(`DROP TABLE closed_handovers`)
	for _, trigger := range []string{"insert", "update", "delete", "event"} {
		run(`DROP TRIGGER closed_handovers_` + trigger)
	}
	c, err := app.FindCollectionByNameOrId("handovers")
	if err != nil {
		t.Fatal(err)
	}
	c.AddIndex("idx_handovers_closed_to_team", false, "`to_team`, `state`, `class`", "")
	if err := app.Save(c); err != nil {
		t.Fatal(err)
	}
	run(`INSERT INTO handover_events (id, handover, version, kind, team, "by", at, detail) VALUES
		('01jevent000000000000000001', '01jhandover000000000000001', 1, 'escalated', 'coordinator', '', '2026-03-02 08:00:00.000Z', '{"from":"surgery"}'),
		('01jevent000000000000000002', '01jhandover000000000000001', 2, 'answered', 'coordinator', 'guy', '2026-03-02 09:00:00.000Z', '{}')`)
	run(`INSERT INTO handovers (id, to_team, state, class, version) VALUES ('01jhandover000000000000001', 'coordinator', 'done', 'E', 2), ('01jhandover000000000000002', 'surgery', 'sent', 'E', 2)`)
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796030000_closed_for_everybody.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var listed []string
	if err := app.NonconcurrentDB().NewQuery(`SELECT holder || ' ' || at || ' ' || how || ' ' || "by" FROM closed_handovers ORDER BY holder`).Column(&listed); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(listed, "\n"), "to:coordinator 2026-03-02 09:00:00.000Z 1 guy\nto:surgery 2026-03-02 09:00:00.000Z 2 guy"; got != want {
		t.Errorf("listed\n%s\nwant\n%s", got, want)
	}
	if c, err = app.FindCollectionByNameOrId("handovers"); err != nil || strings.Contains(strings.Join(c.Indexes, "\n"), "idx_handovers_closed_") {
		t.Errorf("the indexes are still there: %v (%v)", c.Indexes, err)
	}
}
