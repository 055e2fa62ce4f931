package pbstore

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"doorstep/internal/arrange"
	"doorstep/internal/care"
	"doorstep/internal/columns"
	"doorstep/internal/judge"
	"doorstep/internal/rules"
)

// Conditions on records.
const (
	lastIssuesOf   = `patient = ? AND ` + care.SQLIssueOpen + ` ORDER BY id DESC LIMIT +?`
	handoversOf    = `id IN (SELECT id FROM handovers WHERE patient = ?1 AND (` + care.SQLMayChange + `) UNION ALL SELECT value FROM json_each(?2)) AND +patient = ?1 ORDER BY id`
	handoversAbout = `id IN (SELECT handover FROM handover_records WHERE record IN (SELECT value FROM json_each(?1))) AND +patient = ?2
		ORDER BY state IN ` + care.SQLClosed + `, version DESC, id LIMIT +?3`
	lastOfKinds    = `handover = ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY ` + WrittenUnder + ` DESC, id DESC LIMIT +?`
	eventsInWindow = withIDs + ` AND patient = ? AND retracted = '' AND clinical_time >= ? AND clinical_time <= ? ORDER BY id`
)

// WrittenUnder is care.Record.WrittenUnder of a line of a handover's history, in SQL.
const WrittenUnder = `coalesce(iif(json_valid(changed), changed ->> '$.sent_again.s', NULL), version)`

const (
	markBefore          = `SELECT seq FROM sync_marks WHERE minute <= ? ORDER BY minute DESC LIMIT 1`
	recordsInScopeSince = `SELECT collection, record, seq, n FROM sync_feed WHERE scope = ?1 AND seq >= ?2 AND (seq, n) < (?3, ?4) AND collection IN (?5, ?6, ?7)
		ORDER BY seq DESC, n DESC LIMIT +?8`
	toldOf = `SELECT 1 FROM alarms a LEFT JOIN handovers h ON h.id = a.handover WHERE a.patient = ? AND a.rule = ?
		AND (a.holds AND h.state NOT IN ` + care.SQLEnded + ` OR NOT a.holds AND a.handover = '')
		ORDER BY a.clinical_time DESC LIMIT 1`
	replacedSets = `SELECT replaces FROM observations WHERE patient = ?1 AND retracted = '' AND replaces <> '' AND replaces <> id
		AND replaces IN (SELECT value FROM json_each(?2))`
	alarmsOf = `SELECT ` + alarmColumns + ` FROM alarms WHERE patient = ? AND clinical_time >= ? ORDER BY clinical_time, id`
	putAlarm = `INSERT INTO alarms (` + alarmColumns + `, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET clinical_time = excluded.clinical_time, clock_known = excluded.clock_known,
		destination = excluded.destination, verified = excluded.verified, holds = excluded.holds, handover = excluded.handover, visit = excluded.visit`
	linesBy  = `SELECT count(*) FROM (SELECT 1 FROM handover_events WHERE handover = ? AND "by" = ? AND "by" != '' LIMIT +?)`
	raisedBy = `SELECT count(*) FROM (SELECT 1 FROM handovers WHERE from_staff = ? AND raised_at > ? AND by_hand = 'true' LIMIT +?)`
	enqueue  = `INSERT INTO outbox (key, channel, handover, team, created_at, due_at, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (key) DO NOTHING`
)

// Events implements judge.Store. It finds the records through the person's scope in the feed rather than through an index on every visit: nothing
// happens after it is received, so a record whose clinical time is in the window entered the feed after the window began. What was filed under the
// person since then may be years old: it is passed over, and the next ones are read.
func (tx *Tx) Events(patient string, from, to time.Time) (events []rules.Event, all bool, err error) {
	scope, err := tx.scopeID(care.ClinicalScope(patient))
	if err != nil {
		return nil, false, err
	}
	since := int64(0)
	err = tx.row(markBefore, from.Unix()/60).Scan(&since)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, false, err
	}
	for seq, n, more := int64(1)<<62, int64(0), true; more && len(events) < judge.MaxEvidence; {
		found, read := map[int64][]string{}, 0
		err = tx.each(recordsInScopeSince, func(r *sql.Rows) error {
			c, id := int64(0), ""
			if read++; read > judge.MaxEvidence {
				return nil
			}
			err := r.Scan(&c, &id, &seq, &n)
			found[c] = append(found[c], id)
			return err
		}, append(append([]any{scope, since, seq, n}, tx.store.tables.judged...), judge.MaxEvidence+1)...)
		if err != nil {
			return nil, false, err
		}
		for _, name := range rules.Collections {
			s := tx.store.tables.byName[name]
			if len(found[s.number]) == 0 {
				continue
			}
			records, err := tx.records(s, eventsInWindow, string(care.JSON(found[s.number])), patient, columns.Stamp(from), columns.Stamp(to))
			if err != nil {
				return nil, false, err
			}
			for _, rec := range records {
				events = append(events, rules.EventOf(rec, true))
			}
		}
		more = read > judge.MaxEvidence
		all = !more
	}
	return events, all, nil
}

