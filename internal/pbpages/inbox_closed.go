package pbpages

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"math"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
)

// run is one stretch of an index over closed handovers, the latest last: those with one value in one
// column, of one state and one class. What a viewer sees of what is closed is a few runs merged, so that
// a page costs its own length, however much a team has closed in its time.
type run struct {
	column, value string // indexed with state, class, version and id; see collections.Handovers
	and           string // on what the index finds: such that most of it passes, or part of the index
	from          string // the team in from_team, where and asks for it
}

// runs are the runs behind a query about these teams, and these of the viewer's own. They have no
// handover in common.
func (q *InboxQuery) runs(teams, own []string) []run {
	column, visible := "to_team", `to_team IN (SELECT value FROM json_each(?4))`
	if q.Side == access.Sent {
		column, visible = "from_team", visibleSentRun
	}
	if q.Mine {
		return []run{{column: "owner", value: q.Access.Staff, and: visible}, {column: "acknowledged_by", value: q.Access.Staff, and: visible + ` AND owner <> ?1`}}
	}
	list := make([]run, 0, len(teams)+len(own))
	for _, t := range teams {
		list = append(list, run{column: column, value: t, and: "true"})
	}
	for _, t := range own {
		if q.Side == access.Sent && !slices.Contains(teams, t) {
			list = append(list, run{column: "from_staff", value: q.Access.Staff, and: "from_team = ?9", from: t})
		}
	}
	return list
}

const visibleSentRun = `(from_team IN (SELECT value FROM json_each(?4)) OR from_team IN (SELECT value FROM json_each(?5)) AND from_staff = ?1)`

// query reads the latest of a run before a place in it: ?1 is the run's value, ?2 and ?3 its state and
// class, ?4 and ?5 teams, ?6 and ?7 the place, ?8 how many, ?9 the team in from_team.
func (r run) query() string {
	return `SELECT id, version FROM handovers WHERE ` + r.column + ` = ?1 AND state = ?2 AND class = ?3 AND (` + care.SQLClosedIndexed + `)
		AND ` + r.and + ` AND (version, id) < (?6, ?7) AND ?9 IS NOT NULL ORDER BY version DESC, id DESC LIMIT ?8`
}

// closedKey is the place of a closed handover: the latest first.
type closedKey struct {
	id      string
	version int64
}

// closed reads at most limit of what is closed, from the place after which q goes on.
func (v Pages) closed(q *InboxQuery, states []string, limit int) ([]InboxRow, error) {
	keys, err := v.closedKeys(q, states, limit)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	ids := make([]string, len(keys))
	place := make(map[string]int, len(keys))
	for i, k := range keys {
		ids[i], place[k.id] = k.id, i
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows := make([]InboxRow, 0, len(keys))
	err = v.Each(inboxRows(), func(r *sql.Rows) error {
		row, err := v.scanInbox(r)
		rows = append(rows, row)
		return err
	}, string(list))
	slices.SortFunc(rows, func(a, b InboxRow) int { return cmp.Compare(place[a.Key.ID], place[b.Key.ID]) })
	return rows, err
}

func (v Pages) closedKeys(q *InboxQuery, states []string, limit int) ([]closedKey, error) {
	var keys []closedKey
	err := q.eachRun(states, limit, func(query string, args []any) error {
		return v.Each(query, func(r *sql.Rows) error {
			var k closedKey
			err := r.Scan(&k.id, &k.version)
			keys = append(keys, k)
			return err
		}, args...)
	})
	slices.SortFunc(keys, func(a, b closedKey) int { return cmp.Or(cmp.Compare(b.version, a.version), cmp.Compare(b.id, a.id)) })
	return keys[:min(len(keys), limit)], err
}

// eachRun hands out the statements of a query with their arguments.
func (q *InboxQuery) eachRun(states []string, limit int, do func(query string, args []any) error) error {
	version, id := int64(math.MaxInt64), ""
	if q.After != nil && q.After.Closed == 1 {
		version, id = int64(-q.After.Age), q.After.ID
	}
	teams, own := q.reach()
	seen, mine := jsonList(teams), jsonList(own)
	classes := append([]string{""}, care.Classes...) // "": written past us
	if q.Class != "" {
		classes = []string{q.Class}
	}
	for _, r := range q.runs(teams, own) {
		for _, state := range states {
			for _, class := range classes {
				if err := do(r.query(), []any{r.value, state, class, seen, mine, version, id, limit, r.from}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
