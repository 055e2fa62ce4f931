package care

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"time"
	"unicode/utf8"

	"doorstep/internal/identifier"
	"doorstep/internal/worktime"
)

// TimeLayout is how every time travels: RFC 3339, UTC, milliseconds.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Stamp formats a time for the wire; the zero time gives "".
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(TimeLayout)
}

var errNoTime = errors.New("there is no time")

// ParseStamp reads a wire time; it accepts any RFC 3339 time and gives UTC, cut to milliseconds.
func ParseStamp(s string) (time.Time, error) {
	if s == "" { // as most fields of most records
		return time.Time{}, errNoTime
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, err
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// AsStamped says whether a text is a time as Stamp writes it.
func AsStamped(s string) bool {
	return len(s) == len(TimeLayout) && s[10] == 'T' && s[19] == '.' && s[23] == 'Z'
}

// JSON writes a value that always can be written: what a field holds, or our own structs of such. Texts stay as
// they are: no page puts JSON into HTML.
func JSON(v any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return json.RawMessage("null") // unreachable: care's Go values all marshal
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// DecodeJSON reads a stored JSON value as a push would bring it; nil where it is not JSON.
func DecodeJSON(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

// Clip cuts a text to at most n characters.
func Clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}

// Understand reads a refused value as its author must have meant it: "25" is 25. A value that is out
// of range or cannot be understood gives false.
func (f *Field) Understand(v any) (any, bool) {
	if s, ok := v.(string); ok {
		switch {
		case f.Kind == Int || f.Kind == Decimal:
			v = json.Number(s)
		case f.Kind == Bool && (s == "true" || s == "yes"):
			v = true
		case f.Kind == Bool && (s == "false" || s == "no"):
			v = false
		case f.Kind == Text && f.Max > 0:
			v = Clip(s, int(f.Max))
		}
	}
	value, wrong := f.Check(v)
	return value, wrong == nil && value != nil
}

// Problem says why a value cannot be stored, in a code and a sentence for its author.
type Problem struct {
	Code    string // wrong_type, out_of_range, unknown_value, unknown_field, too_long, server_only, invalid_nhs_number, …
	Message string
}

func problem(code, format string, args ...any) *Problem {
	return &Problem{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Check turns a decoded JSON value (string, json.Number, bool, nil, []any, map[string]any) into
// the field's Go value, or says why it cannot be stored. Null and "" mean missing: nil.
func (f *Field) Check(v any) (any, *Problem) {
	if v == nil {
		return nil, nil
	}
	switch f.Kind {
	case Int, Decimal:
		return f.checkNumber(v)
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, problem(CodeWrongType, "%s must be true, false or null", f.Name)
	case List:
		return f.checkList(v)
	case Object:
		return f.checkObject(v)
	}
	s, ok := v.(string)
	if !ok {
		return nil, problem(CodeWrongType, "%s must be text", f.Name)
	}
	if s == "" {
		return nil, nil
	}
	stored, wrong := f.checkString(s)
	switch {
	case wrong != nil:
		return nil, wrong
	case stored == s:
		return v, nil // as it came: this is the hot path of a push, and boxing s again costs
	}
	return stored, nil
}

func (f *Field) checkString(s string) (string, *Problem) {
	if !utf8.ValidString(s) {
		return "", problem(CodeWrongType, "%s is not valid UTF-8 text", f.Name)
	}
	switch f.Kind {
	case ID, Ref:
		if !IsID(s) {
			return "", problem(CodeWrongType, "%s must be a 26-character id", f.Name)
		}
	case Enum:
		if !slices.Contains(f.Values, s) {
			return "", problem(CodeUnknownValue, "%s cannot be %q", f.Name, cut(s))
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "", problem(CodeWrongType, "%s must be a date such as 2026-03-02", f.Name)
		}
	case Time:
		t, err := ParseStamp(s)
		if err != nil || t.Year() < 1900 || t.Year() > 2200 {
			return "", problem(CodeWrongType, "%s must be a time such as 2026-03-02T07:58:11.204Z", f.Name)
		}
		if len(s) == len(TimeLayout) && s[19] == '.' && s[23] == 'Z' {
			return s, nil // already in the one form
		}
		return Stamp(t), nil
	default:
		// A named check knows the length itself, and people write numbers with spaces.
		if f.Rule == "" && f.Max > 0 && utf8.RuneCountInString(s) > int(f.Max) {
			return "", problem(CodeTooLong, "%s is longer than %d characters", f.Name, int(f.Max))
		}
		return f.checkNamed(s)
	}
	return s, nil
}

// IsID reports whether s has the form of a record id: 26 characters of a to z and 0 to 9.
// Devices make ULIDs; ids the server derives by hash, and rows made in the dashboard, have the
// same form without a time in it.
func IsID(s string) bool {
	if len(s) != 26 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func (f *Field) checkNamed(s string) (string, *Problem) {
	switch f.Rule {
	case "nhsnumber":
		n, err := identifier.ParseNHSNumber(s)
		if err != nil {
			return "", problem(CodeInvalidNHSNumber, "%s", err)
		}
		return string(n), nil
	case "ods":
		c, err := identifier.ParseODSCode(s)
		if err != nil {
			return "", problem(CodeInvalidODSCode, "%s", err)
		}
		return string(c), nil
	case "hours":
		if err := worktime.CheckHours(s); err != nil {
			return "", problem(CodeWrongType, "%s: %s", f.Name, err)
		}
	}
	return s, nil
}

func (f *Field) checkNumber(v any) (any, *Problem) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, problem(CodeWrongType, "%s must be a number", f.Name)
	}
	x, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return nil, problem(CodeWrongType, "%s is not a number we can hold", f.Name)
	}
	step, near := 1.0, 1e-6
	if f.Kind == Decimal { // 39.1 as a 32-bit number is 39.099998: within 0.0001 of a tenth it is that tenth
		step, near = 10, 1.000001e-3
	}
	if scaled := x * step; math.Abs(scaled-math.Round(scaled)) > near {
		takes := "must be a whole number"
		if f.Kind == Decimal {
			takes = "takes one decimal at most"
		}
		return nil, problem(CodeWrongType, "%s %s: %s", f.Name, takes, cut(n.String()))
	}
	if x < f.Min || (f.Max != 0 && x > f.Max) {
		return nil, problem(CodeOutOfRange, "%s of %s is outside %g to %g", f.Name, cut(n.String()), f.Min, f.Max)
	}
	if f.Kind == Decimal {
		return math.Round(x*10) / 10, nil
	}
	return int64(math.Round(x)), nil
}

func (f *Field) checkList(v any) (any, *Problem) {
	items, ok := v.([]any)
	if !ok {
		return nil, problem(CodeWrongType, "%s must be a list", f.Name)
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		s, wrong := f.checkMember(item)
		if wrong != nil {
			return nil, wrong
		}
		list = append(list, s)
	}
	return NewList(list), nil
}

func (f *Field) checkMember(v any) (string, *Problem) {
	s, ok := v.(string)
	if !ok || s == "" || len(s) > 200 || !utf8.ValidString(s) {
		return "", problem(CodeWrongType, "%s must be a list of short texts", f.Name)
	}
	if len(f.Values) > 0 && !slices.Contains(f.Values, s) {
		return "", problem(CodeUnknownValue, "%s cannot hold %q", f.Name, cut(s))
	}
	return s, nil
}

// Sift parts the members of a list that can be stored from those that cannot. Wrong says what is wrong with the
// first of those; nil: nothing is, or no member of it can be stored.
func (f *Field) Sift(v any) (good any, bad []any, wrong *Problem) {
	items, ok := v.([]any)
	if f.Kind != List || !ok {
		return nil, nil, nil
	}
	var list []string
	for _, item := range items {
		s, why := f.checkMember(item)
		if why != nil {
			bad = append(bad, item)
			if wrong == nil {
				wrong = why
			}
			continue
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, nil, nil
	}
	return NewList(list), bad, wrong
}

// NewList gives the one form a list value has: sorted, without doubles, nil when empty.
func NewList(items []string) any {
	if len(items) == 0 {
		return nil
	}
	list := slices.Clone(items)
	sort.Strings(list)
	return slices.Compact(list)
}

func (f *Field) checkObject(v any) (any, *Problem) {
	if f.Rule == "p256" {
		if b, err := json.Marshal(v); err != nil {
			return nil, problem(CodeWrongType, "%s cannot be read", f.Name)
		} else if _, err := ParseRecoveryKey(b); err != nil {
			return nil, problem(CodeInvalidKey, "%s: %s", f.Name, err)
		}
	}
	checked, wrong := f.Shape.check(f.Name, v)
	if wrong != nil {
		return nil, wrong
	}
	b := JSON(checked)
	if len(b) > 64<<10 && !f.Shape.Quoted {
		return nil, problem(CodeTooLong, "%s is larger than 64 kB", f.Name)
	}
	return b, nil
}

// decode reads JSON into what Check takes.
func decode(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// Equal compares two Go values of the same field.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case []string:
		y, ok := b.([]string)
		return ok && slices.Equal(x, y)
	case json.RawMessage:
		y, ok := b.(json.RawMessage)
		return ok && bytes.Equal(x, y)
	}
	switch b.(type) {
	case []string, json.RawMessage:
		return false
	}
	return a == b
}

func cut(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
