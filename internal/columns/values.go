// Package columns turns the values of care into what SQLite keeps in its columns, and back. It holds no
// statement: those are in pbstore.
package columns

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"doorstep/internal/care"
)

// Of turns a field's Go value into what its column stores; nil is NULL.
func Of(f *care.Field, v any) any {
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
		return string(care.JSON(v))
	case care.Object:
		if raw, ok := v.(json.RawMessage); ok {
			return string(raw)
		}
		if f.Shape != nil && f.Shape.Quoted {
			return "" // a column of text: it may hold a bare number
		}
		return nil
	}
	s, _ := v.(string)
	if f.Kind == care.Time {
		return Time(s)
	}
	return s
}

// Time writes a wire time as PocketBase stores dates.
func Time(wire string) string {
	if care.AsStamped(wire) {
		return wire[:10] + " " + wire[11:]
	}
	return strings.Replace(wire, "T", " ", 1)
}

// storedLayout is care.TimeLayout as PocketBase stores it.
const storedLayout = "2006-01-02 15:04:05.000Z"

// Stamp writes a moment as PocketBase stores dates, the zero time as "".
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(storedLayout)
}

// WireTime turns a stored date into a wire time, "" for none.
func WireTime(column string) string { return care.Stamp(ParseTime(column)) }

// ParseTime reads a stored date; what is empty or no date reads as the zero time.
func ParseTime(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := care.ParseStamp(strings.Replace(s, " ", "T", 1))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Value turns a stored value back, nil when there is none. A value that does not fit its field (raw SQL can write
// anything) reads as missing rather than stopping a sync; see Spoiled.
func Value(f *care.Field, v any) any {
	switch f.Kind {
	case care.Int:
		switch n := v.(type) {
		case int64:
			return n
		case float64:
			if math.Abs(n) <= 1<<53 { // not what somebody wrote past the engine as 1e400
				return int64(n)
			}
		}
		return nil
	case care.Decimal:
		switch n := v.(type) {
		case int64:
			return float64(n)
		case float64:
			if !math.IsInf(n, 0) { // SQLite holds no NaN
				return n
			}
		}
		return nil
	}
	s := Text(v)
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
		if s == "null" || !f.Shape.Quoted && !care.LegibleJSON([]byte(s)) { // a quote leaves by its bytes, whatever it is
			return nil
		}
		return json.RawMessage(s)
	case care.Time:
		return strings.Replace(s, " ", "T", 1)
	}
	return s
}

// Spoiled says of a column that gave no value that it holds something all the same, which nobody can read.
func Spoiled(f *care.Field, v any) bool {
	if !KeptAsJSON(f) {
		return false
	}
	text := Text(v)
	return text != "" && text != "null" && (f.Kind != care.List || text != "[]") // which a missing list may be kept as
}

// Text reads any stored value as text; NULL is "".
func Text(v any) string {
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

// Clock gives the clock offset of a record in milliseconds, NULL when it is not known.
func Clock(rec *care.Record) any {
	if !rec.ClockKnown {
		return nil
	}
	return rec.ClockOffset.Milliseconds()
}

// Changed gives, as JSON, which field of a record was changed when, NULL when none was.
func Changed(rec *care.Record) any {
	if len(rec.Changed) == 0 {
		return nil
	}
	b, err := json.Marshal(rec.Changed)
	if err != nil {
		return nil // unreachable: numbers, texts and times
	}
	return string(b)
}
