package columns

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"doorstep/internal/care"
)

// Layout is the columns of one synced collection: its id, its fields as care has them, then what the
// server knows about every record.
type Layout struct {
	Collection *care.Collection
	Names      []string
	Timed      bool // has the column clinical_time
}

// metaColumns come after the fields, in this order.
var metaColumns = []string{"version", "author", "client", "authored_at", "received_at", "clock_offset_ms", "changed", "retracted"}

// LayoutOf makes the layout of a collection.
func LayoutOf(c *care.Collection) Layout {
	l := Layout{Collection: c, Names: []string{"id"}}
	for i := range c.Fields {
		l.Names = append(l.Names, c.Fields[i].Name)
	}
	l.Names = append(l.Names, metaColumns...)
	switch c.Name {
	case care.Visits, care.Observations, care.Checkins:
		l.Timed = true
		l.Names = append(l.Names, "clinical_time")
	}
	return l
}

// Row gives the column values of a record, in the order of Names.
func (l *Layout) Row(rec *care.Record) []any {
	args := make([]any, 0, len(l.Names))
	args = append(args, rec.ID)
	for i := range l.Collection.Fields {
		f := &l.Collection.Fields[i]
		args = append(args, Of(f, rec.Values[f.Name]))
	}
	args = append(args, rec.Version, rec.Author, rec.Client, Stamp(rec.AuthoredAt), Stamp(rec.ReceivedAt),
		Clock(rec), Changed(rec), Stamp(rec.Retracted))
	if l.Timed {
		args = append(args, Stamp(rec.ClinicalTime))
	}
	return args
}

// Scan reads one record from a row that has the columns of Names in their order; nil when the query found none.
// Whatever somebody wrote into them past the engine, the row is read: what nobody can read of it is missing, and
// named in Unreadable.
func (l *Layout) Scan(rows interface{ Scan(...any) error }) (*care.Record, error) {
	raw := make([]any, len(l.Names))
	into := make([]any, len(raw))
	for i := range raw {
		into[i] = &raw[i]
	}
	if err := rows.Scan(into...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return nil, err
	}
	held := 0               // a record has few of the fields it may have, and people's records are kept by the thousand
	for i, v := range raw { // modernc hands out timestamps of date columns as time.Time
		if t, ok := v.(time.Time); ok {
			raw[i] = Stamp(t)
		}
		if v != nil && v != "" && i <= len(l.Collection.Fields) {
			held++
		}
	}
	rec := &care.Record{Collection: l.Collection, ID: Text(raw[0]), Values: make(map[string]any, held)}
	for i := range l.Collection.Fields {
		f := &l.Collection.Fields[i]
		if v := Value(f, raw[i+1]); v != nil {
			rec.Values[f.Name] = v
		} else if Spoiled(f, raw[i+1]) {
			rec.Unreadable = append(rec.Unreadable, f.Name)
			if rec.Spoiled == nil {
				rec.Spoiled = map[string]string{}
			}
			rec.Spoiled[f.Name] = Text(raw[i+1])
		}
	}
	meta := raw[1+len(l.Collection.Fields):]
	switch n := meta[0].(type) {
	case int64:
		rec.Version = n
	case float64:
		rec.Version = int64(n)
	}
	rec.Author, rec.Client = Text(meta[1]), Text(meta[2])
	rec.AuthoredAt, rec.ReceivedAt = ParseTime(Text(meta[3])), ParseTime(Text(meta[4]))
	if ms, ok := meta[5].(int64); ok {
		rec.ClockOffset, rec.ClockKnown = time.Duration(ms)*time.Millisecond, true
	}
	if changed := Text(meta[6]); changed != "" && changed != "null" && json.Unmarshal([]byte(changed), &rec.Changed) != nil {
		rec.Changed, rec.Unreadable = nil, append(rec.Unreadable, care.ChangedField)
	}
	rec.Retracted = ParseTime(Text(meta[7]))
	if l.Timed {
		rec.ClinicalTime = ParseTime(Text(meta[8]))
	}
	return rec, nil
}
