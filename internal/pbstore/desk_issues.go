package pbstore

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
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
	teams = (&InboxQuery{Team: q.Team}).narrow(teams)
	own, err := json.Marshal(teams)
	if err != nil {
		return nil, false, err
	}
	const of = ` WHERE state = 'open' AND owner_team IN (SELECT value FROM json_each(?1)) AND (opened_at, id) > (?2, ?3)`
	var order []string
	found := map[string]*care.Record{}
	ids := map[string][]string{}
	err = v.each(`SELECT 'conflicts', id, opened_at AS o FROM conflicts`+of+` UNION ALL SELECT 'quarantine', id, opened_at FROM quarantine`+of+` ORDER BY 3, 2 LIMIT ?4`,
		func(r *sql.Rows) error {
			var collection, id string
			var opened any
			err := r.Scan(&collection, &id, &opened)
			order = append(order, id)
			ids[collection] = append(ids[collection], id)
			return err
		}, string(own), columnTime(q.After.Opened), q.After.ID, q.Limit+1)
	if err != nil {
		return nil, false, err
	}
	for collection, some := range ids {
		if err := v.load(v.store.shapes.byName[collection], some, found); err != nil {
			return nil, false, err
		}
	}
	for _, id := range order[:min(len(order), q.Limit)] {
		list = append(list, found[id])
	}
	return list, len(order) > q.Limit, nil
}

func (v *Snapshot) load(s *shape, ids []string, into map[string]*care.Record) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return v.each(s.selects+` WHERE id IN (SELECT value FROM json_each(?))`, func(r *sql.Rows) error {
		rec, err := s.scan(r)
		if err == nil {
			into[rec.ID] = rec
		}
		return err
	}, string(list))
}

// People reads persons by id.
func (v *Snapshot) People(ids []string) (map[string]*care.Record, error) {
	found := map[string]*care.Record{}
	return found, v.load(v.store.shapes.byName[care.Patients], ids, found)
}

// IssueView shapes issues for a desk that owns them: both sides, who, when, about whom.
func (s *Store) IssueView(v *Snapshot, viewer *access.Access, issues []*care.Record) ([]json.RawMessage, error) {
	var patients []string
	for _, rec := range issues {
		if id := rec.Text("patient"); id != "" {
			patients = append(patients, id)
		}
	}
	people, err := v.People(patients)
	if err != nil {
		return nil, err
	}
	list := make([]json.RawMessage, 0, len(issues))
	for _, rec := range issues {
		raw, err := IssueJSON(rec, s.mayReadIssue(viewer, rec))
		if err != nil {
			return nil, err
		}
		var view map[string]any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if err := decoder.Decode(&view); err != nil {
			return nil, err
		}
		for _, name := range []string{"kept_by", "lost_by", "author", "resolved_by"} {
			if _, there := rec.Collection.Field(name); there {
				view[name] = s.NamedStaff(rec.Text(name))
			}
		}
		view["owner_team"], view["version"] = s.NamedTeam(rec.Text("owner_team")), rec.Version
		if view["hidden"] == nil {
			if view["stored"], err = s.storedNow(v, viewer, rec); err != nil {
				return nil, err
			}
		}
		if id := rec.Text("patient"); id != "" {
			view["patient"] = s.personView(viewer, FullView, id, people[id])
		}
		if raw, err = json.Marshal(view); err != nil {
			return nil, err
		}
		list = append(list, raw)
	}
	return list, nil
}

// StoredNow is the value a field has now, which may be another than when the issue was opened.
type StoredNow struct {
	Value any         `json:"value"`
	By    *care.Named `json:"by"` // nil = the server, or nobody yet
	At    string      `json:"at,omitempty"`
}

// storedNow reads what stands in the field that an open issue is about; nil where there is none.
func (s *Store) storedNow(v *Snapshot, viewer *access.Access, issue *care.Record) (*StoredNow, error) {
	c, ok := care.ByName(issue.Text("collection"))
	if !ok || issue.Text("state") != "open" || s.shapes.byName[c.Name] == nil {
		return nil, nil
	}
	f, ok := c.Field(issue.Text("field"))
	if !ok || f.Sealed || !f.Limited && !viewer.Clinical() {
		return nil, nil
	}
	found := map[string]*care.Record{}
	if err := v.load(s.shapes.byName[c.Name], []string{issue.Text("record")}, found); err != nil {
		return nil, err
	}
	rec := found[issue.Text("record")]
	if rec == nil {
		return nil, nil
	}
	last := rec.LastChange(f.Name)
	return &StoredNow{Value: rec.Get(f.Name), By: s.NamedStaff(last.Author), At: care.Stamp(last.At)}, nil
}

// mayReadIssue: a clinical viewer reads the content of an issue they get; a limited one only what
// lies in their own projection, or came from somebody whose own view is limited and is about records
// that have such a view: a nurse who became a volunteer wrote other things before.
func (s *Store) mayReadIssue(v *access.Access, rec *care.Record) bool {
	if maybeSafeguarding(rec) {
		return false
	}
	switch v.Duty.View {
	case care.Clinical:
		return true
	case care.NoRecords:
		return false
	case care.Limited:
	}
	if rec.Collection.Name == care.Conflicts {
		c, ok := care.ByName(rec.Text("collection"))
		if !ok {
			return false
		}
		f, ok := c.Field(rec.Text("field"))
		return rec.Text("field") == "" || ok && f.Limited
	}
	return s.Access.ViewOf(rec.Text("author")) == care.Limited && !clinicalContent(rec)
}

// clinicalContent says whether any part of what quarantine keeps is about records of which a limited
// viewer sees no field. What cannot be read may be.
func clinicalContent(rec *care.Record) bool {
	names := []string{rec.Text("collection")}
	if rec.Text("kind") == "mutation" {
		var kept struct {
			Ops []struct {
				Collection string `json:"collection"`
			} `json:"ops"`
		}
		raw, ok := rec.Get("content").(json.RawMessage)
		if !ok || json.Unmarshal(raw, &kept) != nil {
			return true
		}
		for _, op := range kept.Ops {
			names = append(names, op.Collection)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		c, ok := care.ByName(name)
		return ok && !slices.ContainsFunc(c.Fields, func(f care.Field) bool { return f.Limited })
	})
}

// maybeSafeguarding says whether a change that could not be read might be about safeguarding. In one that
// could, IssueJSON seals what is for the safeguarding lead only.
func maybeSafeguarding(rec *care.Record) bool {
	raw := ""
	if rec.Collection.Name == care.Quarantine {
		raw = rec.Text("raw")
	}
	if raw == "" {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(raw)
	return err != nil || bytes.Contains(b, []byte("safeguarding")) || bytes.Contains(b, []byte(`"SG"`))
}

// Issue reads one issue of a desk's teams; nil when there is none for it.
func (s *Store) Issue(ctx context.Context, viewer *access.Access, id string) (rec *care.Record, err error) {
	err = s.Read(ctx, func(v *Snapshot) error {
		found := map[string]*care.Record{}
		for _, name := range []string{care.Conflicts, care.Quarantine} {
			if err := v.load(s.shapes.byName[name], []string{id}, found); err != nil {
				return err
			}
		}
		rec = found[id]
		return nil
	})
	if rec != nil && !slices.Contains(viewer.DeskTeams(), rec.Text("owner_team")) {
		rec = nil
	}
	return rec, err
}
