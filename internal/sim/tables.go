package sim

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/internal/care"
)

// row is one stored record, read by code of our own.
type row struct {
	collection *care.Collection
	id         string
	values     map[string]any // Go values as care.Kind says
	version    int64
	author     string
	client     string
	retracted  bool
	clockKnown bool
	clinical   string
	changed    map[string]care.Change
}

func (r *row) text(field string) string {
	s, _ := r.values[field].(string)
	return s
}

// stored are the tables of the server at one moment.
type stored struct {
	rows  map[string]map[string]*row // by collection and id
	life  int                        // of the server
	head  int64
	whole bool
}

// syncedTables are the collections that reach phones.
var syncedTables = []string{care.Neighbourhoods, care.Organisations, care.Teams, care.Patients, care.Visits, care.Observations,
	care.Checkins, care.Handovers, care.HandoverEvents, care.Conflicts, care.Quarantine}

// read loads every synced table: whole, or only what decides who holds what.
func (w *World) read(whole bool) (*stored, error) {
	head := w.head()
	if s := w.lastRead; s != nil && s.life == w.machine.lives && s.head == head && (s.whole || !whole) {
		return s, nil // every change takes a number, so nothing has changed
	}
	db, err := w.machine.db()
	if err != nil {
		return nil, err
	}
	s := &stored{rows: map[string]map[string]*row{}, life: w.machine.lives, head: head, whole: whole}
	for _, name := range syncedTables {
		c, _ := care.ByName(name)
		if whole {
			s.rows[name], err = readTable(db, c)
		} else {
			s.rows[name], err = w.machine.readOutline(db, c)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	w.lastRead = s
	return s, nil
}

// readOutline reads of each record only what decides who holds which version of it.
func (m *machine) readOutline(db *sql.DB, c *care.Collection) (map[string]*row, error) {
	columns := append([]string{"id", "version", "author", "retracted"}, care.ScopeFields[c.Name]...)
	if c.Name == care.Conflicts || c.Name == care.Quarantine {
		columns = append(columns, "state")
	}
	st := m.outlines[c.Name]
	if st == nil {
		var err error
		if st, err = db.Prepare(`SELECT "` + strings.Join(columns, `", "`) + `" FROM "` + c.Name + `"`); err != nil {
			return nil, err
		}
		m.outlines[c.Name] = st
	}
	rows, err := st.Query()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]*row{}
	cells := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	var version int64
	into[1] = &version
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := &row{collection: c, id: cells[0].String, version: version, author: cells[2].String, retracted: cells[3].String != "",
			values: make(map[string]any, len(columns))}
		for i := 4; i < len(columns); i++ {
			r.values[columns[i]] = cells[i].String
		}
		found[r.id] = r
	}
	return found, rows.Err()
}

func readTable(db *sql.DB, c *care.Collection) (map[string]*row, error) {
	timed := care.ClinicalField(c.Name, map[string]any{"ended_at": "x", "taken_at": "x", "happened_at": "x"}) != ""
	columns := []string{"id", "version", "author", "client", "retracted", "changed", "clock_offset_ms"}
	if timed {
		columns = append(columns, "clinical_time")
	}
	meta := len(columns)
	for _, f := range c.Fields {
		columns = append(columns, f.Name)
	}
	rows, err := db.Query(`SELECT "` + strings.Join(columns, `", "`) + `" FROM "` + c.Name + `"`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string]*row{}
	cells := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := &row{collection: c, id: textOf(cells[0]), author: textOf(cells[2]), client: textOf(cells[3]), retracted: textOf(cells[4]) != "",
			values: make(map[string]any, len(c.Fields))}
		r.version, _ = cells[1].(int64)
		if changed := textOf(cells[5]); changed != "" {
			if err := json.Unmarshal([]byte(changed), &r.changed); err != nil {
				return nil, fmt.Errorf("changed of %s: %w", r.id, err)
			}
		}
		r.clockKnown = textOf(cells[6]) != ""
		if timed {
			r.clinical = strings.Replace(textOf(cells[7]), " ", "T", 1)
		}
		for i := range c.Fields {
			f := &c.Fields[i]
			v, err := fromCell(f, cells[meta+i])
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", f.Name, r.id, err)
			}
			if v != nil {
				r.values[f.Name] = v
			}
		}
		found[r.id] = r
	}
	return found, rows.Err()
}

func textOf(cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	}
	return fmt.Sprint(cell)
}

// fromCell reads a stored value; what cannot be one of its kind is an error.
func fromCell(f *care.Field, cell any) (any, error) {
	text := textOf(cell)
	if text == "" {
		return nil, nil
	}
	switch f.Kind {
	case care.Text, care.ID, care.Ref, care.Enum, care.Date:
		return text, nil
	case care.Time:
		return strings.Replace(text, " ", "T", 1), nil
	}
	v, err := jsonValue([]byte(text))
	if err != nil {
		return nil, err
	}
	if f.Kind == care.Object {
		return compact(v), nil
	}
	got, why := f.Check(v)
	if why != nil {
		return nil, fmt.Errorf("%s: %s", text, why.Message)
	}
	return got, nil
}

// jsonValue decodes JSON; numbers keep their text.
func jsonValue(b []byte) (v any, err error) {
	err = decodeNumbers(b, &v)
	return v, err
}

func decodeNumbers(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	return dec.Decode(into)
}

// compact is the one text of a JSON value, nil of null.
func compact(v any) any {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return json.RawMessage(b)
}

// number asks for one number.
func (w *World) number(query string, args ...any) (int64, error) {
	db, err := w.machine.db()
	if err != nil {
		return 0, err
	}
	var n sql.NullInt64
	err = db.QueryRow(query, args...).Scan(&n)
	return n.Int64, err
}

// head is the number of the last change.
func (w *World) head() int64 {
	n, err := w.number(`SELECT seq FROM sync_meta`)
	if err != nil {
		w.fail("read the head: %v", err)
	}
	return n
}

// unsettled says whether somebody wrote past the engine and nobody has noticed yet.
func (w *World) unsettled() bool {
	n, err := w.number(`SELECT count(*) FROM sync_dirty`)
	if err != nil {
		w.fail("read the queue of foreign writes: %v", err)
	}
	return n > 0
}
