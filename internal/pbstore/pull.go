package pbstore

import (
	"database/sql"
	"maps"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/rendered"
	"doorstep/internal/wire"
)

const (
	feedOfRanges = `SELECT f.scope, f.seq, f.collection, f.record
			FROM json_each(?) r CROSS JOIN sync_feed f INDEXED BY sync_feed_scope
			WHERE f.scope = r.value ->> 's' AND f.seq > r.value ->> 'f' AND f.seq <= ? LIMIT +?`
	feedOfChange    = `SELECT scope, seq, collection, record FROM sync_feed WHERE seq = ? AND scope = ? ORDER BY n`
	handoverClasses = `SELECT id, class FROM handovers WHERE ` + withIDs + ` UNION ALL SELECT e.id, h.class FROM handover_events e JOIN handovers h ON h.id = e.handover WHERE e.` + withIDs
)

// FeedRow is one line of the feed: a record that moved in a scope.
type FeedRow struct {
	Scope, Seq, Collection int64
	Record                 string
}

// issuesAtOnce are in one page at most: some 16 MB if each is as large as one may be.
const issuesAtOnce = 64

// rangesAtOnce scopes are read by one statement.
const rangesAtOnce = 200

// Feed reads the ranges in their order (a cross join walks its left side as it comes, and the index
// gives each scope by number: nothing is sorted, and nothing beyond the limit is read), up to a number. It returns at most limit rows and never
// splits a change: cut says that there is more after the last row.
func (v *Snapshot) Feed(ranges []access.Range, until int64, limit int) (rows []FeedRow, cut bool, err error) {
	for len(ranges) > 0 && len(rows) <= limit {
		n := min(rangesAtOnce, len(ranges))
		list := string(care.JSON(ranges[:n]))
		ranges = ranges[n:]
		err = v.each(feedOfRanges, func(r *sql.Rows) error {
			var row FeedRow
			err := r.Scan(&row.Scope, &row.Seq, &row.Collection, &row.Record)
			rows = append(rows, row)
			return err
		}, list, until, limit+1-len(rows))
		if err != nil {
			return nil, false, err
		}
	}
	if limit = v.fit(rows, limit); len(rows) <= limit {
		return rows, false, nil
	}
	// One row too many was asked for; give back whole changes only.
	last := rows[limit]
	rows = rows[:limit]
	for len(rows) > 0 && rows[len(rows)-1].Scope == last.Scope && rows[len(rows)-1].Seq == last.Seq {
		rows = rows[:len(rows)-1]
	}
	if len(rows) == 0 { // one change larger than a page: it goes whole
		rows, err = v.change(last.Scope, last.Seq)
	}
	return rows, true, err
}

// fit is how many of the rows one page takes, limit at most. An issue may quote a whole change, so that a page takes
// few of them, however small they are.
func (v *Snapshot) fit(rows []FeedRow, limit int) int {
	conflicts, quarantine := v.store.tables.byName[care.Conflicts].number, v.store.tables.byName[care.Quarantine].number
	issues := 0
	for i, row := range rows {
		if row.Collection == conflicts || row.Collection == quarantine {
			if issues++; issues > issuesAtOnce {
				return min(i, limit)
			}
		}
	}
	return limit
}

// change reads everything one change moved in a scope.
func (v *Snapshot) change(scope, seq int64) (rows []FeedRow, err error) {
	err = v.each(feedOfChange, func(r *sql.Rows) error {
		var row FeedRow
		err := r.Scan(&row.Scope, &row.Seq, &row.Collection, &row.Record)
		rows = append(rows, row)
		return err
	}, seq, scope)
	return rows, err
}

// RowsOf are rows by which Deliveries finds records by id, whatever the feed has of them.
func (v *Snapshot) RowsOf(collection string, ids []string) []FeedRow {
	s := v.store.tables.byName[collection]
	if s == nil {
		return nil
	}
	rows := make([]FeedRow, len(ids))
	for i, id := range ids {
		rows[i] = FeedRow{Collection: s.number, Record: id}
	}
	return rows
}

// Deliveries turns feed rows into what the viewer gets: the whole record in their projection, or
// word that it is gone. A record that moved in two of their scopes comes once.
func (v *Snapshot) Deliveries(visible *access.Visible, rows []FeedRow) ([]wire.Delivery, error) {
	latest := make(map[string]FeedRow, len(rows))
	order := make([]FeedRow, 0, len(rows))
	for _, row := range rows {
		was, twice := latest[row.Record]
		if !twice {
			order = append(order, row)
		}
		if !twice || row.Seq > was.Seq {
			latest[row.Record] = row
		}
	}
	byCollection := map[int64][]FeedRow{}
	for _, row := range order {
		byCollection[row.Collection] = append(byCollection[row.Collection], latest[row.Record])
	}
	found := make(map[string]wire.Delivery, len(order))
	for number, moved := range byCollection {
		s := v.store.tables.byNumber[number]
		if s == nil {
			continue
		}
		read := v.plain
		if s.Collection.Name == care.Conflicts || s.Collection.Name == care.Quarantine {
			read = v.issues
		}
		if err := read(visible, s, moved, found); err != nil {
			return nil, err
		}
	}
	list := make([]wire.Delivery, 0, len(order))
	for _, row := range order {
		d, ok := found[row.Record]
		if !ok {
			d = wire.Delivery{Collection: wireName(v.store.tables.byNumber[row.Collection]), ID: row.Record, Version: latest[row.Record].Seq, Gone: "retracted"}
		}
		if d.Collection == care.Patients && !visible.Access.Clinical() {
			// A limited viewer is told of what they can see, so for them the person's version is
			// that of the last change they could: else their digest would differ for ever.
			d.Version = latest[row.Record].Seq
		}
		list = append(list, d)
	}
	return list, nil
}

