package pbstore

import (
	"encoding/json"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/care"
	"doorstep/internal/sqlitedb"
)

const addAudit = `INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// Audit writes one line of the audit, in the role that the actor has now.
func (tx *Tx) Audit(actor, device, action, collection, record, patient string, detail any) error {
	v, _ := tx.Staff(actor)
	args, err := auditColumns(care.AuditLine{At: tx.now, Actor: actor, Role: string(v.Role), Organisation: v.Organisation, Device: device,
		Action: action, Collection: collection, Record: record, Patient: patient, Detail: detail})
	if err != nil {
		return err
	}
	_, err = tx.exec(addAudit, args...)
	return err
}

// WriteAudit writes one line outside of the engine's transactions, for what is read through
// PocketBase's own routes.
func WriteAudit(app core.App, line care.AuditLine) error {
	db, err := sqlitedb.Writer(app)
	if err != nil {
		return err
	}
	args, err := auditColumns(line)
	if err != nil {
		return err
	}
	_, err = db.Exec(addAudit, args...)
	return err
}

func auditColumns(l care.AuditLine) ([]any, error) {
	detail, err := json.Marshal(l.Detail)
	return []any{care.Stamp(l.At), l.Actor, l.Role, l.Organisation, l.Device, l.Action, l.Collection, l.Record, l.Patient, string(detail)}, err
}
