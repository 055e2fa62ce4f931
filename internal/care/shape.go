package care

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Shape says what JSON a field of the kind Object holds.
type Shape struct {
	// Members of the object, or of each object in the list. No other may stand in it.
	Members []Member
	// List: a list of such objects.
	List bool
	// Free: the members are the affair of whoever writes the field; the shape says only that it is an object.
	Free bool
	// Quoted: any JSON value at all, kept as it came: a value nobody could store, or one side of a conflict.
	Quoted bool
}

// Member is one member of an object. A missing one and null are the same, as everywhere.
type Member struct {
	Field
	// Needed: without it the object says nothing and is not stored.
	Needed bool
}

// About is the shape in a line of text, as docs/protocol.md shows it.
func (s *Shape) About() string {
	switch {
	case s.Quoted:
		return "any value, as it came"
	case s.Free:
		return "an object"
	}
	var parts []string
	for i := 0; i < len(s.Members); i++ {
		m := &s.Members[i]
		names := "`" + m.Name + "`"
		for ; i+1 < len(s.Members) && s.Members[i+1].Needed == m.Needed && s.Members[i+1].about() == m.about(); i++ {
			names += ", `" + s.Members[i+1].Name + "`"
		}
		if m.Needed {
			names += " (needed)"
		}
		parts = append(parts, names+": "+m.about())
	}
	kind := "an object"
	if s.List {
		kind = "a list of objects"
	}
	return kind + " (" + strings.Join(parts, "; ") + ")"
}

func (f *Field) about() string {
	switch f.Kind {
	case ID:
		return "an id"
	case Ref:
		return "an id of " + f.Ref
	case Enum:
		if slices.Equal(f.Values, roleNames()) {
			return "a role"
		}
		return "one of " + strings.Join(f.Values, ", ")
	case Date:
		return "a date"
	case Time:
		return "a time"
	case Int:
		if f.Max == 0 {
			return "a whole number"
		}
		return "a whole number, " + number(f.Min) + " to " + number(f.Max)
	case Decimal:
		return "a number"
	case Bool:
		return "true or false"
	case List:
		return "a list of texts"
	case Object:
		if f.Shape == scoreShape {
			return "as `news2` of observations"
		}
		return f.Shape.About()
	}
	if f.Rule == "hours" {
		return "hours such as 08:00-13:00, 14:00-18:30"
	}
	if f.Max > 0 {
		return "text, at most " + number(f.Max) + " characters"
	}
	return "text"
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// check turns a decoded JSON value into the one form the shape has: every member in the form of its own
// kind, what is missing left out. It says what is wrong with the first that cannot be stored; at is the
// path to the value, for that sentence.
func (s *Shape) check(at string, v any) (any, *Problem) {
	if s.Quoted {
		return v, nil
	}
	if !s.List {
		return s.checkOne(at, v)
	}
	items, ok := v.([]any)
	if !ok {
		return nil, problem(CodeWrongType, "%s must be a list", at)
	}
	list := make([]any, len(items))
	for i, item := range items {
		var wrong *Problem
		if list[i], wrong = s.checkOne(at+"["+strconv.Itoa(i)+"]", item); wrong != nil {
			return nil, wrong
		}
	}
	return list, nil
}

func (s *Shape) checkOne(at string, v any) (any, *Problem) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, problem(CodeWrongType, "%s must be an object", at)
	}
	if s.Free {
		return object, nil
	}
	for name := range object {
		if !slices.ContainsFunc(s.Members, func(m Member) bool { return m.Name == name }) {
			return nil, problem(CodeWrongType, "%s has no member %q; it holds %s", at, cut(name), s.names())
		}
	}
	clean := make(map[string]any, len(object))
	for i := range s.Members {
		m := s.Members[i]
		name := m.Name
		m.Name = at + "." + name // the path is what a sentence about it names
		value, wrong := m.Check(object[name])
		switch {
		case wrong != nil:
			return nil, wrong
		case value != nil:
			clean[name] = value
		case m.Needed:
			return nil, problem(CodeWrongType, "%s needs %s", at, name)
		}
	}
	return clean, nil
}

func (s *Shape) names() string {
	names := make([]string, len(s.Members))
	for i := range s.Members {
		names[i] = s.Members[i].Name
	}
	return strings.Join(names, ", ")
}

// CheckStored looks at a stored value of an Object field as Check does at one that comes: what was written
// past the engine may be anything. A nil Problem means that its readers can rely on its shape.
func (f *Field) CheckStored(v any) *Problem {
	raw, ok := v.(json.RawMessage)
	if f.Kind != Object || f.Shape.Quoted || !ok {
		return nil
	}
	decoded, err := decode(raw)
	if err != nil {
		return problem(CodeWrongType, "%s cannot be read", f.Name)
	}
	_, wrong := f.Check(decoded)
	return wrong
}
