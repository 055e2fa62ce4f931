package pbstore

import (
	"encoding/json"

	"doorstep/internal/care"
)

const addAudit = `INSERT INTO audit (at, actor, role, organisation, device, action, collection, record, patient, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// Audit writes one line of the audit.
func (tx *Tx) Audit(actor, device, action, collection, record, patient string, detail any) error {
	v, _ := tx.Staff(actor)
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	_, err = tx.exec(addAudit,
		care.Stamp(tx.now), actor, string(v.Role), v.Organisation, device, action, collection, record, patient, string(text))
	return err
}
