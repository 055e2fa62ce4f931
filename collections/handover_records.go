package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverRecords is the table that says which handovers tell of a record: of the visit they are about, and of what
// they rest on. By it the few that a change concerns are found among all of a person. It is no collection. What is in it
// stays, and a handover that has gone is found by nobody.
const HandoverRecords = "handover_records"

// fileRecords lists a handover under the records that it tells of. What it keeps of them was written by the server; in
// what somebody has spoiled past it nothing is found.
const fileRecords = `INSERT INTO handover_records (record, handover) SELECT told.record, told.handover FROM (
		SELECT h.visit AS record, h.id AS handover FROM handovers h WHERE h.id = :id AND h.visit <> ''
		UNION SELECT CASE r.type WHEN 'object' THEN r.value ->> 'id' END, h.id FROM handovers h,
			json_each(CASE WHEN json_valid(CAST(h.evidence AS TEXT)) THEN CAST(h.evidence AS TEXT) ELSE '{}' END, '$.records') r WHERE h.id = :id) told
	WHERE told.record <> '' AND NOT EXISTS (SELECT 1 FROM handover_records k WHERE k.record = told.record AND k.handover = told.handover)`

// FileRecords is the statement that lists a handover under the records that it tells of. The id is SQL: a parameter, or
// a column in a trigger.
func FileRecords(id string) string { return withID(fileRecords, id) }

// recordTriggers keep that list, whoever writes. They are made once there is one.
func recordTriggers(app core.App, name string) map[string]string {
	if name != care.Handovers {
		return nil
	}
	made := map[string]string{"handover_records_insert": "", "handover_records_update": ""}
	if app.HasTable(HandoverRecords) {
		made["handover_records_insert"] = `CREATE TRIGGER "handover_records_insert" AFTER INSERT ON "handovers" BEGIN ` + FileRecords("NEW.id") + `; END`
		made["handover_records_update"] = `CREATE TRIGGER "handover_records_update" AFTER UPDATE OF visit, evidence ON "handovers"
			WHEN NEW.visit IS NOT OLD.visit OR NEW.evidence IS NOT OLD.evidence BEGIN ` + FileRecords("NEW.id") + `; END`
	}
	return made
}
