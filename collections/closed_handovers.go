package collections

import (
	"fmt"
	"strings"

	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// ClosedHandovers is the table that lists, by holder, what is closed; see FileClosed. It is no collection.
const ClosedHandovers = "closed_handovers"

// ClosingEvents are the events that close a handover; handover.Closing lists the same.
var ClosingEvents = []string{"answered", "joined", "stood_down"}

var closingEvents = `('` + strings.Join(ClosingEvents, `', '`) + `')`

// FileClosed are the statements that list a handover under everybody who had a part in it, if it is closed, and under
// nobody if it is not. The id is SQL: a parameter, or a column in a trigger.
//
// Events that were sent again have one number: then their ids tell which came first.
//
// The latest event that closed it says when and by whom; where somebody closed it past the engine and left no event,
// it is listed at the time it was raised. The numbers say how a team had a part: 1 it was there when it closed, 2 it
// had been escalated away and could still be answered there, 3 the team had handed it on, declined it, or had it
// before somebody else handed it on. What had nowhere to go is listed under no team, which is the coordinators'.
func FileClosed(id string) []string {
	from := `CASE WHEN json_valid(CAST(e.detail AS TEXT)) THEN CAST(e.detail AS TEXT) ->> 'from' END`
	parts := `
		SELECT 'to:' || to_team AS holder, 1 AS how FROM handovers WHERE id = :id
		UNION ALL SELECT 'to:' || ` + from + `, CASE WHEN EXISTS (SELECT 1 FROM handover_events l WHERE l.handover = :id AND
			(l.kind = 'handed_on' AND (l.version, l.id) > (e.version, e.id) OR l.kind = 'declined' AND l.team = ` + from + `)) THEN 3 ELSE 2 END
			FROM handover_events e WHERE e.handover = :id AND e.kind = 'escalated' AND ` + from + ` <> ''
		UNION ALL SELECT 'to:' || team, 3 FROM handover_events WHERE handover = :id AND kind IN ('handed_on', 'declined') AND team <> ''
		UNION ALL SELECT 'from:' || from_team, 0 FROM handovers WHERE id = :id AND from_team <> ''
		UNION ALL SELECT 'by:' || from_staff || ':' || from_team, 0 FROM handovers WHERE id = :id AND from_staff <> ''
		UNION ALL SELECT 'of:' || owner, 0 FROM handovers WHERE id = :id AND owner <> ''
		UNION ALL SELECT 'of:' || acknowledged_by, 0 FROM handovers WHERE id = :id AND acknowledged_by <> ''`
	last := func(column string) string {
		return `(SELECT ` + column + ` FROM handover_events WHERE handover = :id AND kind IN ` + closingEvents + ` ORDER BY version DESC, id DESC LIMIT 1)`
	}
	statements := []string{
		`DELETE FROM closed_handovers WHERE handover = :id`,
		`INSERT INTO closed_handovers (holder, at, handover, how, "by", class, state)
			SELECT part.holder, coalesce(nullif(` + last("at") + `, ''), h.raised_at, ''), h.id, min(part.how), coalesce(` + last(`"by"`) + `, ''), h.class, h.state
			FROM handovers h, (` + parts + `) part WHERE h.id = :id AND h.state IN ` + care.SQLClosed + ` GROUP BY part.holder`,
	}
	for i, s := range statements {
		statements[i] = withID(s, id)
	}
	return statements
}

// withID puts SQL in the place of the id of a handover.
func withID(statement, id string) string { return strings.ReplaceAll(statement, ":id", id) }

// closedTriggers keep the list of closed handovers, whoever writes: the engine, the dashboard, a cascade or raw SQL.
// They are made once there is such a list.
func closedTriggers(app core.App, name string) map[string]string {
	made := map[string]string{}
	file := func(trigger, on, id string) {
		made[trigger] = fmt.Sprintf("CREATE TRIGGER \"%s\" AFTER %s BEGIN\n%s;\nEND", trigger, on, strings.Join(FileClosed(id), ";\n"))
	}
	switch name {
	case care.Handovers:
		file("closed_handovers_insert", `INSERT ON "handovers" WHEN NEW.state IN `+care.SQLClosed, "NEW.id")
		file("closed_handovers_update", `UPDATE OF state, class, to_team, from_team, from_staff, owner, acknowledged_by ON "handovers" WHEN NEW.state IN `+
			care.SQLClosed+` OR OLD.state IN `+care.SQLClosed, "NEW.id")
		made["closed_handovers_delete"] = `CREATE TRIGGER "closed_handovers_delete" AFTER DELETE ON "handovers" BEGIN ` + FileClosed("OLD.id")[0] + `; END`
	case care.HandoverEvents:
		file("closed_handovers_event", `INSERT ON "handover_events" WHEN NEW.kind IN `+closingEvents, "NEW.handover")
	}
	if !app.HasTable(ClosedHandovers) {
		for trigger := range made {
			made[trigger] = ""
		}
	}
	return made
}
