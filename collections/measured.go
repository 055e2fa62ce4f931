package collections

import (
	"fmt"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// MeasureWaiting is the table of people who are to be counted anew, because who is on which list of people to keep in touch with
// changed: lists do not enter the feed. GoalDays has, of each goal, until when every review left it to be reviewed next: a goal
// itself knows the last. They are no collections.
const (
	MeasureWaiting = "measure_waiting"
	GoalDays       = "goal_days"
)

// measureTriggers note who came onto a list or left one, and what each review of a goal set, whoever writes.
func measureTriggers(app core.App, c *core.Collection) map[string]string {
	made := map[string]string{}
	switch c.Name {
	case care.Caseload: // lists were kept there once
		for _, op := range []string{"insert", "update", "delete"} {
			made["measure_waiting_"+op] = ""
		}
	case care.Patients: // contact_people is no collection: its triggers are made with those of the people on it
		for _, on := range []struct{ op, event, rows string }{
			{"insert", "INSERT ON contact_people", "SELECT NEW.patient"}, {"delete", "DELETE ON contact_people", "SELECT OLD.patient"},
			{"update", "UPDATE OF patient, since, left_at, every_days ON contact_people WHEN (OLD.patient, OLD.since, OLD.left_at, OLD.every_days) IS NOT (NEW.patient, NEW.since, NEW.left_at, NEW.every_days)",
				"SELECT NEW.patient UNION SELECT OLD.patient"},
		} {
			name := "measure_listed_" + on.op
			made[name] = fmt.Sprintf(`CREATE TRIGGER "%s" AFTER %s BEGIN INSERT INTO measure_waiting (patient) %s; END`, name, on.event, on.rows)
			if !app.HasTable(MeasureWaiting) || !app.HasTable(ContactPeople) {
				made[name] = ""
			}
		}
	case care.Goals:
		// A review whose day was put earlier is the same review.
		const note = `DELETE FROM goal_days WHERE goal = NEW.id AND reviewed_on > coalesce(NEW.reviewed_on, '');
INSERT INTO goal_days (goal, reviewed_on, review_on) VALUES (NEW.id, coalesce(NEW.reviewed_on, ''), coalesce(NEW.review_on, ''))
ON CONFLICT (goal, reviewed_on) DO UPDATE SET review_on = excluded.review_on;`
		for op, event := range map[string]string{"insert": "INSERT", "update": "UPDATE OF review_on, reviewed_on"} {
			made["goal_days_"+op] = `CREATE TRIGGER "goal_days_` + op + `" AFTER ` + event + ` ON "goals" BEGIN ` + note + ` END`
		}
		made["goal_days_delete"] = `CREATE TRIGGER "goal_days_delete" AFTER DELETE ON "goals" BEGIN DELETE FROM goal_days WHERE goal = OLD.id; END`
		if !app.HasTable(GoalDays) {
			for name := range made {
				made[name] = ""
			}
		}
	default:
		return nil
	}
	return made
}
