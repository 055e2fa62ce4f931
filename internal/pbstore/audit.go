package pbstore

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
)

// auditColumns are those of the table audit but for its id; auditValues follows their order.
const auditColumns = `at, actor, role, organisation, device, action, collection, record, patient, detail`

const addAudit = `INSERT INTO audit (` + auditColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// Audit writes one line of the audit, in the role that the actor has now.
func (tx *Tx) Audit(actor, device, action, collection, record, patient string, detail any) error {
	v, _ := tx.Staff(actor)
	values, err := auditValues(care.AuditLine{At: tx.now, Actor: actor, Role: string(v.Role), Organisation: v.Organisation, Device: device,
		Action: action, Collection: collection, Record: record, Patient: patient, Detail: detail})
	if err != nil {
		return err
	}
	_, err = tx.exec(addAudit, values...)
	return err
}

// WriteAudit writes one line outside of the engine's transactions: for what is read through PocketBase's
// own routes, and, given the app of a transaction of PocketBase, within that.
func WriteAudit(app core.App, line care.AuditLine) error {
	values, err := auditValues(line)
	if err != nil {
		return err
	}
	row := dbx.Params{}
	for i, name := range strings.Split(auditColumns, ", ") {
		row[name] = values[i]
	}
	_, err = app.NonconcurrentDB().Insert("audit", row).Execute()
	return err
}

func auditValues(l care.AuditLine) ([]any, error) {
	detail, err := json.Marshal(l.Detail)
	return []any{care.Stamp(l.At), l.Actor, l.Role, l.Organisation, l.Device, l.Action, l.Collection, l.Record, l.Patient, string(detail)}, err
}
