package migrations_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/testkit/pbtest"
)

// A database of a release that read leavers back from the audit knows afterwards whom a desk has
// noted, and only those.
func TestAnOlderDatabaseKnowsWhomADeskHasNotedAsLeaving(t *testing.T) {
	app := pbtest.New(t)
	run := func(query string, values dbx.Params) {
		t.Helper()
		if _, err := app.NonconcurrentDB().NewQuery(query).Bind(values).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	run(`DROP TABLE leaving`, nil)
	run(`CREATE INDEX audit_leave ON audit (record) WHERE action = 'leave'`, nil)
	run(`DELETE FROM _migrations WHERE file = '1795800100_leaving.go'`, nil)

	var want []string
	for _, c := range []struct {
		name, gone string
		at, detail string // of a line of the audit
		later      string // a second line, written then
		since      string // what is noted afterwards, "" for nothing
	}{
		{name: "gone when a desk said so", gone: "2026-03-02 12:00:00.000Z", at: "2026-03-02T12:00:00.000Z", detail: `{"at":"","to":""}`, since: "2026-03-02T12:00:00.000Z"},
		{name: "gone from the day a desk named", gone: "2026-03-09 08:00:00.000Z", at: "2026-03-02T12:00:00.000Z", detail: `{"at":"2026-03-09T09:00:00+01:00"}`, since: "2026-03-09T08:00:00.000Z"},
		{name: "gone at once after all", gone: "2026-03-03 12:00:00.000Z", at: "2026-03-02T12:00:00.000Z", detail: `{"at":"2026-03-09T08:00:00Z"}`, later: "2026-03-03T12:00:00.000Z", since: "2026-03-03T12:00:00.000Z"},
		{name: "closed by an administrator since", gone: "2026-03-04 10:00:00.000Z", at: "2026-03-02T12:00:00.000Z", detail: `{"at":""}`},
		{name: "closed by an administrator alone", gone: "2026-03-04 10:00:00.000Z"},
		{name: "back in service", at: "2026-03-02T12:00:00.000Z", detail: `{"at":""}`},
		{name: "a line nobody can read", gone: "2026-03-02 12:00:00.000Z", at: "2026-03-02T12:00:00.000Z", detail: `leaves`},
	} {
		member := app.Staff(t, care.DistrictNurse, c.name)
		run(`UPDATE staff SET inactive_since = {:gone} WHERE id = {:id}`, dbx.Params{"gone": c.gone, "id": member.Id})
		for at, detail := range map[string]string{c.at: c.detail, c.later: `{"at":""}`} {
			if at != "" {
				run(`INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail)
					VALUES ({:at}, 'lea', 'team_lead', '', '', 'leave', 'staff', {:id}, '', {:detail})`, dbx.Params{"at": at, "id": member.Id, "detail": detail})
			}
		}
		if c.since != "" {
			want = append(want, c.name+" "+c.since)
		}
	}
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := app.DB().NewQuery(`SELECT s.name || ' ' || l.since FROM leaving l JOIN staff s ON s.id = l.staff WHERE l.noted_by = 'lea'`).Column(&got); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("noted\n %q\nwant\n %q", got, want)
	}
	var indexes int
	if err := app.DB().NewQuery(`SELECT count(*) FROM sqlite_schema WHERE name = 'audit_leave'`).Row(&indexes); err != nil || indexes != 0 {
		t.Errorf("the index that served the reading back is still there (%v)", err)
	}
}
