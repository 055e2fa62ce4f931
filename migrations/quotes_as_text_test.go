package migrations_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// quotedColumns are the columns that quote what was sent.
var quotedColumns = map[string][]string{care.Conflicts: {"before", "kept", "lost"}, care.Quarantine: {"content"}}

func TestWhatAnOlderDatabaseKeptAsNumbersIsKeptAsTextAndCanBeReadAgain(t *testing.T) {
	app := pbtest.New(t)
	db := app.NonconcurrentDB()
	run := func(statement string) {
		t.Helper()
		if _, err := db.NewQuery(statement).Execute(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for name, fields := range quotedColumns {
		for _, op := range []string{"insert", "update", "delete"} {
			run(`DROP TRIGGER dirty_` + name + `_` + op)
		}
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range fields {
			at := slices.IndexFunc(c.Fields, func(f core.Field) bool { return f.GetName() == field })
			c.Fields.RemoveByName(field)
			c.Fields.AddAt(at, &core.JSONField{Name: field, MaxSize: 512 << 10})
		}
		if err := app.Save(c); err != nil {
			t.Fatal(err)
		}
	}
	nested := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	rows := []struct{ id, stored, content, raw string }{
		{"01jz1v6q0t9c2m4n8r5w7x3y01", `1e400`, `1e999`, ""}, // its digits are gone for good
		{"01jz1v6q0t9c2m4n8r5w7x3y02", `-1e400`, `-1e999`, ""},
		{"01jz1v6q0t9c2m4n8r5w7x3y03", `129`, `129`, ""},
		{"01jz1v6q0t9c2m4n8r5w7x3y04", `37.5`, `37.5`, ""},
		{"01jz1v6q0t9c2m4n8r5w7x3y05", `"37,5"`, `"37,5"`, ""},
		{"01jz1v6q0t9c2m4n8r5w7x3y06", `{"mid":1,"ops":[]}`, `{"mid":1,"ops":[]}`, ""},
		{"01jz1v6q0t9c2m4n8r5w7x3y07", `"\ud83d"`, "", `"\ud83d"`},
		{"01jz1v6q0t9c2m4n8r5w7x3y08", nested, "", nested},
	}
	for _, r := range rows {
		run(`INSERT INTO quarantine (id, version, content) VALUES ('` + r.id + `', 7, '` + r.stored + `')`)
	}
	run(`INSERT INTO conflicts (id, version, before, kept, lost) VALUES ('01jz1v6q0t9c2m4n8r5w7x3y09', 7, NULL, '129', '1e400')`)
	run(`DELETE FROM sync_dirty`)
	run(`DELETE FROM _migrations WHERE file = '1795900100_quotes_as_text.go'`)
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}

	for _, r := range rows {
		var got struct{ Content, Raw, Kind string }
		if err := db.NewQuery(`SELECT content, raw, typeof(content) AS kind FROM quarantine WHERE id = {:id}`).Bind(dbx.Params{"id": r.id}).One(&got); err != nil {
			t.Fatal(err)
		}
		if want := base64.StdEncoding.EncodeToString([]byte(r.raw)); got.Content != r.content || got.Raw != want || got.Kind != "text" {
			t.Errorf("%.20s is kept as %+v", r.stored, got)
		}
	}
	var sides struct{ Before, Kept, Lost string }
	if err := db.NewQuery(`SELECT before, kept, lost FROM conflicts`).One(&sides); err != nil || sides.Before != "" || sides.Kept != "129" || sides.Lost != "1e999" {
		t.Errorf("the sides of the conflict are %+v (%v)", sides, err)
	}
	var noticed int
	if err := db.NewQuery(`SELECT count(*) FROM sync_dirty`).Row(&noticed); err != nil || noticed != 0 {
		t.Errorf("the move passes for %d writes by somebody (%v)", noticed, err)
	}
	run(`UPDATE quarantine SET content = '1e500' WHERE id = '` + rows[0].id + `'`)
	var was string
	if err := db.NewQuery(`SELECT was FROM sync_dirty`).Row(&was); err != nil || was != `{"content":"1e999"}` {
		t.Errorf("a later write in the dashboard leaves %s (%v)", was, err)
	}
}