func wireName(s *table) string {
	if s.Collection.Name == care.Conflicts || s.Collection.Name == care.Quarantine {
		return care.SyncIssues
	}
	return s.Collection.Name
}

// plain loads records whose JSON SQLite builds, as far as it did not build it before.
func (v *Snapshot) plain(visible *access.Visible, s *table, rows []FeedRow, found map[string]wire.Delivery) error {
	view := care.Clinical
	if !visible.Access.Clinical() {
		view = care.Limited
	}
	var ids []string
	for _, row := range rows {
		k := rendered.Key{Record: row.Record, Version: row.Seq, View: view}
		// A row of the feed has the number of the record's last version, but for one in a scope that the record left.
		if kept, ok := v.store.Rendered.Get(k); ok && slices.Contains(kept.Scopes(s.Collection, row.Record), visible.Access.ScopeName(row.Scope)) {
			found[row.Record] = kept.Delivery(s.Collection, k, visible)
		} else {
			ids = append(ids, row.Record)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	err := v.deliver(visible, s, view, s.deliveries(view), jsonList(ids), found, nil)
	if err == nil || Unavailable(err) {
		return err
	}
	// One of them holds what is no JSON, and SQLite gives up on all.
	return v.deliverLegible(visible, s, view, jsonList(ids), found, err)
}

// deliver runs a statement of table.deliveriesAs for the ids in a list. It notes in damaged, by record, fields that
// are nested without end or hold what their kind does not; without it, it ends where a row holds such a one, or infinity.
func (v *Snapshot) deliver(visible *access.Visible, s *table, view care.View, query, list string, found map[string]wire.Delivery, damaged map[string][]string) error {
	return v.each(query, func(r *sql.Rows) error {
		row := rendered.Row{Values: make([]string, len(s.scopes))}
		k := rendered.Key{View: view}
		into := append(make([]any, 0, 6+len(s.scopes)), &k.Record, &k.Version, &row.Retracted, &row.Author, &row.Patient, &row.Data)
		for i := range row.Values {
			into = append(into, &row.Values[i])
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		infinite := damaged == nil && columns.Infinite(row.Data)
		data, lost := columns.Readable(s.Collection, row.Data)
		if infinite || damaged == nil && len(lost) > 0 {
			return errDamaged
		}
		if row.Data = data; len(lost) > 0 {
			damaged[k.Record] = append(damaged[k.Record], lost...)
		}
		if damaged == nil && rendered.ByVersion(s.Collection, view) {
			v.store.Rendered.Add(k, row)
		}
		found[k.Record] = row.Delivery(s.Collection, k, visible)
		return nil
	}, list)
}

// issues loads conflicts and quarantine as the sync_issues of whoever must act on them.
func (v *Snapshot) issues(visible *access.Visible, s *table, rows []FeedRow, found map[string]wire.Delivery) error {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.Record)
	}
	records := map[string]*care.Record{}
	if err := v.load(s, ids, records); err != nil {
		return err
	}
	concerns, err := v.Concerns(slices.Collect(maps.Values(records))...)
	if err != nil {
		return err
	}
	who := visible.Access
	for _, rec := range records {
		d := wire.Delivery{Collection: care.SyncIssues, ID: rec.ID, Version: rec.Version, Patient: care.AsIssue(rec).Patient()}
		d.Scopes = visible.Held(care.ScopesOf(s.Collection.Name, rec.ID, rec.Author, rec.Text))
		if !who.HoldsIssue(rec) && who.IssueShownLongEnough(rec, v.store.retention) {
			// Of whoever owns it the issue stays: it has no other.
			d.Scopes = slices.DeleteFunc(d.Scopes, func(scope string) bool { return scope == care.StaffScope(who.Staff) })
		}
		switch {
		case !care.AsIssue(rec).IsOpen():
			d.Gone, d.Scopes = "retracted", nil
		case len(d.Scopes) == 0:
			d.Gone = "left"
		default:
			seen := who.SeeIssue(rec, false, concerns)
			d.Patient, d.Data = seen.Patient(), care.JSON(seen)
		}
		found[d.ID] = d
	}
	return nil
}

// Concerns says of the handovers, and lines of their histories, that issues speak of which are of safeguarding concerns.
func (v *Snapshot) Concerns(issues ...*care.Record) (access.Concerns, error) {
	handovers := access.HandoversIn(issues...)
	if len(handovers) == 0 {
		return nil, nil
	}
	known := access.Concerns{}
	return known, v.each(handoverClasses, func(rows *sql.Rows) error {
		var id, class string
		err := rows.Scan(&id, &class)
		known[id] = class == string(care.Safeguarding)
		return err
	}, jsonList(handovers), jsonList(handovers))
}
