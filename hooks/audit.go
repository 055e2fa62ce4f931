package hooks

import (
	"encoding/json"
	"time"

	"doorstep/internal/care"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// BindAudit writes who read care records through the built-in routes, one row for each request,
// before they are sent: a read that cannot be written down is refused. The row of a list names the
// people whose records it held, so that "who saw mine?" has an answer.
func BindAudit(app core.App) {
	records := careRecords()
	app.OnRecordsListRequest(records...).BindFunc(func(e *core.RecordsListRequestEvent) error {
		if err := auditRead(e.RequestEvent, "list", e.Collection.Name, e.Records); err != nil {
			return e.InternalServerError("The read could not be written to the audit trail.", err)
		}
		return e.Next()
	})
	app.OnRecordViewRequest(records...).BindFunc(func(e *core.RecordRequestEvent) error {
		if err := auditRead(e.RequestEvent, "view", e.Collection.Name, []*core.Record{e.Record}); err != nil {
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

// readDetail is the detail of the audit row of a read.
type readDetail struct {
	Count    int      `json:"count"`
	Patients []string `json:"patients,omitempty"` // of a list; each once
	Expand   string   `json:"expand,omitempty"`   // superusers only; see BindLockdown
}

func auditRead(e *core.RequestEvent, action, collection string, records []*core.Record) error {
	detail := readDetail{Count: len(records), Expand: e.Request.URL.Query().Get("expand")}
	record, patient := "", ""
	if action == "view" {
		record, patient = records[0].Id, patientOf(records[0])
	} else {
		detail.Patients = patientsOf(records)
	}
	body, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	actor, role, organisation := reader(e.Auth)
	_, err = e.App.NonconcurrentDB().Insert("audit", dbx.Params{
		"at": care.Stamp(time.Now()), "actor": actor, "role": role, "organisation": organisation, "device": "",
		"action": action, "collection": collection, "record": record, "patient": patient, "detail": string(body),
	}).Execute()
	return err
}

// reader describes who asks. The role of a superuser, who is no member of staff, is "superuser".
func reader(auth *core.Record) (actor, role, organisation string) {
	switch {
	case auth == nil:
		return "", "", ""
	case auth.IsSuperuser():
		return auth.Id, "superuser", ""
	}
	return auth.Id, auth.GetString("role"), auth.GetString("organisation")
}

func patientOf(r *core.Record) string {
	if r.Collection().Name == care.Patients {
		return r.Id
	}
	return r.GetString("patient")
}

func patientsOf(records []*core.Record) []string {
	seen := make(map[string]bool, len(records))
	var patients []string
	for _, r := range records {
		if p := patientOf(r); p != "" && !seen[p] {
			seen[p] = true
			patients = append(patients, p)
		}
	}
	return patients
}
