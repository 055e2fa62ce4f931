package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// HandoverRecords is the table that says which handovers tell of a record: of the visit they are about, and of what
// they rest on. By it the few that a change concerns are found among all of a person. It is no collection. What is in it
// stays, and a handover that has gone is found by nobody.
const HandoverRecords = "handover_records"

// FileRecords is the statement that lists handovers under the records that they tell of, all that there are. What they keep
// of them was written by the server; in what somebody has spoiled past it nothing is found.
var FileRecords = fileRecords("h.", "handovers h,", "FROM handovers h")

// fileRecords takes its handover from a row: of a table, or the new one of a trigger, which need not be looked for.
func fileRecords(row, before, from string) string {
	evidence := `CAST(` + row + `evidence AS TEXT)`
	return `INSERT INTO handover_records (record, handover) SELECT told.record, told.handover FROM (
		SELECT ` + row + `visit AS record, ` + row + `id AS handover ` + from + `
		UNION SELECT CASE r.type WHEN 'object' THEN r.value ->> 'id' END, ` + row + `id
			FROM ` + before + ` json_each(CASE WHEN json_valid(` + evidence + `) THEN ` + evidence + ` ELSE '{}' END, '$.records') r) told
	WHERE told.record <> '' AND NOT EXISTS (SELECT 1 FROM handover_records k WHERE k.record = told.record AND k.handover = told.handover)`
}

// recordTriggers keep that list, whoever writes. They are made once there is one.
func recordTriggers(app core.App, name string) map[string]string {
	if name != care.Handovers {
		return nil
	}
	made := map[string]string{"handover_records_insert": "", "handover_records_update": ""}
	if app.HasTable(HandoverRecords) {
		file := fileRecords("NEW.", "", "")
		made["handover_records_insert"] = `CREATE TRIGGER "handover_records_insert" AFTER INSERT ON "handovers" BEGIN ` + file + `; END`
		made["handover_records_update"] = `CREATE TRIGGER "handover_records_update" AFTER UPDATE OF visit, evidence ON "handovers"
			WHEN NEW.visit IS NOT OLD.visit OR NEW.evidence IS NOT OLD.evidence BEGIN ` + file + `; END`
	}
	return made
}
