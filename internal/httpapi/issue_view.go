package httpapi

import (
	"maps"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

// viewIssues shapes issues for a desk that owns them: both sides, who, when, about whom.
func (a *API) viewIssues(v *pbstore.Snapshot, who *access.Access, issues []*care.Record) ([]access.IssueSeen, error) {
	var patients []string
	for _, rec := range issues {
		if id := rec.Person(); id != "" {
			patients = append(patients, id)
		}
	}
	people, err := v.People(patients)
	if err != nil {
		return nil, err
	}
	concerns, err := v.Concerns(issues...)
	if err != nil {
		return nil, err
	}
	list := make([]access.IssueSeen, 0, len(issues))
	for _, rec := range issues {
		view := who.SeeIssue(rec, true, concerns)
		owner := view.Text("owner_team")
		for _, name := range []string{"kept_by", "lost_by", "author", "resolved_by"} {
			if id, there := view[name]; there {
				by, _ := id.(string)
				view[name] = a.Store.Access.NamedStaff(by)
			}
		}
		view["owner_team"], view["version"] = a.Store.Access.NamedTeam(owner), rec.Version
		if !view.Hides() {
			if view["stored"], err = a.storedNow(v, who, view); err != nil {
				return nil, err
			}
		}
		if id := view.Patient(); id != "" {
			view["patient"] = who.SeePersonNear(id, people[id])
		}
		list = append(list, view)
	}
	return list, nil
}

// largeInList is how long one field of an issue may be in a list, as JSON in bytes. A change that was held back is
// quoted whole, up to 256 kB of it, and a list shows none of that.
const largeInList = 4 << 10

// leaveOutLarge takes out of an issue in a list what would make the list long, and names it: who reads the issue by
// itself gets all of it.
func leaveOutLarge(issue access.IssueSeen) {
	var left []string
	for _, name := range []string{"before", "content", "kept", "lost", "raw", "resolution", "stored"} {
		if len(care.JSON(issue[name])) > largeInList {
			left = append(left, name)
			delete(issue, name)
		}
	}
	if left != nil {
		issue["left_out"] = left
	}
}

// StoredNow is the value a field has now, which may be another than when the issue was opened.
type StoredNow struct {
	Value any         `json:"value"`
	By    *care.Named `json:"by"` // nil = the server, or nobody yet
	At    string      `json:"at,omitempty"`
}

// storedNow reads what stands in the field that an open issue is about; nil where there is none.
func (a *API) storedNow(v *pbstore.Snapshot, who *access.Access, issue access.IssueSeen) (*StoredNow, error) {
	if issue.Text("state") != care.IssueOpen {
		return nil, nil
	}
	rec, err := v.Stored(issue.Text("collection"), issue.Text("record"))
	if err != nil || rec == nil {
		return nil, err
	}
	value, last, shown := who.SeeStored(rec, issue.Text("field"))
	if !shown {
		return nil, nil
	}
	return &StoredNow{Value: value, By: a.Store.Access.NamedStaff(last.Author), At: care.Stamp(last.At)}, nil
}

// StoredRecord is a record as it stands that a kept change would alter: what others have recorded of it since.
type StoredRecord struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	// Fields are those that hold something, by name.
	Fields map[string]StoredNow `json:"fields"`
}

// mostStored is how many records are shown beside a kept change, of each collection.
const mostStored = 20

// storedRecords reads what stands in the records that a held change would alter, as far as its reader may see them.
func (a *API) storedRecords(v *pbstore.Snapshot, who *access.Access, issue *care.Record) ([]StoredRecord, error) {
	list := []StoredRecord{}
	changed := access.RecordsChanged(issue)
	for _, collection := range slices.Sorted(maps.Keys(changed)) {
		ids := changed[collection][:min(len(changed[collection]), mostStored)]
		found, err := v.StoredAll(collection, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if rec := found[id]; rec != nil {
				list = append(list, a.storedRecord(who, rec))
			}
		}
	}
	return slices.DeleteFunc(list, func(r StoredRecord) bool { return len(r.Fields) == 0 }), nil
}

func (a *API) storedRecord(who *access.Access, rec *care.Record) StoredRecord {
	stored := StoredRecord{Collection: rec.Collection.Name, ID: rec.ID, Fields: map[string]StoredNow{}}
	for i := range rec.Collection.Fields {
		f := &rec.Collection.Fields[i]
		if value, last, shown := who.SeeStored(rec, f.Name); shown && value != nil && f.Name != care.CorrectedField && f.Name != "patient" {
			stored.Fields[f.Name] = StoredNow{Value: value, By: a.Store.Access.NamedStaff(last.Author), At: care.Stamp(last.At)}
		}
	}
	return stored
}
