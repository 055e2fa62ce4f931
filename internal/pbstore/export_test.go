package pbstore

import "database/sql"

// InboxPlans are what SQLite says it will do for each statement behind the closed part of an inbox.
func (v *Snapshot) InboxPlans(q InboxQuery) (plans []string, err error) {
	err = q.eachRun(closedStatesList, q.Limit+1, func(query string, args []any) error {
		return v.each("EXPLAIN QUERY PLAN "+query, func(r *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			plans = append(plans, detail)
			return err
		}, args...)
	})
	return plans, err
}