// Replaced implements judge.Store. Few sets replace another, and an index holds those alone.
func (tx *Tx) Replaced(patient string, sets []string) (map[string]bool, error) {
	replaced := map[string]bool{}
	err := tx.each(replacedSets, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		replaced[id] = true
		return err
	}, patient, jsonList(sets))
	return replaced, err
}

// OpenIssues implements judge.Store. Memory answers the usual "none".
func (tx *Tx) OpenIssues(patient string) ([]*care.Record, error) {
	named := tx.naming(patient)
	if len(named) == 0 && !tx.mayHaveIssues(patient) {
		return nil, nil
	}
	var list []*care.Record
	for _, name := range []string{care.Conflicts, care.Quarantine} {
		some, err := tx.records(tx.store.tables.byName[name], lastIssuesOf, patient, judge.MaxEvidence)
		if err != nil {
			return nil, err
		}
		slices.Reverse(some)
		list = append(list, some...)
	}
	for _, id := range named { // filed under somebody else
		row, err := tx.Record(tx.store.tables.byName[care.Quarantine].Collection, id)
		if err != nil {
			return nil, err
		}
		if row != nil && care.AsIssue(row).IsOpen() && care.AsIssue(row).Patient() != patient {
			list = append(list, row)
		}
	}
	return list, nil
}

// OpenIssuesOf implements takein.Store.
func (tx *Tx) OpenIssuesOf(patient, collection, after string, atMost int) ([]*care.Record, error) {
	if !tx.mayHaveIssues(patient) {
		return nil, nil
	}
	return tx.records(tx.store.tables.byName[collection], openAbout, patient, after, atMost)
}

// Told implements judge.Store.
func (tx *Tx) Told(patient, rule string) (bool, error) {
	told, err := texts(tx, toldOf, patient, rule)
	return len(told) > 0, err
}

const alarmColumns = `id, rule, version, patient, collection, record, visit, clinical_time, clock_known, class, destination, news2, staff, team, verified, holds, handover`

// Alarms implements judge.Store.
func (tx *Tx) Alarms(patient string, from time.Time) ([]care.Alarm, error) {
	var list []care.Alarm
	err := tx.each(alarmsOf, func(r *sql.Rows) error {
		a, err := scanAlarm(r)
		list = append(list, a)
		return err
	}, patient, care.Stamp(care.Earliest(tx.now.Add(-judge.AlarmMemory), from)))
	return list, err
}

func scanAlarm(r *sql.Rows) (care.Alarm, error) {
	var a care.Alarm
	var at string
	err := r.Scan(&a.ID, &a.Rule, &a.Version, &a.Patient, &a.Collection, &a.Record, &a.Visit, &at, &a.ClockKnown,
		&a.Class, &a.Destination, &a.NEWS2, &a.Staff, &a.Team, &a.Verified, &a.Holds, &a.Handover)
	a.ClinicalTime = columns.ParseTime(at)
	return a, err
}

// PutAlarm implements arrange.Store.
func (tx *Tx) PutAlarm(a care.Alarm) error {
	_, err := tx.exec(putAlarm, a.ID, a.Rule, a.Version, a.Patient, a.Collection, a.Record, a.Visit, care.Stamp(a.ClinicalTime), a.ClockKnown,
		string(a.Class), a.Destination, a.NEWS2, a.Staff, a.Team, a.Verified, a.Holds, a.Handover, tx.seq)
	patient := a.Patient
	tx.watched[patient] = true
	at := a.ClinicalTime
	tx.note(func(m *memory) {
		if w := m.watch(patient); at.After(w.lastAlarm) {
			w.lastAlarm = at
		}
	})
	return err
}

// Handovers implements judge.Store.
func (tx *Tx) Handovers(patient string, named []string) ([]*care.Record, error) {
	return tx.records(tx.store.tables.byName[care.Handovers], handoversOf, patient, jsonList(named))
}

// HandoversAbout implements arrange.Store.
func (tx *Tx) HandoversAbout(patient string, records ...string) ([]*care.Record, error) {
	return tx.records(tx.store.tables.byName[care.Handovers], handoversAbout, jsonList(records), patient, arrange.MostConcerned)
}

// History implements arrange.Store.
func (tx *Tx) History(handover string, kinds []string) ([]*care.Record, error) {
	list, err := tx.records(tx.store.tables.byName[care.HandoverEvents], lastOfKinds, handover, jsonList(kinds), arrange.MostRead)
	slices.Reverse(list)
	return list, err
}

// LinesBy implements arrange.Store.
func (tx *Tx) LinesBy(handover, staff string) (n int, err error) {
	err = tx.row(linesBy, handover, staff, arrange.MaxLines).Scan(&n)
	return n, err
}

// RaisedBy implements arrange.Store.
func (tx *Tx) RaisedBy(staff string, after time.Time) (n int, err error) {
	err = tx.row(raisedBy, staff, columns.Stamp(after), arrange.MaxByHand).Scan(&n)
	return n, err
}

// Enqueue implements arrange.Store.
func (tx *Tx) Enqueue(key, channel, handover, team string) error {
	_, err := tx.exec(enqueue, key, channel, handover, team, care.Stamp(tx.now), care.Stamp(tx.now))
	tx.note(func(m *memory) { m.outbox = true })
	return err
}
