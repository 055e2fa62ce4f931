package migrations_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/testkit/pbtest"
)

// A database of a release that read all of a history, and all handovers of a person, lists the handovers it has by the
// records that they tell of, and reads by the new indexes.
func TestAnOlderDatabaseListsItsHandoversByTheRecordsTheyTellOf(t *testing.T) {
	app := pbtest.New(t)
	run := func(statement string) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(`DROP TABLE handover_records`)
	run(`DROP TRIGGER handover_records_insert`)
	run(`DROP TRIGGER handover_records_update`)
	for name, columns := range map[string]string{"handover_events": "`handover`", "handovers": "`patient`"} {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, index := range []string{"kind", "by", "patient"} {
			c.RemoveIndex("idx_" + name + "_" + index)
		}
		c.AddIndex("idx_"+name+"_"+strings.Trim(columns, "`"), false, columns, "")
		if err := app.Save(c); err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO handovers (id, visit, evidence, version) VALUES
		('01jhandover000000000000001', '01jvisit000000000000000001', '{"records":[{"id":"01jset00000000000000000001"},{"id":"01jset00000000000000000001","verified":true}]}', 2),
		('01jhandover000000000000002', '', 'not JSON', 2), ('01jhandover000000000000003', '', '{"records":["spoiled",{"id":""}]}', 2)`)
	if _, err := app.NonconcurrentDB().Delete("_migrations", dbx.HashExp{"file": "1796034000_lines.go"}).Execute(); err != nil {
		t.Fatal(err)
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	run(`UPDATE handovers SET visit = '01jvisit000000000000000002', version = 3 WHERE id = '01jhandover000000000000002'`) // the triggers are there
	run(`UPDATE OR FAIL handovers SET evidence = '{"records":[{"id":"01jset00000000000000000001"},{"id":"01jset00000000000000000002"}]}', version = 3 WHERE id = '01jhandover000000000000001'`)
	var listed []string
	if err := app.NonconcurrentDB().NewQuery(`SELECT record || ' ' || handover FROM handover_records ORDER BY record, handover`).Column(&listed); err != nil {
		t.Fatal(err)
	}
	want := "01jset00000000000000000001 01jhandover000000000000001\n01jset00000000000000000002 01jhandover000000000000001\n" +
		"01jvisit000000000000000001 01jhandover000000000000001\n01jvisit000000000000000002 01jhandover000000000000002"
	if got := strings.Join(listed, "\n"); got != want {
		t.Errorf("listed\n%s\nwant\n%s", got, want)
	}
	events, err := app.FindCollectionByNameOrId("handover_events")
	if err != nil || events.GetIndex("idx_handover_events_handover") != "" || events.GetIndex("idx_handover_events_kind") == "" {
		t.Errorf("the indexes are %v (%v)", events.Indexes, err)
	}
	handovers, err := app.FindCollectionByNameOrId("handovers")
	if err != nil || !strings.Contains(handovers.GetIndex("idx_handovers_patient"), "`id`") {
		t.Errorf("the index by person is %q (%v)", handovers.GetIndex("idx_handovers_patient"), err)
	}
}
