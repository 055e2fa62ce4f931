package hooks_test

import (
	"fmt"
	"net/http"
	"testing"

	"doorstep/internal/care"
)

// auditRow is what a test compares of a row of the audit trail.
type auditRow struct {
	Actor        string `db:"actor"`
	Role         string `db:"role"`
	Organisation string `db:"organisation"`
	Action       string `db:"action"`
	Collection   string `db:"collection"`
	Record       string `db:"record"`
	Patient      string `db:"patient"`
	Detail       string `db:"detail"`
}

// newAudit returns the rows written since the one of that id.
func newAudit(t *testing.T, w *ward, since *int64) []auditRow {
	t.Helper()
	var rows []auditRow
	if err := w.DB().NewQuery(fmt.Sprintf("SELECT * FROM audit WHERE id > %d ORDER BY id", *since)).All(&rows); err != nil {
		t.Fatal(err)
	}
	if err := w.DB().NewQuery("SELECT coalesce(max(id), 0) FROM audit").Row(since); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAudit_OneRowForEachReadOfCareRecords(t *testing.T) {
	w := newWard(t, true)
	first := w.Put(t, care.Visits, map[string]any{"patient": w.person.Id})
	w.Put(t, care.Visits, map[string]any{"patient": w.person.Id})
	organisation := w.nurse.GetString("organisation")
	var since int64
	for _, c := range []struct {
		name, path, token string
		want              []auditRow
	}{
		{"a nurse opens a visit", "visits/records/" + first.Id, w.nurseToken,
			[]auditRow{{w.nurse.Id, "district_nurse", organisation, "view", "visits", first.Id, w.person.Id, `{"count":1}`}}},
		{"a nurse lists visits", "visits/records", w.nurseToken,
			[]auditRow{{w.nurse.Id, "district_nurse", organisation, "list", "visits", "", "", `{"count":2,"patients":["` + w.person.Id + `"]}`}}},
		{"a nurse lists people", "patients/records", w.nurseToken,
			[]auditRow{{w.nurse.Id, "district_nurse", organisation, "list", "patients", "", "", `{"count":1,"patients":["` + w.person.Id + `"]}`}}},
		{"a search that finds nothing", "checkins/records", w.nurseToken,
			[]auditRow{{w.nurse.Id, "district_nurse", organisation, "list", "checkins", "", "", `{"count":0}`}}},
		{"the directory holds nobody", "organisations/records", w.nurseToken, nil},
		{"a record that is not there", "visits/records/" + w.person.Id, w.nurseToken, nil},
	} {
		w.call(t, "GET", "/api/collections/"+c.path, c.token, nil)
		got := newAudit(t, w, &since)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: audit = %+v, want %+v", c.name, got, c.want)
		}
	}
	w.call(t, "GET", "/api/collections/handovers/records?expand=patient", w.superuser, nil)
	got := newAudit(t, w, &since)
	if len(got) != 1 || got[0].Role != "superuser" || got[0].Collection != "handovers" || got[0].Detail != `{"count":0,"expand":"patient"}` {
		t.Errorf("a superuser's read: audit = %+v", got)
	}
}

func TestAudit_AReadThatCannotBeWrittenDownIsRefused(t *testing.T) {
	w := newWard(t, true)
	if _, err := w.NonconcurrentDB().NewQuery("ALTER TABLE audit RENAME TO audit_lost").Execute(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"patients/records", "patients/records/" + w.person.Id} {
		answer := w.call(t, "GET", "/api/collections/"+path, w.nurseToken, nil)
		if answer.Status != http.StatusInternalServerError {
			t.Errorf("GET %s = %d, want 500", path, answer.Status)
		}
	}
}

// A read is written down by the server's clock, as everything else is.
func TestAudit_AReadStandsAtTheServersTime(t *testing.T) {
	w := newWard(t, true)
	w.call(t, "GET", "/api/collections/patients/records", w.nurseToken, nil)
	var at string
	if err := w.DB().NewQuery("SELECT at FROM audit WHERE action = 'list'").Row(&at); err != nil || at != care.Stamp(morning) {
		t.Errorf("the read stands at %q (%v), want %q", at, err, care.Stamp(morning))
	}
}
