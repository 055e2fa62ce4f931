package pbpages

import (
	"database/sql"
	"maps"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	openOfTeams       = ` WHERE ` + care.SQLIssueOpen + ` AND owner_team IN (SELECT value FROM json_each(?1)) AND (opened_at, id) > (?2, ?3)`
	openIssuesOfTeams = `SELECT 'conflicts', id, opened_at AS o FROM conflicts` + openOfTeams +
		` UNION ALL SELECT 'quarantine', id, opened_at FROM quarantine` + openOfTeams + ` ORDER BY 3, 2 LIMIT +?4`
)

// IssueKey is a place in the order of a desk's issues: oldest first.
type IssueKey struct {
	Opened string `json:"o"`
	ID     string `json:"i"`
}

// IssueQuery is one page of what a desk must decide.
type IssueQuery struct {
	Access *access.Access
	Team   string // one of the desk's teams, "" = all
	After  IssueKey
	Limit  int
}

// Issues reads the open conflicts and quarantined changes of a desk's teams.
func (v Pages) Issues(q IssueQuery) (list []*care.Record, more bool, err error) {
	teams := q.Access.DeskTeams()
	if q.Team != "" {
		teams = slices.DeleteFunc(slices.Clone(teams), func(t string) bool { return t != q.Team })
	}
	var order []string
	ids := map[string][]string{}
	err = v.Each(openIssuesOfTeams,
		func(r *sql.Rows) error {
			var collection, id string
			var opened any
			err := r.Scan(&collection, &id, &opened)
			order = append(order, id)
			ids[collection] = append(ids[collection], id)
			return err
		}, jsonList(teams), columns.Time(q.After.Opened), q.After.ID, q.Limit+1)
	if err != nil {
		return nil, false, err
	}
	found := map[string]*care.Record{}
	for collection, some := range ids {
		issues, err := v.StoredAll(collection, some)
		if err != nil {
			return nil, false, err
		}
		maps.Copy(found, issues)
	}
	for _, id := range order[:min(len(order), q.Limit)] {
		list = append(list, found[id])
	}
	return list, len(order) > q.Limit, nil
}
