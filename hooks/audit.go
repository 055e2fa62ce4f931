package hooks

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/pbstore"

	"github.com/pocketbase/pocketbase/core"
)

// BindAudit writes who read care records through the built-in routes, one row for each request,
// before they are sent: a read that cannot be written down is refused. The row of a list names the
// people whose records it held, so that "who saw mine?" has an answer.
func BindAudit(app core.App, now func() time.Time) {
	records := careRecords()
	app.OnRecordsListRequest(records...).BindFunc(func(e *core.RecordsListRequestEvent) error {
		if err := auditRead(now, e.RequestEvent, "list", e.Collection.Name, e.Records); err != nil {
			return e.InternalServerError("The read could not be written to the audit trail.", err)
		}
		return e.Next()
	})
	app.OnRecordViewRequest(records...).BindFunc(func(e *core.RecordRequestEvent) error {
		if err := auditRead(now, e.RequestEvent, "view", e.Collection.Name, []*core.Record{e.Record}); err != nil {
			return e.InternalServerError("The read could not be written to the audit trail.", err)
		}
		return e.Next()
	})
}

// careRecords names the collections that hold something about a person.
func careRecords() []string {
	var names []string
	for _, c := range care.Collections() {
		if _, about := c.Field("patient"); about || c.Name == care.Patients {
			names = append(names, c.Name)
		}
	}
	return names
}

func auditRead(now func() time.Time, e *core.RequestEvent, action, collection string, records []*core.Record) error {
	detail := care.ReadDetail{Expand: e.Request.URL.Query().Get("expand")}
	record, patient := "", ""
	if action == "view" {
		record, patient, detail.Count = records[0].Id, patientOf(records[0]), 1
	} else {
		for _, r := range records {
			detail.Add(patientOf(r))
		}
	}
	actor, role, organisation := reader(e.Auth)
	return pbstore.WriteAudit(e.App, care.AuditLine{At: now(), Actor: actor, Role: role, Organisation: organisation,
		Action: action, Collection: collection, Record: record, Patient: patient, Detail: detail})
}

// superuserRole stands in the audit for the role of a superuser, who is no member of staff.
const superuserRole = "superuser"

// reader describes who asks.
func reader(auth *core.Record) (actor, role, organisation string) {
	switch {
	case auth == nil:
		return "", "", ""
	case auth.IsSuperuser():
		return auth.Id, superuserRole, ""
	}
	return auth.Id, auth.GetString("role"), auth.GetString("organisation")
}

func patientOf(r *core.Record) string {
	if r.Collection().Name == care.Patients {
		return r.Id
	}
	return r.GetString("patient")
}
