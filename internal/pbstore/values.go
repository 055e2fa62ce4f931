package pbstore

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"doorstep/internal/care"
)

// toColumn turns a field's Go value into what its column stores.
func toColumn(f *care.Field, v any) any {
	switch f.Kind {
	case care.Int, care.Decimal:
		return v // NULL, an integer or a real
	case care.Bool:
		switch v {
		case true:
			return "true"
		case false:
			return "false"
		}
		return nil
	case care.List:
		if v == nil {
			return nil
		}
		b, _ := json.Marshal(v) // a []string always marshals
		return string(b)
	case care.Object:
		if raw, ok := v.(json.RawMessage); ok {
			return string(raw)
		}
		return nil
	}
	s, _ := v.(string)
	if f.Kind == care.Time {
		return columnTime(s)
	}
	return s
}

// columnTime writes a wire time as PocketBase stores dates.
func columnTime(wire string) string { return strings.Replace(wire, "T", " ", 1) }

func columnStamp(t time.Time) string { return columnTime(care.Stamp(t)) }

func parseColumnTime(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := care.ParseStamp(strings.Replace(s, " ", "T", 1))
	if err != nil {
		return time.Time{}
	}
	return t
}

// fromColumn turns a stored value back; a value that does not fit its field (raw SQL can write
// anything) reads as missing rather than stopping a sync.
func fromColumn(f *care.Field, v any) any {
	switch f.Kind {
	case care.Int:
		switch n := v.(type) {
		case int64:
			return n
		case float64:
			return int64(n)
		}
		return nil
	case care.Decimal:
		switch n := v.(type) {
		case int64:
			return float64(n)
		case float64:
			return n
		}
		return nil
	}
	s := text(v)
	if s == "" {
		return nil
	}
	switch f.Kind {
	case care.Bool:
		switch s {
		case "true", "1":
			return true
		case "false", "0":
			return false
		}
		return nil
	case care.List:
		var list []string
		if json.Unmarshal([]byte(s), &list) != nil {
			return nil
		}
		return care.NewList(list)
	case care.Object:
		if s == "null" {
			return nil
		}
		return json.RawMessage(s)
	case care.Time:
		return strings.Replace(s, " ", "T", 1)
	}
	return s
}

func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case []byte:
		return string(x)
	case int64:
		return fmt.Sprint(x)
	case float64:
		return fmt.Sprint(x)
	}
	return ""
}

// row gives the column values of a record, in the order of shape.columns.
func (s *shape) row(rec *care.Record) []any {
	args := make([]any, 0, len(s.columns))
	args = append(args, rec.ID)
	for i := range s.c.Fields {
		f := &s.c.Fields[i]
		args = append(args, toColumn(f, rec.Values[f.Name]))
	}
	args = append(args, rec.Version, rec.Author, rec.Client, columnStamp(rec.AuthoredAt), columnStamp(rec.ReceivedAt),
		clockColumn(rec), changedColumn(rec), columnStamp(rec.Retracted))
	if s.timed {
		args = append(args, columnStamp(rec.ClinicalTime))
	}
	return args
}

func clockColumn(rec *care.Record) any {
	if !rec.ClockKnown {
		return nil
	}
	return rec.ClockOffset.Milliseconds()
}

func changedColumn(rec *care.Record) any {
	if len(rec.Changed) == 0 {
		return nil
	}
	b, err := json.Marshal(rec.Changed)
	if err != nil {
		return nil // unreachable: numbers, texts and times
	}
	return string(b)
}

// scan reads one record from rows of shape.selects.
func (s *shape) scan(rows interface{ Scan(...any) error }) (*care.Record, error) {
	raw := make([]any, len(s.columns))
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
	for i, v := range raw { // modernc hands out timestamps of date columns as time.Time
		if t, ok := v.(time.Time); ok {
			raw[i] = columnStamp(t)
		}
	}
	rec := &care.Record{Collection: s.c, ID: text(raw[0]), Values: make(map[string]any, len(s.c.Fields))}
	for i := range s.c.Fields {
		f := &s.c.Fields[i]
		if v := fromColumn(f, raw[i+1]); v != nil {
			rec.Values[f.Name] = v
		}
	}
	meta := raw[1+len(s.c.Fields):]
	switch n := meta[0].(type) {
	case int64:
		rec.Version = n
	case float64:
		rec.Version = int64(n)
	}
	rec.Author, rec.Client = text(meta[1]), text(meta[2])
	rec.AuthoredAt, rec.ReceivedAt = parseColumnTime(text(meta[3])), parseColumnTime(text(meta[4]))
	if ms, ok := meta[5].(int64); ok {
		rec.ClockOffset, rec.ClockKnown = time.Duration(ms)*time.Millisecond, true
	}
	if changed := text(meta[6]); changed != "" && changed != "null" {
		if err := json.Unmarshal([]byte(changed), &rec.Changed); err != nil {
			return nil, fmt.Errorf("read the changes of %s %s: %w", s.c.Name, rec.ID, err)
		}
	}
	rec.Retracted = parseColumnTime(text(meta[7]))
	if s.timed {
		rec.ClinicalTime = parseColumnTime(text(meta[8]))
	}
	return rec, nil
}
