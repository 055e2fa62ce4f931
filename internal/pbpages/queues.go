package pbpages

import (
	"time"

	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/desk"
)

const (
	handoverCounts = `WITH mine AS (
		SELECT id FROM handovers WHERE to_team IN (SELECT value FROM json_each(?1)) AND state IN ` + care.SQLOpen + `
		UNION SELECT id FROM handovers WHERE from_team IN (SELECT value FROM json_each(?1)) AND from_team <> '' AND state IN ` + care.SQLOpen + `)
		SELECT count(*), coalesce(sum(state = 'no_destination'), 0), coalesce(sum(state = 'call_needed'), 0),
			coalesce(sum(state = 'failed' OR (` + dueColumn + `) <> '' AND (` + dueColumn + `) <= ?2), 0)
		FROM handovers WHERE id IN (SELECT id FROM mine)`
	issueCounts = `SELECT count(*), coalesce(sum(due_at <> '' AND due_at <= ?2), 0) FROM (
		SELECT due_at FROM conflicts WHERE ` + care.SQLIssueOpen + ` AND owner_team IN (SELECT value FROM json_each(?1))
		UNION ALL SELECT due_at FROM quarantine WHERE ` + care.SQLIssueOpen + ` AND owner_team IN (SELECT value FROM json_each(?1)))`
	silentDevices = `SELECT count(*) FROM devices WHERE staff IN (SELECT value FROM json_each(?1)) AND state IN ('active', 'draining') AND last_seen < ?2`
)

// Queues implements desk.QueueCounts.
func (v Pages) Queues(teams, staff []string, now, silentSince time.Time) (q desk.Queues, err error) {
	err = v.Row(handoverCounts, jsonList(teams), columns.Stamp(now)).Scan(&q.Open, &q.NoDestination, &q.CallNeeded, &q.Overdue)
	if err != nil {
		return q, err
	}
	if err = v.Row(issueCounts, jsonList(teams), columns.Stamp(now)).Scan(&q.Issues, &q.IssuesOverdue); err != nil {
		return q, err
	}
	err = v.Row(silentDevices, jsonList(staff), columns.Stamp(silentSince)).Scan(&q.SilentDevices)
	return q, err
}
