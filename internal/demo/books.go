package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/internal/care"
	"doorstep/internal/rules"
)

// books are the tables of the server at one moment, read by code of the demo's own.
type books struct {
	rows   map[string]map[string]*row // by collection and id
	staff  map[string]*row
	ledger map[string][]ledgerLine // by key of the mutation
	seqs   map[int64]int           // how often each number stands in the ledger
	alarms []alarmLine
	outbox map[string]int // deliveries by handover and team
	// beyond are deliveries beyond the inbox: how many by channel and state.
	beyond map[string]map[string]int
	holds  []hold
	rules  []rules.Rule
	now    time.Time
}

// row is one stored record.
type row struct {
	collection string
	id         string
	values     map[string]any // Go values as care.Kind says
	version    int64
	author     string
	retracted  bool
	clinical   time.Time
	received   time.Time
	clockKnown bool
}

func (r *row) text(field string) string {
	s, _ := r.values[field].(string)
	return s
}

func (r *row) flag(field string) bool {
	b, _ := r.values[field].(bool)
	return b
}

func (r *row) time(field string) time.Time { return parseTime(r.text(field)) }

type ledgerLine struct {
	client int64
	status string
	seq    int64
}

type alarmLine struct {
	id, rule, patient, collection, record, handover string
	verified, holds                                 bool
}

// hold is one row of the caseload.
type hold struct {
	patient, team, staff string
	from, to             time.Time
}

// syncedTables are the collections that reach phones.
var syncedTables = []string{care.Neighbourhoods, care.Organisations, care.Teams, care.Patients, care.Visits, care.Observations,
	care.Checkins, care.Goals, care.Handovers, care.HandoverEvents, care.Conflicts, care.Quarantine}

// readBooks reads everything the promises and the table need.
func readBooks(db dbx.Builder, now time.Time) (*books, error) {
	b := &books{rows: map[string]map[string]*row{}, staff: map[string]*row{}, ledger: map[string][]ledgerLine{}, seqs: map[int64]int{},
		outbox: map[string]int{}, beyond: map[string]map[string]int{}, now: now}
	for _, name := range syncedTables {
		c, _ := care.ByName(name)
		b.rows[name] = map[string]*row{}
		if err := each(db, `SELECT * FROM "`+name+`"`, func(m dbx.NullStringMap) error {
			r, err := readRow(c, m)
			b.rows[name][r.id] = r
			return err
		}); err != nil {
			return nil, err
		}
	}
	staff, _ := care.ByName(care.StaffName)
	steps := []struct {
		query string
		take  func(dbx.NullStringMap) error
	}{
		{`SELECT id, name, role, organisation, teams, inactive_since FROM staff`, func(m dbx.NullStringMap) error {
			r, err := readRow(staff, m)
			b.staff[r.id] = r
			return err
		}},
		{`SELECT key, client, status, seq FROM sync_ledger`, func(m dbx.NullStringMap) error {
			l := ledgerLine{client: number(m["client"].String), status: m["status"].String, seq: number(m["seq"].String)}
			b.ledger[m["key"].String] = append(b.ledger[m["key"].String], l)
			b.seqs[l.seq]++
			return nil
		}},
		{`SELECT id, rule, patient, collection, record, verified, holds, handover FROM alarms`, func(m dbx.NullStringMap) error {
			b.alarms = append(b.alarms, alarmLine{id: m["id"].String, rule: m["rule"].String, patient: m["patient"].String,
				collection: m["collection"].String, record: m["record"].String, handover: m["handover"].String,
				verified: yes(m["verified"].String), holds: yes(m["holds"].String)})
			return nil
		}},
		{`SELECT handover, team FROM outbox`, func(m dbx.NullStringMap) error {
			b.outbox[m["handover"].String+" "+m["team"].String]++
			return nil
		}},
		{`SELECT channel, state FROM deliveries`, func(m dbx.NullStringMap) error {
			name := m["channel"].String
			if b.beyond[name] == nil {
				b.beyond[name] = map[string]int{}
			}
			b.beyond[name][m["state"].String]++
			return nil
		}},
		{`SELECT id, code, version, title, collection, "trigger", unless, class, destination, state FROM handover_rules WHERE state <> 'retired'`, func(m dbx.NullStringMap) error {
			b.rules = append(b.rules, rules.Rule{ID: m["id"].String, Code: m["code"].String, Version: int(number(m["version"].String)), Title: m["title"].String,
				Collection: m["collection"].String, Trigger: m["trigger"].String, Unless: m["unless"].String, Class: care.Class(m["class"].String),
				Destination: m["destination"].String, State: m["state"].String})
			return nil
		}},
		{`SELECT patient, team, staff, "from", "to" FROM caseload`, func(m dbx.NullStringMap) error {
			b.holds = append(b.holds, hold{patient: m["patient"].String, team: m["team"].String, staff: m["staff"].String,
				from: parseTime(m["from"].String), to: parseTime(m["to"].String)})
			return nil
		}},
	}
	for _, s := range steps {
		if err := each(db, s.query, s.take); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func each(db dbx.Builder, query string, take func(dbx.NullStringMap) error) error {
	rows, err := db.NewQuery(query).Rows()
	if err != nil {
		return fmt.Errorf("%.50s: %w", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		m := dbx.NullStringMap{}
		if err := rows.ScanMap(m); err != nil {
			return fmt.Errorf("%.50s: %w", query, err)
		}
		if err := take(m); err != nil {
			return fmt.Errorf("%.50s: %w", query, err)
		}
	}
	return rows.Err()
}

func readRow(c *care.Collection, m dbx.NullStringMap) (*row, error) {
	r := &row{collection: c.Name, id: m["id"].String, values: map[string]any{}, version: number(m["version"].String), author: m["author"].String,
		retracted: m["retracted"].String != "", clinical: parseTime(m["clinical_time"].String), received: parseTime(m["received_at"].String),
		clockKnown: m["clock_offset_ms"].Valid && m["clock_offset_ms"].String != ""}
	for i := range c.Fields {
		f := &c.Fields[i]
		cell := m[f.Name]
		if !cell.Valid || cell.String == "" {
			continue
		}
		v, err := stored(f, cell.String)
		if err != nil {
			return r, fmt.Errorf("%s of %s %s: %w", f.Name, c.Name, r.id, err)
		}
		if v != nil {
			r.values[f.Name] = v
		}
	}
	return r, nil
}

// stored reads a column back as care.Kind says.
func stored(f *care.Field, cell string) (any, error) {
	switch f.Kind {
	case care.Text, care.ID, care.Ref, care.Enum, care.Date:
		return cell, nil
	case care.Time:
		return care.Stamp(parseTime(cell)), nil
	case care.Int, care.Decimal, care.Bool, care.List, care.Object:
	}
	v, err := decodeJSON([]byte(cell))
	if err != nil || v == nil {
		return nil, err
	}
	if f.Kind == care.Object {
		return canonical(v), nil
	}
	got, why := f.Check(v)
	if why != nil {
		return nil, fmt.Errorf("%s", why.Message)
	}
	return got, nil
}

// canonical is the one text of a JSON value: members sorted, nothing between them.
func canonical(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// parseTime reads a time as a column or the wire has it; zero for none.
func parseTime(s string) time.Time {
	t, err := care.ParseStamp(strings.Replace(s, " ", "T", 1))
	if err != nil {
		return time.Time{}
	}
	return t
}

func number(s string) int64 {
	var n int64
	if _, err := fmt.Sscan(s, &n); err != nil {
		return 0
	}
	return n
}

func yes(s string) bool { return s == "1" || s == "true" }
