package pbstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
)

const (
	openOfTeams       = ` WHERE ` + care.SQLIssueOpen + ` AND owner_team IN (SELECT value FROM json_each(?1)) AND (opened_at, id) > (?2, ?3)`
	openIssuesOfTeams = `SELECT 'conflicts', id, opened_at AS o FROM conflicts` + openOfTeams +
		` UNION ALL SELECT 'quarantine', id, opened_at FROM quarantine` + openOfTeams + ` ORDER BY 3, 2 LIMIT ?4`
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
func (v *Snapshot) Issues(q IssueQuery) (list []*care.Record, more bool, err error) {
	teams := q.Access.DeskTeams()
	if q.Team != "" {
		teams = slices.DeleteFunc(slices.Clone(teams), func(t string) bool { return t != q.Team })
	}
	own, err := json.Marshal(teams)
	if err != nil {
		return nil, false, err
	}
	var order []string
	found := map[string]*care.Record{}
	ids := map[string][]string{}
	err = v.each(openIssuesOfTeams,
		func(r *sql.Rows) error {
			var collection, id string
			var opened any
			err := r.Scan(&collection, &id, &opened)
			order = append(order, id)
			ids[collection] = append(ids[collection], id)
			return err
		}, string(own), columns.Time(q.After.Opened), q.After.ID, q.Limit+1)
	if err != nil {
		return nil, false, err
	}
	for collection, some := range ids {
		if err := v.load(v.store.tables.byName[collection], some, found); err != nil {
			return nil, false, err
		}
	}
	for _, id := range order[:min(len(order), q.Limit)] {
		list = append(list, found[id])
	}
	return list, len(order) > q.Limit, nil
}

func (v *Snapshot) load(s *table, ids []string, into map[string]*care.Record) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return v.each(s.where(withIDs), func(r *sql.Rows) error {
		rec, err := v.store.scan(s, r)
		if err == nil {
			into[rec.ID] = rec
		}
		return err
	}, string(list))
}

// People reads persons by id.
func (v *Snapshot) People(ids []string) (map[string]*care.Record, error) {
	found := map[string]*care.Record{}
	return found, v.load(v.store.tables.byName[care.Patients], ids, found)
}

// Stored reads one stored record; nil when there is none.
func (v *Snapshot) Stored(collection, id string) (*care.Record, error) {
	found, err := v.StoredAll(collection, []string{id})
	return found[id], err
}

// StoredAll reads stored records of a collection, by id.
func (v *Snapshot) StoredAll(collection string, ids []string) (map[string]*care.Record, error) {
	found := map[string]*care.Record{}
	s := v.store.tables.byName[collection]
	if s == nil {
		return found, nil
	}
	return found, v.load(s, ids, found)
}

// Issue reads one issue of a desk's teams; nil when there is none for it.
func (s *Store) Issue(ctx context.Context, viewer *access.Access, id string) (rec *care.Record, err error) {
	err = s.ReadForPage(ctx, func(v *Snapshot) error {
		found := map[string]*care.Record{}
		for _, name := range []string{care.Conflicts, care.Quarantine} {
			if err := v.load(s.tables.byName[name], []string{id}, found); err != nil {
				return err
			}
		}
		rec = found[id]
		return nil
	})
	if rec != nil && !slices.Contains(viewer.DeskTeams(), care.AsIssue(rec).OwnerTeam()) {
		rec = nil
	}
	return rec, err
}
