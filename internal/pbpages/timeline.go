package pbpages

import (
	"database/sql"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/pbstore"
)

const (
	// personRecords reads the records of a scope, what changed last first: of the collections ?2, before the place ?3, ?4.
	personRecords = `SELECT f.seq, f.n, f.collection, f.record FROM sync_scopes s JOIN sync_feed f ON f.scope = s.id
		WHERE s.name = ?1 AND f.collection IN (SELECT value FROM json_each(?2)) AND (f.seq, f.n) < (?3, ?4) ORDER BY f.seq DESC, f.n DESC LIMIT +?5`
	conflictsAbout = `SELECT id FROM conflicts WHERE record IN (SELECT value FROM json_each(?1))`
	refusedAbout   = `SELECT id FROM quarantine WHERE patient = ?1 ORDER BY id DESC LIMIT +?2`
	phonesOf       = `SELECT c.client, d.id, d.name FROM sync_clients c JOIN devices d ON d.id = c.device WHERE c.client IN (SELECT value FROM json_each(?1))`
)

// timelineOf are the collections whose records a timeline shows. The history of a handover is shown with it.
var timelineOf = []string{care.Patients, care.Visits, care.Observations, care.Checkins, care.Goals, care.GoalSteps, care.Handovers}

// TimelineKey is a place in a timeline: what changed last comes first.
type TimelineKey struct {
	Seq int64 `json:"s"`
	N   int64 `json:"n"`
}

// TimelinePhone is the phone that a change came from.
type TimelinePhone struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Timeline is one page of what is recorded about a person.
type Timeline struct {
	Records   []*care.Record
	Conflicts []*care.Record           // about these records, open and decided
	Phones    map[string]TimelinePhone // by the client under which a phone sent
	Last      TimelineKey
	More      bool
}

// TimelineQuery is one page of the records of a person.
type TimelineQuery struct {
	Access  *access.Access
	Patient string
	After   TimelineKey // zero = from the latest
	Limit   int
}

// Timeline reads a page of a person's records. Who may see what of them is for access.
func (v Pages) Timeline(q TimelineQuery) (t Timeline, err error) {
	if q.After == (TimelineKey{}) {
		q.After = TimelineKey{Seq: 1 << 62}
	}
	numbers := make([]int64, len(timelineOf))
	names := map[int64]string{}
	for i, name := range timelineOf {
		numbers[i] = pbstore.CollectionNumber(name)
		names[numbers[i]] = name
	}
	type place struct {
		key        TimelineKey
		collection string
		id         string
	}
	var places []place
	ids := map[string][]string{}
	err = v.Each(personRecords, func(r *sql.Rows) error {
		var p place
		var number int64
		err := r.Scan(&p.key.Seq, &p.key.N, &number, &p.id)
		p.collection = names[number]
		places = append(places, p)
		return err
	}, access.PersonScope(q.Access.Duty.View, q.Patient), string(care.JSON(numbers)), q.After.Seq, q.After.N, q.Limit+1)
	if err != nil {
		return t, err
	}
	if t.More = len(places) > q.Limit; t.More {
		places = places[:q.Limit]
	}
	for _, p := range places {
		ids[p.collection] = append(ids[p.collection], p.id)
		t.Last = p.key
	}
	found := map[string]map[string]*care.Record{}
	for collection, some := range ids {
		if found[collection], err = v.StoredAll(collection, some); err != nil {
			return t, err
		}
	}
	var clients, records []string
	for _, p := range places {
		rec := found[p.collection][p.id]
		if rec == nil { // deleted since
			continue
		}
		t.Records = append(t.Records, rec)
		records, clients = append(records, rec.ID), append(clients, rec.Client)
		for _, c := range rec.Changed {
			clients = append(clients, c.Client)
		}
	}
	var about []string
	if err = v.Each(conflictsAbout, idsInto(&about), jsonList(sortedSet(records))); err != nil {
		return t, err
	}
	if t.Conflicts, err = v.issues(care.Conflicts, about); err != nil {
		return t, err
	}
	t.Phones = map[string]TimelinePhone{}
	return t, v.Each(phonesOf, func(r *sql.Rows) error {
		var client string
		var p TimelinePhone
		err := r.Scan(&client, &p.ID, &p.Name)
		t.Phones[client] = p
		return err
	}, jsonList(sortedSet(clients)))
}

// Refused reads the last changes about a person that were not stored, or not whole, decided ones too.
func (v Pages) Refused(patient string, limit int) ([]*care.Record, error) {
	var ids []string
	if err := v.Each(refusedAbout, idsInto(&ids), patient, limit); err != nil {
		return nil, err
	}
	return v.issues(care.Quarantine, ids)
}

// idsInto collects the first column.
func idsInto(ids *[]string) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		*ids = append(*ids, id)
		return err
	}
}

// issues reads conflicts or kept changes by id, in that order.
func (v Pages) issues(collection string, ids []string) (list []*care.Record, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := v.StoredAll(collection, ids)
	for _, id := range ids {
		if found[id] != nil {
			list = append(list, found[id])
		}
	}
	return list, err
}
