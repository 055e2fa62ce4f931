package pbpages

import (
	"database/sql"
	"errors"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/desk"
)

// ClosedPlans are what SQLite says it will do for each statement behind the closed part of an inbox.
func (v Pages) ClosedPlans(q InboxQuery) (plans []string, err error) {
	states := care.StatesThat(care.State.Closed)
	explain := func(statement, holder string, others []string) {
		err = errors.Join(err, v.Each("EXPLAIN QUERY PLAN "+statement, func(r *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := r.Scan(&id, &parent, &unused, &detail)
			plans = append(plans, detail)
			return err
		}, q.closedArgs(holder, others, states, q.Limit+1)...))
	}
	for _, h := range q.holders() {
		explain(closedOfHolder, h, nil)
	}
	explain(closedOfBoth, "of:"+q.Access.Staff, q.holders())
	return plans, err
}

// MostLookedAt is how many closed handovers one page looks through.
const MostLookedAt = mostLookedAt

// Built are the statements that functions make, by the name of the function and, where it makes several, what they
// are for: one of each form.
func Built() map[string]map[string]string {
	built := map[string]map[string]string{"caseloadPage": {}, "foundPeople": {}, "inboxPage": {}, "inboxRow": {"": inboxRow()}, "inboxRows": {"": inboxRows()}, "inboxSome": {"": inboxSome()},
		"inboxFrom": {"": inboxFrom("?1", `id = ?`)}, "trendSets": {"": trendSets()}, "historyOf": {"": historyOf()}, "openAbout": {"": openAbout()}, "origins": {},
		"devicePage": {"": devicePage()}, "devicesWithWork": {"": devicesWithWork()}}
	for _, c := range evidence {
		built["origins"][c] = origins(c)
	}
	for _, q := range []desk.CaseloadQuery{{Patient: "p"}, {Team: "t"}, {Staff: "s"}} {
		built["caseloadPage"][q.Patient+q.Team+q.Staff] = caseloadPage(q)
		q.Only = &desk.Holders{}
		built["caseloadPage"][q.Patient+q.Team+q.Staff+", some holders"] = caseloadPage(q)
	}
	built["foundPeople"]["clinical"], built["foundPeople"]["limited"] = foundPeople(false, true), foundPeople(true, true)
	built["foundPeople"]["clinical, unindexed"], built["foundPeople"]["limited, unindexed"] = foundPeople(false, false), foundPeople(true, false)
	viewer := access.NewIndex(func() time.Time { return time.Time{} }).Of(care.Viewer{Staff: "s", Role: care.CareCoordinator, Teams: []string{"a", "b"}})
	for _, q := range []InboxQuery{{Side: access.Received}, {Side: access.Sent}, {Side: access.Received, Mine: true}, {Side: access.Sent, Mine: true}} {
		q.Access = viewer
		form := q.Side
		if q.Mine {
			form += ", mine"
		}
		where, _ := q.inStates([]string{string(care.Sent), string(care.Acknowledged)})
		built["inboxPage"][form] = inboxPage(where)
	}
	return built
}
