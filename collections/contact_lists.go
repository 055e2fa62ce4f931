package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// ContactPeople is the table of who is on a list of people to keep in touch with, and ContactWaiting that of people of whom
// something changed on which it depends whether, and when, they are to be contacted. They are no collections.
const (
	ContactPeople  = "contact_people"
	ContactWaiting = "contact_waiting"
)

// contactTriggers note of whom it is to be worked out anew when they are to be contacted, whoever writes: a contact with them
// was recorded, corrected or taken back, a caseload changed, they died, or their registration was made one with another. They
// work out nothing, and cost somebody who is on no list one look into an index.
func contactTriggers(app core.App, name string) map[string]string {
	events := map[string]map[string]string{
		care.Visits: {
			"insert": `INSERT ON "visits" WHEN NEW.status = 'completed'`,
			"update": `UPDATE OF status, retracted, clinical_time, patient, staff, team ON "visits" WHEN NEW.status = 'completed' OR OLD.status = 'completed'`,
			"delete": `DELETE ON "visits" WHEN OLD.status = 'completed'`,
		},
		care.Checkins: {
			"insert": `INSERT ON "checkins" WHEN NEW.happened_at <> ''`,
			"update": `UPDATE OF happened_at, seen, retracted, clinical_time, patient, staff, team ON "checkins" WHEN NEW.happened_at <> '' OR OLD.happened_at <> ''`,
			"delete": `DELETE ON "checkins" WHEN OLD.happened_at <> ''`,
		},
		care.Caseload: {
			"insert": `INSERT ON "caseload"`,
			"update": `UPDATE OF patient, team, "from", "to", cohort, contact_every_days ON "caseload"`,
			"delete": `DELETE ON "caseload"`,
		},
	}[name]
	made := map[string]string{}
	for op, event := range events {
		rows := map[string]string{"insert": "NEW.patient", "update": "NEW.patient, OLD.patient", "delete": "OLD.patient"}[op]
		made["contact_"+name+"_"+op] = `CREATE TRIGGER "contact_` + name + `_` + op + `" AFTER ` + event + ` BEGIN
INSERT INTO contact_waiting (patient) SELECT DISTINCT patient FROM contact_people WHERE patient IN (` + rows + `) AND left_at = ''; END`
	}
	if name == care.Patients {
		made["contact_patients_update"] = `CREATE TRIGGER "contact_patients_update" AFTER UPDATE OF died_on, merged_into, retracted ON "patients" BEGIN
INSERT INTO contact_waiting (patient) SELECT DISTINCT patient FROM contact_people WHERE patient = NEW.id; END`
		// Erasing a person erases that they were on a list.
		made["contact_patients_delete"] = `CREATE TRIGGER "contact_patients_delete" AFTER DELETE ON "patients" BEGIN
DELETE FROM contact_people WHERE patient = OLD.id; DELETE FROM contact_waiting WHERE patient = OLD.id; END`
	}
	if !app.HasTable(ContactWaiting) {
		for trigger := range made {
			made[trigger] = ""
		}
	}
	return made
}
