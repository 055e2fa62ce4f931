package collections

import (
	"fmt"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// MeasureWaiting is the table of people who are to be counted anew, because who is on which list of people changed: caseloads
// do not enter the feed. It is no collection.
const MeasureWaiting = "measure_waiting"

// measureTriggers note whose caseload rows changed, whoever writes.
func measureTriggers(app core.App, c *core.Collection) map[string]string {
	if c.Name != care.Caseload {
		return nil
	}
	made := map[string]string{}
	for _, on := range []struct{ op, event, rows string }{
		{"insert", "INSERT", "SELECT NEW.patient"}, {"delete", "DELETE", "SELECT OLD.patient"},
		{"update", `UPDATE OF patient, team, "from", "to", contact_every_days`, "SELECT NEW.patient UNION SELECT OLD.patient"},
	} {
		name := "measure_waiting_" + on.op
		made[name] = fmt.Sprintf(`CREATE TRIGGER "%s" AFTER %s ON "caseload" BEGIN INSERT INTO measure_waiting (patient) %s; END`, name, on.event, on.rows)
		if !app.HasTable(MeasureWaiting) {
			made[name] = ""
		}
	}
	return made
}
