package columns

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"doorstep/internal/care"
)

// Quote makes the name of a column or table safe in SQL. Names come from care, never from a request.
func Quote(name string) string { return `"` + name + `"` }

// InJSON is the SQL of a field as a member of json_object; null where it is empty.
func InJSON(f *care.Field) string {
	switch {
	case KeptAsJSON(f):
		return "json(" + Quote(f.Name) + ")"
	case f.Kind == care.Time:
		return TimeInJSON(f.Name)
	}
	return "nullif(" + Quote(f.Name) + ", '')"
}

// LegibleInJSON is InJSON for a column that may hold anything: null in the place of what cannot be read.
func LegibleInJSON(f *care.Field) string {
	text := "CAST(" + Quote(f.Name) + " AS TEXT)"
	switch {
	case KeptAsJSON(f):
		return "CASE WHEN json_valid(" + text + ") THEN json(" + text + ") END"
	case f.Kind == care.Time:
		return TimeInJSON(f.Name)
	}
	return "nullif(" + text + ", '')"
}

// ReceiptInJSON stands in the place of what is sealed: of a text that it went, of anything else nothing.
func ReceiptInJSON(f *care.Field) string {
	if f.Kind != care.Text {
		return "NULL"
	}
	return "CASE " + Quote(f.Name) + " WHEN '' THEN NULL ELSE '" + care.SealedReceipt + "' END"
}

// TimeInJSON is the SQL of a time as RFC 3339 has it.
func TimeInJSON(name string) string {
	return "CASE " + Quote(name) + " WHEN '' THEN NULL ELSE replace(" + Quote(name) + ", ' ', 'T') END"
}

// Unreadable is the SQL of a field's name and a space where its column holds what is no JSON, else of nothing.
func Unreadable(f *care.Field) string {
	return "CASE WHEN coalesce(json_valid(CAST(" + Quote(f.Name) + " AS TEXT)), 1) THEN '' ELSE '" + f.Name + " ' END"
}

// KeptAsJSON tells whether a field's column holds the JSON of its value.
func KeptAsJSON(f *care.Field) bool {
	switch f.Kind {
	case care.Int, care.Decimal, care.Bool, care.List, care.Object:
		return true
	default:
		return false
	}
}

// Infinite looks in what SQLite wrote for its way to write infinity as the value of a member; in a text it
// would stand too, which costs a second look and nothing else.
func Infinite(data []byte) bool {
	return bytes.Contains(data, []byte("9e999")) || bytes.Contains(data, []byte("9.0e+999"))
}

// Readable is the JSON of a record, as SQLite wrote it, as any parser reads it and as the fields of its collection say.
// What the engine stores is that already. Lost names members that are nested without end, or not of the kind of their
// field, which went null.
func Readable(c *care.Collection, data json.RawMessage) (readable json.RawMessage, lost []string) {
	if care.Deep(data) {
		data, lost = emptied(data, care.Deep)
	}
	if wrong := care.Misshapen(c, data); len(wrong) > 0 {
		lost = append(lost, wrong...)
		data, _ = emptied(data, nil, wrong...)
	}
	return inUTF8(data), lost
}

// emptied empties the members of an object that a test finds, or that are named.
func emptied(data json.RawMessage, test func([]byte) bool, names ...string) (json.RawMessage, []string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return json.RawMessage("{}"), nil // unreachable: SQLite wrote it as an object, no deeper than itself reads
	}
	var lost []string
	for name, value := range members {
		if test != nil && test(value) || slices.Contains(names, name) {
			members[name] = json.RawMessage("null")
			lost = append(lost, name)
		}
	}
	slices.Sort(lost)
	return care.JSON(members), lost
}

func inUTF8(data json.RawMessage) json.RawMessage {
	if utf8.Valid(data) && !bytes.Contains(data, []byte(`\ud`)) && !bytes.Contains(data, []byte(`\uD`)) || care.CleanJSON(data) {
		return data
	}
	decoded := care.DecodeJSON(bytes.ToValidUTF8(data, []byte("\uFFFD"))) // halves of pairs become U+FFFD here
	if decoded == nil {
		return json.RawMessage("{}") // unreachable: SQLite wrote it as an object
	}
	return care.JSON(decoded)
}
