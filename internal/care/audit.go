package care

import (
	"slices"
	"time"
)

// AuditLine is one line of the audit trail: who did what, to which record, and whose it was.
type AuditLine struct {
	At time.Time
	// Actor is a member of staff or a superuser, with their role and organisation at that time;
	// Device is the phone they did it with.
	Actor, Role, Organisation, Device string
	Action, Collection, Record        string
	Patient                           string
	Detail                            any // written as JSON
}

// ReadDetail is the detail of an audit line about records that somebody read, or that went to
// their phone: how many, and of a list whose they were.
type ReadDetail struct {
	Count    int      `json:"count"`
	Patients []string `json:"patients,omitempty"` // each once
	Scores   int      `json:"scores,omitempty"`   // further scores of the person that were shown
	Measured int      `json:"measured,omitempty"` // further sets of which readings were shown
	Expand   string   `json:"expand,omitempty"`   // what a superuser asked to see with the records
}

// Add notes one more record, about that person; "" for a record about nobody.
func (d *ReadDetail) Add(patient string) {
	d.Count++
	if patient != "" && !slices.Contains(d.Patients, patient) {
		d.Patients = append(d.Patients, patient)
	}
}
