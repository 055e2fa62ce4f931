package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
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

// Nobody but a superuser reads care records by PocketBase's routes; who they were about is in the audit.
func TestAudit_OneRowForEachReadOfCareRecords(t *testing.T) {
	w := newWard(t)
	first := w.Put(t, care.Visits, map[string]any{"patient": w.person.Id})
	w.Put(t, care.Visits, map[string]any{"patient": w.person.Id})
	var since int64
	for _, c := range []struct {
		name, path, want string
	}{
		{"a visit is opened", "visits/records/" + first.Id, "view visits " + first.Id + " " + w.person.Id + ` {"count":1}`},
		{"visits are listed", "visits/records", `list visits   {"count":2,"patients":["` + w.person.Id + `"]}`},
		{"people are listed", "patients/records", `list patients   {"count":1,"patients":["` + w.person.Id + `"]}`},
		{"a search that finds nothing", "checkins/records", `list checkins   {"count":0}`},
		{"relations are expanded", "handovers/records?expand=patient", `list handovers   {"count":0,"expand":"patient"}`},
		{"the directory holds nobody", "organisations/records", ""},
		{"a record that is not there", "visits/records/" + w.person.Id, ""},
	} {
		w.administer(t, "GET", "/api/collections/"+c.path, nil)
		got := ""
		for _, row := range newAudit(t, w, &since) {
			if row.Action != "administration" && row.Role == "superuser" {
				got += strings.Join([]string{row.Action, row.Collection, row.Record, row.Patient, row.Detail}, " ")
			}
		}
		if got != c.want {
			t.Errorf("%s: audit = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAudit_AReadThatCannotBeWrittenDownIsRefused(t *testing.T) {
	w := newWard(t)
	if _, err := w.NonconcurrentDB().NewQuery("ALTER TABLE audit RENAME TO audit_lost").Execute(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"patients/records", "patients/records/" + w.person.Id} {
		if got := w.administer(t, "GET", "/api/collections/"+path, nil).Status; got != http.StatusInternalServerError {
			t.Errorf("GET %s = %d, want 500", path, got)
		}
	}
}

// A read is written down by the server's clock, as everything else is.
func TestAudit_AReadStandsAtTheServersTime(t *testing.T) {
	w := newWard(t)
	w.administer(t, "GET", "/api/collections/patients/records", nil)
	var at string
	if err := w.DB().NewQuery("SELECT at FROM audit WHERE action = 'list'").Row(&at); err != nil || at != care.Stamp(morning) {
		t.Errorf("the read stands at %q (%v), want %q", at, err, care.Stamp(morning))
	}
}
